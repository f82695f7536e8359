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
 * The joint least squares fit of all modules to the transparent part of sketches of one length:
 * shares free, attributes under a ridge, phantom modules along, and for modules that also occur
 * below others one more component for each depth. Immutable after construction, thread-safe.
 */
final class TransparentFit {
  /** The error is known to about 1/√(2·phantoms), 9 %. */
  static final int PHANTOMS = 64;

  /**
   * A copy k edges below the roots is seen through the identities 8^−k weaker: deeper ones than
   * this, 1/4,096 of a count, are left to the noise.
   */
  private static final int MAX_DEPTH = 4;

  /** Roots at later positions are rare; what their copies add is left to the noise. */
  private static final int POSITIONS = 32;

  private static final int PHANTOM = -1;
  private static final int BELOW = -2;
  private static final double TOLERANCE = 1e-6;

  /** For a correction of a few percent. */
  private static final double COARSE = 1e-3;

  private static final int MAX_ITERATIONS = 60;

  private final Operators operators;
  private final int prefixLength;
  private final List<Component> components = new ArrayList<>();
  private final List<Integer> owners = new ArrayList<>();
  private final double[] energies;
  private final double[] ridge;
  private final List<Filter> filters = new ArrayList<>();

  /**
   * h of the share of one component.
   *
   * @param module index of the module, −1 for a phantom
   */
  record Filter(int component, int module, boolean inner, float[] values, double norm) {
    double apply(Sketch sketch) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += (double) values[i] * sketch.value(i);
      }
      return sum;
    }
  }

  TransparentFit(Operators operators, List<ModuleProfile> modules, int prefixLength) {
    this.operators = operators;
    this.prefixLength = prefixLength;
    boolean leaf = modules.stream().anyMatch(ModuleProfile::rootLeaf);
    boolean inner = modules.stream().anyMatch(ModuleProfile::rootInner);
    if (!leaf && !inner) {
      leaf = true;
      inner = true;
    }
    for (int m = 0; m < modules.size(); m++) {
      addModule(m, modules.get(m), leaf, inner);
    }
    for (int p = 0; p < PHANTOMS; p++) {
      String name = "\0phantom " + p;
      addIf(leaf, PHANTOM, new Component(name, 0, false, 0));
      addIf(inner, PHANTOM, new Component(name, 0, true, 0));
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
    RootModules map = map();
    this.energies = new double[map.unknowns()];
    this.ridge = new double[map.unknowns()];
    weigh(map);
    RidgeSolver solver = solver(map, TOLERANCE);
    for (int i = 0; i < components.size(); i++) {
      if (owners.get(i) != BELOW) {
        filters.add(filter(map, solver, i));
      }
    }
  }

  private void addModule(int m, ModuleProfile module, boolean leaf, boolean inner) {
    String name = module.name();
    int dimension = module.root() ? module.dimension() : 0;
    addIf(module.root() ? module.rootLeaf() : leaf, m, new Component(name, dimension, false, 0));
    addIf(module.root() ? module.rootInner() : inner, m, new Component(name, dimension, true, 0));
    for (int k = 1; k <= MAX_DEPTH; k++) {
      boolean leafBelow = (module.leafDepths() >>> k & 1) != 0;
      boolean innerBelow = (module.innerDepths() >>> k & 1) != 0;
      addIf(leafBelow, BELOW, new Component(name, module.dimension(), false, k));
      addIf(innerBelow, BELOW, new Component(name, module.dimension(), true, k));
    }
  }

  private void addIf(boolean wanted, int owner, Component component) {
    if (wanted) {
      components.add(component);
      owners.add(owner);
    }
  }

  /** The ridge expects a module's attributes as strong as the rest of the sketch. */
  private void weigh(RootModules map) {
    double kept = (double) prefixLength / operators.spec().dimension();
    for (int i = 0; i < components.size(); i++) {
      double energy = kept * map.columnEnergy(i);
      energies[i] = energy;
      Arrays.fill(energies, map.offset(i), map.offset(i + 1), energy);
      double strength = energy * components.get(i).dimension() / prefixLength;
      Arrays.fill(ridge, map.offset(i), map.offset(i + 1), strength);
    }
  }

  private Filter filter(RootModules map, RidgeSolver solver, int i) {
    int d = operators.spec().dimension();
    float[] unit = new float[map.unknowns()];
    unit[i] = 1f;
    float[] image = new float[d];
    map.apply(solver.solveNormalEquations(unit, d), image);
    float[] values = Arrays.copyOf(image, prefixLength);
    if (owners.get(i) >= 0) {
      map.apply(unit, image);
      clearOwnCopies(map, i, image, values);
    }
    return new Filter(
        i, owners.get(i), components.get(i).inner(), values, Math.sqrt(dot(values, values)));
  }

  /**
   * Takes out of h what a block permutation lets the module's own rotated copies repeat in place.
   * Phantoms, which are absent, do not see this; without it, intervals of few large counts cover
   * less than stated. What is taken out is first cleared of all that is fitted, so that h sees the
   * columns of the fit as before.
   *
   * @param column b, the column of the share, d values
   * @param h modified
   */
  private void clearOwnCopies(RootModules map, int i, float[] column, float[] h) {
    float[] copies = new float[column.length];
    float[] copy = new float[column.length];
    for (int position = 0; position < POSITIONS; position++) {
      double overlap = map.ownOverlap(i, position, prefixLength);
      if (overlap != 0) {
        map.rotate(position, column, copy);
        double energy = dot(copy, copy);
        for (int t = 0; energy > 0 && t < prefixLength; t++) {
          copies[t] += (float) (overlap / energy * copy[t]);
        }
      }
    }
    map.apply(solver(map, COARSE).solve(copies), copy);
    for (int t = 0; t < h.length; t++) {
      h[t] -= copies[t] - copy[t];
    }
  }

  /** Over the prefix. */
  private double dot(float[] a, float[] b) {
    double sum = 0;
    for (int t = 0; t < prefixLength; t++) {
      sum += (double) a[t] * b[t];
    }
    return sum;
  }

  /** A map with a workspace of its own. */
  RootModules map() {
    return new RootModules(operators, components);
  }

  RidgeSolver solver(RootModules map, double tolerance) {
    return new RidgeSolver(map, prefixLength, energies, ridge, tolerance, MAX_ITERATIONS);
  }

  Operators operators() {
    return operators;
  }

  int prefixLength() {
    return prefixLength;
  }

  /** Number of attributes that component {@code i} models. */
  int dimension(int i) {
    return components.get(i).dimension();
  }

  List<Filter> filters() {
    return filters;
  }

  void check(Sketch sketch) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    if (sketch.prefixLength() < prefixLength) {
      throw new InvalidInputException(
          "sketch",
          sketch.prefixLength() + " floats are left, this estimator reads " + prefixLength);
    }
  }

  /** Mean square of the phantoms' counts over the squared norm of their filters. */
  double noisePerNorm(Sketch sketch, boolean inner) {
    double squares = 0;
    double norms = 0;
    for (Filter filter : filters) {
      if (filter.module == PHANTOM && filter.inner == inner) {
        double count = sketch.mass() * filter.apply(sketch);
        squares += count * count;
        norms += filter.norm * filter.norm;
      }
    }
    return norms == 0 ? 0 : squares / norms;
  }
}
