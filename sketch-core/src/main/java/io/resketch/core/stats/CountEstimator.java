package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Counts modules among the roots of a sketch, or of a sum of sketches, from the sketch alone: no
 * skeleton, only what is known of the modules.
 *
 * <p>The shares of all modules are fitted jointly, by least squares, to the transparent part of the
 * sketch ({@link RootModules}); the modules' summed attributes are fitted along as nuisances under
 * a ridge that expects them as strong as the rest of the sketch, and so are the copies of modules
 * that also occur below others, depth by depth. A fit is linear in the sketch, so every module has
 * one fixed filter h, and its count is mass · ⟨h, s⟩. Signature columns are known vectors and carry
 * no ridge: the count is unbiased over the random operators.
 *
 * <p>The standard error is measured, not modelled: it is the standard deviation of the count over
 * the random signs of the module's signature, on what the fit leaves of this very sketch. That
 * holds for sums of similar runs, too, whose errors are not independent, for prefixes that keep few
 * blocks of a signature, and includes noise that was added to the sketch. The 95 % interval is
 * {@link ModuleCount#halfWidth95} to each side; it covers over the choice of the spec's seed.
 *
 * <p>The first question about a module costs one solve, every estimate one more and modules ·
 * prefix length multiplications. Immutable after construction, thread-safe.
 */
public final class CountEstimator {
  private final TransparentFit fit;
  private final List<ModuleProfile> modules;

  /**
   * Prepares the filters.
   *
   * @param modules those asked for, and better also those that are not but may occur as roots: the
   *     joint fit keeps them apart. A module of which no place is known is sought in all
   * @param prefixLength floats of the sketches to come
   * @throws InvalidInputException if a name stands twice or the prefix length is out of range
   */
  public CountEstimator(Operators operators, List<ModuleProfile> modules, int prefixLength) {
    operators.spec().checkPrefix(prefixLength);
    this.modules = ModuleProfile.distinct(modules);
    this.fit = TransparentFit.of(operators, this.modules, prefixLength);
  }

  /** Floats of the sketches that this estimator reads. */
  public int prefixLength() {
    return fit.prefixLength();
  }

  TransparentFit fit() {
    return fit;
  }

  List<ModuleProfile> modules() {
    return modules;
  }

  /**
   * Does now what the first question about some modules would otherwise wait for: one solve each,
   * or a few where they are many.
   *
   * @param asked indices in the order given at construction
   * @param preparation runs the steps
   */
  public void prepare(int[] asked, Preparation preparation) {
    if (fit.isMany(asked.length)) {
      preparation.run(1, step -> fit.prepareMany());
    } else {
      preparation.run(asked.length, step -> fit.prepare(asked[step]));
    }
  }

  /** Counts every module, in the order given at construction. */
  public List<ModuleCount> estimate(Sketch sketch) {
    return estimate(sketch, IntStream.range(0, modules.size()).toArray());
  }

  /**
   * Counts some of the modules.
   *
   * @param sketch of one run or a sum of runs; more floats than the prefix length are ignored
   * @param asked indices in the order given at construction
   * @throws io.resketch.core.MismatchException if it was made with another spec
   * @throws InvalidInputException if it holds fewer floats than the prefix length
   */
  public List<ModuleCount> estimate(Sketch sketch, int[] asked) {
    fit.check(sketch);
    return counts(sketch, asked, fit.read(sketch, asked));
  }

  List<ModuleCount> counts(Sketch sketch, int[] asked, TransparentFit.Reading reading) {
    double mass = sketch.mass();
    List<ModuleCount> out = new ArrayList<>();
    for (int k = 0; k < asked.length; k++) {
      int m = asked[k];
      String name = modules.get(m).name();
      String obstacle = fit.obstacle(m, modules.get(m));
      out.add(
          obstacle.isEmpty()
              ? new ModuleCount(
                      name,
                      mass * reading.counts()[k],
                      Math.abs(mass) * reading.errors()[k],
                      reading.signs()[k],
                      true,
                      "",
                      CountMethod.LINEAR_FIT)
                  .among(mass)
              : ModuleCount.notDetermined(name, obstacle));
    }
    return out;
  }
}
