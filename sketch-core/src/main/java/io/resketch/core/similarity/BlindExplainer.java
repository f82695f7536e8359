package io.resketch.core.similarity;

import io.resketch.core.InvalidInputException;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.operator.RootModules.Component;
import io.resketch.core.similarity.BlindExplanation.ModuleShare;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Says which modules carry the similarity of two sketches, from the sketches alone.
 *
 * <p>Both sketches are fitted by the transparent parts of all modules ({@link RootModules}), as
 * counts are: û = (share, summed attributes) of every module. The columns of a module are nearly
 * orthogonal and of equal energy E, so it carries E ⟨u, u'⟩ of the inner product. Errors of û and
 * û' are alike where the rest of the sketches is alike; phantom modules, which no computation
 * contains, show how large (σ², σ'²) and how alike (κ) they are:
 *
 * <pre>
 * contribution = E (⟨û, û'⟩ − n κ),  n unknowns of the module
 * variance = E² (σ²‖u'‖² + σ'²‖u‖² + 2κ⟨u, u'⟩ + (n + n²/phantoms)(σ²σ'² + κ²))
 * </pre>
 *
 * <p>Attributes are fitted under a ridge; what it takes off is measured once on random attributes
 * and given back. Set-up costs one fit, an explanation two. Holds workspace: not thread-safe.
 */
public final class BlindExplainer {
  /** Variances are known to about √(2/phantoms), 18 %. */
  private static final int PHANTOMS = 64;

  /** Standard errors that a contribution must exceed to be told from chance. */
  private static final double NOISE_FLOOR = 2;

  private static final double TOLERANCE = 1e-8;
  private static final int MAX_ITERATIONS = 100;

  private final Operators operators;
  private final List<ModuleProfile> modules;
  private final int prefixLength;
  private final List<Component> components = new ArrayList<>();

  /** Index of the module of a component, −1 for a phantom. */
  private final List<Integer> owners = new ArrayList<>();

  private final RootModules map;
  private final RidgeSolver solver;

  /** Of the columns of a component's share, and of its attributes. */
  private final double[] energies;

  private final double[] gains;

  /**
   * Prepares the fit.
   *
   * @param modules those asked for, and better all that may occur as roots. One of which no place
   *     is known is sought with and without inputs; one that occurs only below roots is left to the
   *     rest
   * @param prefixLength floats of the sketches to come
   * @throws InvalidInputException if a name stands twice, the prefix length is out of range or the
   *     modules are too many
   */
  public BlindExplainer(Operators operators, List<ModuleProfile> modules, int prefixLength) {
    operators.spec().checkPrefix(prefixLength);
    this.operators = operators;
    this.prefixLength = prefixLength;
    this.modules = ModuleProfile.distinct(modules);
    addComponents();
    if (components.size() > prefixLength / 2) {
      throw new InvalidInputException(
          "modules",
          components.size()
              + " unknown shares are too many for "
              + prefixLength
              + " floats; ask for at most "
              + Math.max(0, prefixLength / 4 - PHANTOMS)
              + " modules");
    }
    this.map = new RootModules(operators, components);
    this.energies = map.energies(prefixLength);
    this.solver =
        new RidgeSolver(
            map,
            prefixLength,
            energies,
            map.ridge(energies, prefixLength),
            TOLERANCE,
            MAX_ITERATIONS);
    this.gains = gains();
  }

  private void addComponents() {
    boolean leaf = modules.stream().anyMatch(ModuleProfile::rootLeaf);
    boolean inner = modules.stream().anyMatch(ModuleProfile::rootInner);
    boolean none = !leaf && !inner;
    boolean unstated = modules.stream().anyMatch(module -> !module.placesStated());
    for (boolean form : new boolean[] {false, true}) {
      boolean seen = none || unstated || (form ? inner : leaf);
      for (int m = 0; m < modules.size(); m++) {
        ModuleProfile module = modules.get(m);
        if (module.root()
            ? (form ? module.rootInner() : module.rootLeaf())
            : !module.placesStated()) {
          int dimension = module.dimension();
          components.add(new Component(module.name(), dimension, form, 0));
          owners.add(m);
        }
      }
      for (int p = 0; seen && p < PHANTOMS; p++) {
        components.add(new Component("\0phantom " + p, 0, form, 0));
        owners.add(-1);
      }
    }
  }

  /** Share of a component's attributes that the fit gives back, from random signs. */
  private double[] gains() {
    RandomStream stream = RandomStream.of(0, RandomStream.Role.POSITION, 0, prefixLength);
    float[] truth = new float[map.unknowns()];
    for (int j = components.size(); j < truth.length; j++) {
      truth[j] = (stream.bits(j) & 1) == 0 ? 1f : -1f;
    }
    float[] image = new float[operators.spec().dimension()];
    map.apply(truth, image);
    float[] found = fit(image);
    double[] out = new double[components.size()];
    for (int i = 0; i < out.length; i++) {
      int from = map.offset(i);
      int to = map.offset(i + 1);
      double gain = dot(truth, found, from, to) / Math.max(1, to - from);
      out[i] = from == to ? 1 : Math.max(gain, 0.05);
    }
    return out;
  }

  private float[] fit(float[] values) {
    Arrays.fill(values, prefixLength, values.length, 0f);
    return solver.solve(values);
  }

  /**
   * Explains a cosine. More floats than the prefix length are ignored.
   *
   * @throws io.resketch.core.MismatchException if a sketch was made with another spec
   * @throws InvalidInputException if a sketch holds fewer floats than the prefix length
   */
  public BlindExplanation explain(Sketch left, Sketch right) {
    left.requireFingerprint(operators.fingerprint());
    double cosine = left.cosine(right, prefixLength);
    double norms =
        Math.sqrt(left.truncate(prefixLength).energy() * right.truncate(prefixLength).energy());
    double scale = norms == 0 ? 0 : 1 / norms;
    float[] u = fit(left.toPaddedArray());
    float[] v = fit(right.toPaddedArray());
    Noise[] noise = {new Noise(u, v, false), new Noise(u, v, true)};
    double[] contributions = new double[modules.size()];
    double[] variances = new double[modules.size()];
    for (int i = 0; i < components.size(); i++) {
      int m = owners.get(i);
      if (m >= 0) {
        double factor = scale * energies[i];
        Estimate estimate = noise[components.get(i).inner() ? 1 : 0].estimate(i, u, v);
        contributions[m] += factor * estimate.product;
        variances[m] += factor * factor * estimate.variance;
      }
    }
    List<ModuleShare> shares = new ArrayList<>();
    double rest = cosine;
    double restVariance = 0;
    for (int m = 0; m < contributions.length; m++) {
      ModuleShare share = share(modules.get(m), contributions[m], Math.sqrt(variances[m]));
      shares.add(share);
      if (share.determined()) {
        rest -= contributions[m];
        restVariance += variances[m];
      }
    }
    shares.sort(Comparator.comparingDouble(ModuleShare::contribution).reversed());
    return new BlindExplanation(cosine, shares, rest, Math.sqrt(restVariance));
  }

  private static ModuleShare share(ModuleProfile module, double contribution, double error) {
    String reason = "";
    if (module.belowRoot()) {
      reason = "the module also occurs below other objects, which the share of roots would mix in";
    } else if (Math.abs(contribution) <= NOISE_FLOOR * error) {
      reason = "within " + (int) NOISE_FLOOR + " standard errors of 0, as chance alone would be";
    }
    return new ModuleShare(module.name(), contribution, error, reason.isEmpty(), reason);
  }

  private static double dot(float[] a, float[] b, int from, int to) {
    double sum = 0;
    for (int j = from; j < to; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  /** ⟨u, u'⟩ of a component, and the variance of the estimate. */
  private record Estimate(double product, double variance) {}

  /** Second moments of the errors of û and û', from the phantoms of one form. */
  private final class Noise {
    private final double left;
    private final double right;
    private final double both;

    Noise(float[] u, float[] v, boolean inner) {
      double uu = 0;
      double vv = 0;
      double uv = 0;
      for (int i = 0; i < components.size(); i++) {
        if (owners.get(i) < 0 && components.get(i).inner() == inner) {
          uu += (double) u[i] * u[i];
          vv += (double) v[i] * v[i];
          uv += (double) u[i] * v[i];
        }
      }
      this.left = uu / PHANTOMS;
      this.right = vv / PHANTOMS;
      this.both = uv / PHANTOMS;
    }

    Estimate estimate(int component, float[] u, float[] v) {
      double n = 1 + components.get(component).dimension();
      double product = product(component, u, v) - n * both;
      double uu = Math.max(0, product(component, u, u) - n * left);
      double vv = Math.max(0, product(component, v, v) - n * right);
      double signal = left * vv + right * uu + 2 * both * product;
      double chance = (n + n * n / PHANTOMS) * (left * right + both * both);
      return new Estimate(product, Math.max(0, signal) + chance);
    }

    private double product(int component, float[] u, float[] v) {
      double gain = gains[component];
      return (double) u[component] * v[component]
          + dot(u, v, map.offset(component), map.offset(component + 1)) / (gain * gain);
    }
  }
}
