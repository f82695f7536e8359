package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.operator.RootModules.Component;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts modules among the roots of a sketch, or of a sum of sketches, from the sketch alone: no
 * skeleton, only what is known of the modules.
 *
 * <p>The shares of all modules are fitted jointly, by least squares, to the transparent part of the
 * sketch ({@link RootModules}); the modules' summed attributes are fitted along as nuisances under
 * a ridge that expects them as strong as the rest of the sketch. A fit is linear in the sketch, so
 * every module has one fixed filter h, and its count is mass · ⟨h, s⟩. Signature columns are known
 * vectors and carry no ridge: the count is unbiased over the random operators.
 *
 * <p>The standard error is measured, not modelled: phantom modules, which no computation contains,
 * are fitted along, and the root mean square of their counts is the error. That holds for sums of
 * similar runs, too, whose errors are not independent.
 *
 * <p>Set-up costs one solve per module; an estimate costs (modules + phantoms) · prefix length
 * multiplications. Immutable after construction, thread-safe.
 */
public final class CountEstimator {
  /** The error is known to about 1/√(2·phantoms), 9 %. */
  private static final int PHANTOMS = 64;

  private static final double TOLERANCE = 1e-6;
  private static final int MAX_ITERATIONS = 60;

  private final Operators operators;
  private final int prefixLength;
  private final List<ModuleProfile> modules;
  private final List<Filter> filters = new ArrayList<>();

  /**
   * h of one component.
   *
   * @param module index of the module, −1 for a phantom
   */
  private record Filter(int module, boolean inner, float[] values, double norm) {
    double apply(Sketch sketch) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += (double) values[i] * sketch.value(i);
      }
      return sum;
    }
  }

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
    this.operators = operators;
    this.prefixLength = prefixLength;
    this.modules = List.copyOf(modules);
    if (modules.stream().map(ModuleProfile::name).distinct().count() != modules.size()) {
      throw new InvalidInputException("modules", "a name stands twice; ask for each module once");
    }
    boolean leaf = modules.stream().anyMatch(ModuleProfile::rootLeaf);
    boolean inner = modules.stream().anyMatch(ModuleProfile::rootInner);
    if (!leaf && !inner) {
      leaf = true;
      inner = true;
    }
    List<Component> components = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    for (int m = 0; m < modules.size(); m++) {
      ModuleProfile module = modules.get(m);
      if (module.root() ? module.rootLeaf() : leaf) {
        components.add(new Component(module.name(), module.root() ? module.dimension() : 0, false));
        owners.add(m);
      }
      if (module.root() ? module.rootInner() : inner) {
        components.add(new Component(module.name(), module.root() ? module.dimension() : 0, true));
        owners.add(m);
      }
    }
    for (int p = 0; p < PHANTOMS; p++) {
      for (boolean form : new boolean[] {false, true}) {
        if (form ? inner : leaf) {
          components.add(new Component("\0phantom " + p, 0, form));
          owners.add(-1);
        }
      }
    }
    if (components.size() > prefixLength / 2) {
      throw new InvalidInputException(
          "modules",
          components.size()
              + " unknown counts are too many for "
              + prefixLength
              + " floats; ask for at most "
              + Math.max(0, prefixLength / 4 - PHANTOMS)
              + " modules");
    }
    solveFilters(components, owners);
  }

  private void solveFilters(List<Component> components, List<Integer> owners) {
    RootModules map = new RootModules(operators, components);
    int d = operators.spec().dimension();
    double kept = (double) prefixLength / d;
    double[] energies = new double[map.unknowns()];
    double[] ridge = new double[map.unknowns()];
    for (int i = 0; i < components.size(); i++) {
      double energy = kept * map.columnEnergy(i);
      energies[i] = energy;
      Arrays.fill(energies, map.offset(i), map.offset(i + 1), energy);
      double strength = energy * components.get(i).dimension() / prefixLength;
      Arrays.fill(ridge, map.offset(i), map.offset(i + 1), strength);
    }
    RidgeSolver solver =
        new RidgeSolver(map, prefixLength, energies, ridge, TOLERANCE, MAX_ITERATIONS);
    float[] image = new float[d];
    for (int i = 0; i < components.size(); i++) {
      float[] unit = new float[map.unknowns()];
      unit[i] = 1f;
      map.apply(solver.solveNormalEquations(unit, d), image);
      float[] values = Arrays.copyOf(image, prefixLength);
      double norm = 0;
      for (float v : values) {
        norm += (double) v * v;
      }
      filters.add(new Filter(owners.get(i), components.get(i).inner(), values, Math.sqrt(norm)));
    }
  }

  /** Floats of the sketches that this estimator reads. */
  public int prefixLength() {
    return prefixLength;
  }

  /**
   * Counts every module, in the order given at construction.
   *
   * @param sketch of one run or a sum of runs; more floats than the prefix length are ignored
   * @throws io.resketch.core.MismatchException if it was made with another spec
   * @throws InvalidInputException if it holds fewer floats than the prefix length
   */
  public List<ModuleCount> estimate(Sketch sketch) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    if (sketch.prefixLength() < prefixLength) {
      throw new InvalidInputException(
          "sketch",
          sketch.prefixLength() + " floats are left, this estimator reads " + prefixLength);
    }
    double[] counts = new double[modules.size()];
    double[] variances = new double[modules.size()];
    double[] noise = {noisePerNorm(sketch, false), noisePerNorm(sketch, true)};
    for (Filter filter : filters) {
      if (filter.module >= 0) {
        counts[filter.module] += sketch.mass() * filter.apply(sketch);
        variances[filter.module] += noise[filter.inner ? 1 : 0] * filter.norm * filter.norm;
      }
    }
    List<ModuleCount> out = new ArrayList<>();
    for (int m = 0; m < counts.length; m++) {
      ModuleProfile module = modules.get(m);
      out.add(
          module.belowRoot()
              ? new ModuleCount(
                  module.name(),
                  0,
                  0,
                  false,
                  "the module also occurs below other objects, which a count of roots would mix in")
              : new ModuleCount(module.name(), counts[m], Math.sqrt(variances[m]), true, ""));
    }
    return out;
  }

  /** Mean square of the phantoms' counts over the squared norm of their filters. */
  private double noisePerNorm(Sketch sketch, boolean inner) {
    double squares = 0;
    double norms = 0;
    for (Filter filter : filters) {
      if (filter.module < 0 && filter.inner == inner) {
        double count = sketch.mass() * filter.apply(sketch);
        squares += count * count;
        norms += filter.norm * filter.norm;
      }
    }
    return norms == 0 ? 0 : squares / norms;
  }
}
