package io.resketch.core.stats;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.SignatureProbe;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.List;

/**
 * Tests whether a vector is a sketch of a spec at all, by the signatures of modules of which one at
 * least should be in it. To the operators of another seed the vector is as good as any: the null
 * hypothesis is that it does not depend on the random signs of the modules' signatures.
 *
 * <p>A module's signature is sought in the transparent part of the sketch, in every form and at
 * every depth where the module may occur. With t the dot product over its deviation, the chance of
 * |t| under the null is at most 2 exp(−t²/2) whatever the vector is ({@link
 * SignatureProbe#deviation}), so p = min(1, 2 C exp(−t²/2)) for the largest of C places. Modules
 * have independent signs, so two combinations of their p hold: the smallest, times their number
 * (one strong module), and Fisher's (many weak ones; Fisher, "Statistical Methods for Research
 * Workers", 1932). The answer is twice the smaller.
 *
 * <p>It can be no smaller than the modules allow: a sketch of modules that are not known does not
 * show of which spec it is. A test costs (modules · depths) dot products of one column. Holds
 * workspace: not thread-safe.
 */
public final class SpecTest {
  /** Where a module is sought that occurs below others, nobody knows where. */
  private static final int UNKNOWN_DEPTHS = 0b1110;

  private final Operators operators;
  private final SignatureProbe probe;
  private final int[] leaves;
  private final int[] inners;
  private final int deepest;

  /**
   * Prepares the test.
   *
   * @param modules that may occur; the more of those that do, the better
   * @throws io.resketch.core.InvalidInputException if a name stands twice
   */
  public SpecTest(Operators operators, List<ModuleProfile> modules) {
    List<ModuleProfile> known = ModuleProfile.distinct(modules);
    this.operators = operators;
    this.probe =
        new SignatureProbe(
            operators, known.stream().map(ModuleProfile::name).toList(), new int[known.size()]);
    this.leaves = known.stream().mapToInt(module -> depths(module, true)).toArray();
    this.inners = known.stream().mapToInt(module -> depths(module, false)).toArray();
    int all = 0;
    for (int m = 0; m < leaves.length; m++) {
      all |= leaves[m] | inners[m];
    }
    this.deepest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(all | 1);
  }

  /** Depths at which a module may occur with or without inputs, one bit each. */
  private static int depths(ModuleProfile module, boolean leaf) {
    if (module.placesUnknown()) {
      return UNKNOWN_DEPTHS
          | (module.root() && (leaf ? !module.rootLeaf() : !module.rootInner()) ? 0 : 1);
    }
    boolean unseen = !module.root() && !module.belowRoot();
    boolean root = unseen || (leaf ? module.rootLeaf() : module.rootInner());
    return (leaf ? module.leafDepths() : module.innerDepths()) | (root ? 1 : 0);
  }

  /**
   * An upper bound of the chance that a sketch of another spec shows the modules as clearly as this
   * vector does.
   *
   * @param sketch that claims to be of the spec; of one run or a sum of runs, any prefix
   * @throws io.resketch.core.MismatchException if it claims another
   */
  public double chance(Sketch sketch) {
    sketch.requireFingerprint(operators.fingerprint());
    int modules = leaves.length;
    double[] largest = new double[modules];
    float[] plain = sketch.toPaddedArray();
    float[] own = new float[plain.length];
    for (int depth = 0; depth <= deepest; depth++) {
      probe.toOwn(plain, own);
      for (int m = 0; m < modules; m++) {
        if ((leaves[m] >> depth & 1) != 0) {
          largest[m] = Math.max(largest[m], deviations(m, plain));
        }
        if ((inners[m] >> depth & 1) != 0) {
          largest[m] = Math.max(largest[m], deviations(m, own));
        }
      }
      float[] below = new float[plain.length];
      probe.toInputs(plain, below);
      plain = below;
    }
    List<Double> logarithms = new ArrayList<>();
    for (int m = 0; m < modules; m++) {
      int places = Integer.bitCount(leaves[m]) + Integer.bitCount(inners[m]);
      logarithms.add(Math.min(0, Math.log(2.0 * places) - largest[m] * largest[m] / 2));
    }
    return Math.min(1, 2 * Math.min(smallest(logarithms), fisher(logarithms)));
  }

  private double deviations(int module, float[] y) {
    double deviation = probe.deviation(module, y);
    return deviation == 0 ? 0 : Math.abs(probe.dot(module, y)) / deviation;
  }

  private static double smallest(List<Double> logarithms) {
    double least = logarithms.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    return logarithms.size() * Math.exp(least);
  }

  /** P(χ² with 2n degrees of freedom ≥ 2a) = exp(−a) Σ_k a^k/k!, k below n; a = −Σ log p. */
  private static double fisher(List<Double> logarithms) {
    double a = -logarithms.stream().mapToDouble(Double::doubleValue).sum();
    double sum = 0;
    double logarithm = -a;
    for (int k = 0; k < logarithms.size(); k++) {
      sum += Math.exp(logarithm);
      logarithm += Math.log(a) - Math.log(k + 1);
    }
    return a == 0 ? 1 : Math.min(1, sum);
  }
}
