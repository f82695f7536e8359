package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.List;

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
 * <p>The standard error is measured, not modelled: phantom modules, which no computation contains,
 * are fitted along, and the root mean square of their counts is the error. That holds for sums of
 * similar runs, too, whose errors are not independent, and includes noise that was added to the
 * sketch. The 95 % interval is {@link ModuleCount#halfWidth95} to each side; it covers over the
 * choice of the spec's seed.
 *
 * <p>Set-up costs one solve per module; an estimate costs (modules + phantoms) · prefix length
 * multiplications. Immutable after construction, thread-safe.
 */
public final class CountEstimator {
  private final TransparentFit fit;
  private final List<ModuleProfile> modules;

  /**
   * Prepares the filters.
   *
   * @param modules those asked for, and better also those that are not but may occur as roots: the
   *     joint fit keeps them apart. A module never seen as a root is sought in the forms in which
   *     the others were seen
   * @param prefixLength floats of the sketches to come
   * @throws InvalidInputException if a name stands twice or the prefix length is out of range
   */
  public CountEstimator(Operators operators, List<ModuleProfile> modules, int prefixLength) {
    operators.spec().checkPrefix(prefixLength);
    this.modules = List.copyOf(modules);
    if (modules.stream().map(ModuleProfile::name).distinct().count() != modules.size()) {
      throw new InvalidInputException("modules", "a name stands twice; ask for each module once");
    }
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
   * Counts every module, in the order given at construction.
   *
   * @param sketch of one run or a sum of runs; more floats than the prefix length are ignored
   * @throws io.resketch.core.MismatchException if it was made with another spec
   * @throws InvalidInputException if it holds fewer floats than the prefix length
   */
  public List<ModuleCount> estimate(Sketch sketch) {
    fit.check(sketch);
    double[] noise = fit.noisePerNorm(sketch);
    double mass = sketch.mass();
    List<ModuleCount> out = new ArrayList<>();
    for (int m = 0; m < noise.length; m++) {
      String name = modules.get(m).name();
      String obstacle = fit.obstacle(modules.get(m));
      out.add(
          obstacle.isEmpty()
              ? new ModuleCount(
                  name,
                  mass * fit.share(m, sketch),
                  Math.abs(mass) * noise[m] * fit.norm(m),
                  true,
                  "")
              : new ModuleCount(name, 0, 0, false, obstacle));
    }
    return out;
  }
}
