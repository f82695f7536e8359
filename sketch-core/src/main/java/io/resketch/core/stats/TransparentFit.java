package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.operator.RootModules.Component;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The joint least squares fit of all modules to the transparent part of sketches of one length:
 * shares free, attributes under a ridge, phantom modules along, and for modules that also occur
 * below others one more component for each depth. Immutable after construction, thread-safe.
 */
final class TransparentFit {
  /** The error is known to about 1/√(2·phantoms), 9 %. */
  private static final int PHANTOMS = 64;

  /**
   * An object k edges below the roots is seen through the identities 8^−k weaker than a root:
   * deeper ones than this, at most 1/512 of a count for each root, are left to the noise.
   */
  private static final int MAX_DEPTH = 2;

  /** Roots at later positions are rare; what their copies add is left to the noise. */
  private static final int POSITIONS = 32;

  private static final double TOLERANCE = 1e-6;

  /** For a correction of a few percent. */
  private static final double COARSE = 1e-3;

  private static final int MAX_ITERATIONS = 60;

  private final Operators operators;
  private final int prefixLength;
  private final List<Component> components = new ArrayList<>();
  private final List<Subject> modules = new ArrayList<>();
  private final List<Subject> phantoms = new ArrayList<>();
  private final boolean deep;
  private final double[] energies;
  private final double[] ridge;
  private final List<Filter> filters = new ArrayList<>();
  private final Map<Kind, List<Filter>> phantomFilters = new HashMap<>();

  /**
   * What the noise of a count depends on beside the norm of its filter: the forms that are counted,
   * and whether objects of the module below the roots are fitted along.
   */
  record Kind(boolean leaf, boolean inner, boolean deep) {}

  /**
   * A module or phantom.
   *
   * @param leaf component of its roots without inputs, −1 if there is none
   * @param inner component of its roots with inputs, −1 if there is none
   */
  private record Subject(int leaf, int inner, boolean deep) {
    Kind kind() {
      return new Kind(leaf >= 0, inner >= 0, deep);
    }

    /** The same in the forms of a kind only. */
    Subject in(Kind kind) {
      return new Subject(kind.leaf ? leaf : -1, kind.inner ? inner : -1, deep);
    }

    List<Integer> components() {
      return IntStream.of(leaf, inner).filter(i -> i >= 0).boxed().toList();
    }
  }

  /** h of a count: of all forms of a module together. */
  private record Filter(float[] values, double norm) {
    double apply(Sketch sketch) {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += (double) values[i] * sketch.value(i);
      }
      return sum;
    }
  }

  /** Fits modules below the roots along if there are floats enough, else leaves them out. */
  static TransparentFit of(Operators operators, List<ModuleProfile> modules, int prefixLength) {
    boolean deep = modules.stream().anyMatch(TransparentFit::isDeep);
    TransparentFit fit = new TransparentFit(operators, modules, prefixLength, deep);
    if (deep && fit.components.size() > prefixLength / 2) {
      fit = new TransparentFit(operators, modules, prefixLength, false);
    }
    if (fit.components.size() > prefixLength / 2) {
      throw new InvalidInputException(
          "modules",
          fit.components.size()
              + " unknown counts are too many for "
              + prefixLength
              + " floats; ask for at most "
              + Math.max(0, prefixLength / 4 - PHANTOMS)
              + " modules");
    }
    fit.solve();
    return fit;
  }

  private TransparentFit(
      Operators operators, List<ModuleProfile> profiles, int prefixLength, boolean deep) {
    this.operators = operators;
    this.prefixLength = prefixLength;
    this.deep = deep;
    boolean leaf = profiles.stream().anyMatch(ModuleProfile::rootLeaf);
    boolean inner = profiles.stream().anyMatch(ModuleProfile::rootInner);
    if (!leaf && !inner) {
      leaf = true;
      inner = true;
    }
    int leafDepths = 0;
    int innerDepths = 0;
    for (ModuleProfile module : profiles) {
      leafDepths |= module.leafDepths();
      innerDepths |= module.innerDepths();
      boolean root = module.root();
      modules.add(add(module, root ? module.rootLeaf() : leaf, root ? module.rootInner() : inner));
    }
    for (boolean deepPhantom : new boolean[] {false, true}) {
      if (modules.stream().anyMatch(subject -> subject.deep == deepPhantom)) {
        for (int p = 0; p < PHANTOMS; p++) {
          String name = "\0" + (deepPhantom ? "deep phantom " : "phantom ") + p;
          int leaves = deepPhantom ? leafDepths : 0;
          int inners = deepPhantom ? innerDepths : 0;
          phantoms.add(
              add(
                  new ModuleProfile(name, 0, false, false, deepPhantom, leaves, inners),
                  leaf,
                  inner));
        }
      }
    }
    RootModules map = map();
    this.energies = new double[map.unknowns()];
    this.ridge = new double[map.unknowns()];
    weigh(map);
  }

  private static boolean isDeep(ModuleProfile module) {
    return ((module.leafDepths() | module.innerDepths()) & ((2 << MAX_DEPTH) - 2)) != 0;
  }

  private void solve() {
    RootModules map = map();
    RidgeSolver solver = solver(map, TOLERANCE);
    for (Subject module : modules) {
      float[] h = filter(map, solver, module);
      for (int i : module.components()) {
        clearOwnCopies(map, i, h);
      }
      filters.add(new Filter(h, Math.sqrt(dot(h, h))));
    }
    for (Kind kind : modules.stream().map(Subject::kind).distinct().toList()) {
      List<Filter> noise = new ArrayList<>();
      for (Subject phantom : phantoms) {
        if (phantom.deep == kind.deep) {
          float[] h = filter(map, solver, phantom.in(kind));
          noise.add(new Filter(h, Math.sqrt(dot(h, h))));
        }
      }
      phantomFilters.put(kind, noise);
    }
  }

  private Subject add(ModuleProfile module, boolean leaf, boolean inner) {
    int dimension = module.root() ? module.dimension() : 0;
    boolean deepModule = deep && isDeep(module);
    int leafComponent = addIf(leaf, new Component(module.name(), dimension, false, 0));
    int innerComponent = addIf(inner, new Component(module.name(), dimension, true, 0));
    for (int k = 1; deepModule && k <= MAX_DEPTH; k++) {
      boolean leafBelow = ((module.leafDepths() >>> k) & 1) != 0;
      boolean innerBelow = ((module.innerDepths() >>> k) & 1) != 0;
      addIf(leafBelow, new Component(module.name(), module.dimension(), false, k));
      addIf(innerBelow, new Component(module.name(), module.dimension(), true, k));
    }
    return new Subject(leafComponent, innerComponent, deepModule);
  }

  private int addIf(boolean wanted, Component component) {
    if (!wanted) {
      return -1;
    }
    components.add(component);
    return components.size() - 1;
  }

  /**
   * Whether a module's roots can be told from its objects below them.
   *
   * @return why not, else empty
   */
  String obstacle(ModuleProfile module) {
    if (module.placesUnknown()) {
      return "the module also occurs below other objects, at depths that are not known, which a"
          + " count of roots would mix in";
    }
    return isDeep(module) && !deep
        ? "the module also occurs below other objects, and "
            + prefixLength
            + " floats are too few to keep those apart"
        : "";
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

  private float[] filter(RootModules map, RidgeSolver solver, Subject subject) {
    int d = operators.spec().dimension();
    float[] unit = new float[map.unknowns()];
    for (int i : subject.components()) {
      unit[i] = 1f;
    }
    float[] image = new float[d];
    map.apply(solver.solveNormalEquations(unit, d), image);
    return Arrays.copyOf(image, prefixLength);
  }

  /**
   * Takes out of h what a block permutation lets the module's own rotated copies repeat in place.
   * Phantoms, which are absent, do not see this; without it, intervals of few large counts cover
   * less than stated. What is taken out is first cleared of all that is fitted, so that h sees the
   * columns of the fit as before.
   *
   * @param i component of the share
   * @param h modified
   */
  private void clearOwnCopies(RootModules map, int i, float[] h) {
    float[] unit = new float[map.unknowns()];
    unit[i] = 1f;
    float[] column = new float[operators.spec().dimension()];
    map.apply(unit, column);
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

  /** Components of the roots of module {@code m}, which have its attributes. */
  List<Integer> rootComponents(int m) {
    return modules.get(m).components();
  }

  void check(Sketch sketch) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    if (sketch.prefixLength() < prefixLength) {
      throw new InvalidInputException(
          "sketch",
          sketch.prefixLength() + " floats are left, this estimator reads " + prefixLength);
    }
  }

  /** Count of module {@code m}, for {@code mass} 1. */
  double share(int m, Sketch sketch) {
    return filters.get(m).apply(sketch);
  }

  /** ‖h‖ of module {@code m}. */
  double norm(int m) {
    return filters.get(m).norm;
  }

  /**
   * Standard error per norm of a filter, for every module, for {@code mass} 1: root mean square of
   * the counts of the phantoms of its kind over that of the norms of their filters.
   */
  double[] noisePerNorm(Sketch sketch) {
    Map<Kind, Double> noise = new HashMap<>();
    phantomFilters.forEach(
        (kind, list) -> {
          double squares = 0;
          double norms = 0;
          for (Filter phantom : list) {
            double count = phantom.apply(sketch);
            squares += count * count;
            norms += phantom.norm * phantom.norm;
          }
          noise.put(kind, Math.sqrt(squares / norms));
        });
    return modules.stream().mapToDouble(module -> noise.get(module.kind())).toArray();
  }
}
