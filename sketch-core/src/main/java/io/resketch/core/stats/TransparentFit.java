package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.RootModules;
import io.resketch.core.operator.RootModules.Component;
import io.resketch.core.operator.RootModules.Contrast;
import io.resketch.core.operator.RootModules.Deviation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The joint least squares fit of all modules to the transparent part of sketches of one length:
 * shares free, attributes under a ridge, and for modules that also occur below others one more
 * component for each depth. Immutable after construction, thread-safe.
 *
 * <p>The error of a count follows from its module's random signs alone. By Frisch, Waugh and Lovell
 * the count of M is ⟨q, r⟩: r is what the fit of all else leaves of the sketch, and q the share
 * columns of M, each times its weight. Where M is absent, r knows nothing of the signs in q, so the
 * variance of the count over them is Σ q_t² r_t², whatever the sketch is: a sum of similar objects,
 * or a prefix that keeps one block of q on the strongest part of r. What the fit leaves of the
 * sketch with M, too, takes the place of r, and the count itself accounts for the difference.
 */
final class TransparentFit {
  /**
   * An object k edges below the roots is seen through the identities 8^−k weaker than a root:
   * deeper ones than this, at most 1/512 of a count for each root, are left to the noise.
   */
  private static final int MAX_DEPTH = 2;

  /** Roots at later positions are rare; what their copies add is left to the noise. */
  private static final int POSITIONS = 32;

  /** Why there is no count. */
  static final String ONLY_BELOW = "the module occurs only below roots, and counts are of roots";

  private static final double TOLERANCE = 1e-6;

  /** Where the solution itself is the answer. */
  private static final double FINE = 1e-11;

  /** For a correction of a few percent. */
  private static final double COARSE = 1e-3;

  private static final int MAX_ITERATIONS = 60;

  /**
   * Modules asked for times unknowns times blocks of a column: ten seconds of solves for filters.
   */
  private static final double MAX_FILTER_WORK = 16e6;

  private final Operators operators;
  private final int prefixLength;
  private final List<Component> components = new ArrayList<>();
  private final List<Subject> modules = new ArrayList<>();
  private final boolean deep;
  private final double[] energies;
  private final double[] ridge;

  /** Whether the floats hold anything of a component's share. */
  private final boolean[] held;

  /** Made when first asked for. */
  private final AtomicReferenceArray<Filter> filters;

  /** Of all modules, for questions about many; made when first asked for. */
  private Filter[] pooled = {};

  /**
   * A module.
   *
   * @param roots components of its roots: those without inputs, with inputs, or both
   * @param below components of its objects below roots
   */
  private record Subject(List<Integer> roots, List<Integer> below) {
    List<Integer> all() {
      List<Integer> out = new ArrayList<>(roots);
      out.addAll(below);
      return out;
    }
  }

  /**
   * h of a count, of all forms of a module together.
   *
   * @param columns q of the count
   * @param signs how many random signs the count is measured on; where they have unequal parts in
   *     it, as many as would scatter like that
   */
  private record Filter(float[] values, double norm, Contrast columns, double signs) {
    /** Of a module whose signature the floats do not hold. */
    static Filter none(int prefixLength) {
      return new Filter(new float[prefixLength], 0, new Contrast(List.of(), new double[0]), 2);
    }

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
              + prefixLength / 4
              + " modules");
    }
    return fit;
  }

  private TransparentFit(
      Operators operators, List<ModuleProfile> profiles, int prefixLength, boolean deep) {
    this.operators = operators;
    this.prefixLength = prefixLength;
    this.deep = deep;
    profiles.forEach(module -> modules.add(add(module)));
    this.filters = new AtomicReferenceArray<>(modules.size());
    RootModules map = map();
    this.energies = map.energies(prefixLength);
    this.ridge = map.ridge(energies, prefixLength);
    this.held = held(map);
  }

  private static boolean isDeep(ModuleProfile module) {
    ModuleProfile places = module.possible();
    return ((places.leafDepths() | places.innerDepths()) & ((2 << MAX_DEPTH) - 2)) != 0;
  }

  /** The filter of module {@code m}; costs a solve the first time. */
  private Filter filter(int m) {
    Filter known = filters.get(m);
    if (known == null) {
      Subject module = modules.get(m);
      known = isHeld(module) ? filter(module) : Filter.none(prefixLength);
      filters.set(m, known); // a race makes the same filter twice
    }
    return known;
  }

  /** Does now what the first question about module {@code m} would otherwise wait for. */
  void prepare(int m) {
    filter(m);
  }

  /** Does now what the first question about many modules would otherwise wait for. */
  void prepareMany() {
    contrasts();
  }

  /** Of a signature column, a short prefix may keep no block at all. */
  private boolean[] held(RootModules map) {
    boolean[] out = new boolean[components.size()];
    for (int i = 0; i < out.length; i++) {
      float[] column = column(map, Contrast.of(i));
      out[i] = dot(column, column) > 0;
    }
    return out;
  }

  private boolean isHeld(Subject subject) {
    return !subject.roots.isEmpty() && subject.roots.stream().allMatch(i -> held[i]);
  }

  /**
   * What may lie below, but was never seen there, has no attributes: they are left to the noise.
   */
  private Subject add(ModuleProfile known) {
    ModuleProfile module = known.possible();
    int below = known.placesStated() ? module.dimension() : 0;
    Subject subject = new Subject(new ArrayList<>(), new ArrayList<>());
    if (module.rootLeaf()) {
      subject.roots.add(add(new Component(module.name(), module.dimension(), false, 0)));
    }
    if (module.rootInner()) {
      int dimension = module.dimension();
      subject.roots.add(add(new Component(module.name(), dimension, true, 0, ownWeight(module))));
    }
    for (int k = 1; deep && k <= MAX_DEPTH; k++) {
      if (((module.leafDepths() >>> k) & 1) != 0) {
        subject.below.add(add(new Component(module.name(), below, false, k)));
      }
      if (((module.innerDepths() >>> k) & 1) != 0) {
        subject.below.add(add(new Component(module.name(), below, true, k, ownWeight(module))));
      }
    }
    return subject;
  }

  private static float ownWeight(ModuleProfile module) {
    return module.statesOwnWeight() && !module.ownWeightsDiffer()
        ? module.ownWeight()
        : Skeleton.DEFAULT_OWN_WEIGHT;
  }

  private int add(Component component) {
    components.add(component);
    return components.size() - 1;
  }

  /**
   * Whether the floats hold a module's signature, and its roots can be told from its objects below
   * them.
   *
   * @param m index of the module
   * @return why not, else empty
   */
  String obstacle(int m, ModuleProfile module) {
    if (modules.get(m).roots.isEmpty()) {
      return ONLY_BELOW;
    }
    if (!isHeld(modules.get(m))) {
      return prefixLength + " floats are too few: they hold nothing of the module's signature";
    }
    if (module.ownWeightsDiffer()) {
      return "objects of the module have different own weights, so that its signature does not say"
          + " how many there are";
    }
    if (module.placesUnknown()) {
      return "the module also occurs below other objects, at depths that are not known, which a"
          + " count of roots would mix in";
    }
    if (!isDeep(module) || deep) {
      return "";
    }
    return (module.placesStated()
            ? "the module also occurs below other objects, and "
            : "the module may also occur below other objects, for nothing says where it does, and ")
        + prefixLength
        + " floats are too few to keep those apart";
  }

  private Filter filter(Subject subject) {
    RootModules map = map();
    int d = operators.spec().dimension();
    float[] unit = new float[map.unknowns()];
    subject.roots.forEach(i -> unit[i] = 1f);
    float[] solution = solver(map, TOLERANCE).solveNormalEquations(unit, d);
    float[] image = new float[d];
    map.apply(solution, image);
    float[] h = Arrays.copyOf(image, prefixLength);
    subject.roots.forEach(i -> clearOwnCopies(map, i, h));
    List<Integer> own = subject.all();
    Contrast columns = new Contrast(own, own.stream().mapToDouble(i -> solution[i]).toArray());
    return new Filter(h, Math.sqrt(dot(h, h)), columns, signs(map, columns));
  }

  /** (Σ e)² / Σ e² of the energies e that the single signs have in the columns of a count. */
  private double signs(RootModules map, Contrast columns) {
    float[] q = column(map, columns);
    double deviation = map.deviations(q, List.of(columns)).get(0).own();
    return Math.pow(dot(q, q) / deviation, 2);
  }

  /**
   * Takes out of h what a block permutation lets the module's own rotated copies repeat in place.
   * Those depend on the same signs, so the error does not see them; without this, intervals of few
   * large counts cover less than stated. What is taken out is first cleared of all that is fitted,
   * so that h sees the columns of the fit as before.
   *
   * @param map a workspace
   * @param i component of the share
   * @param h modified
   */
  private void clearOwnCopies(RootModules map, int i, float[] h) {
    float[] copies = ownCopies(map, i);
    float[] fitted = new float[copies.length];
    map.apply(solver(map, COARSE).solve(copies), fitted);
    for (int t = 0; t < h.length; t++) {
      h[t] -= copies[t] - fitted[t];
    }
  }

  /** What the copies of a share column repeat in place, at all positions. */
  private float[] ownCopies(RootModules map, int i) {
    float[] column = new float[operators.spec().dimension()];
    map.column(Contrast.of(i), column);
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
    return copies;
  }

  /** Columns of a contrast over the prefix, 0 behind it. */
  private float[] column(RootModules map, Contrast contrast) {
    float[] q = new float[operators.spec().dimension()];
    map.column(contrast, q);
    Arrays.fill(q, prefixLength, q.length, 0f);
    return q;
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
    return new RidgeSolver(
        map,
        prefixLength,
        energies,
        ridge,
        tolerance,
        tolerance == FINE ? 5 * MAX_ITERATIONS : MAX_ITERATIONS);
  }

  Operators operators() {
    return operators;
  }

  int prefixLength() {
    return prefixLength;
  }

  /** Components of the roots of module {@code m}, which have its attributes. */
  List<Integer> rootComponents(int m) {
    return modules.get(m).roots;
  }

  void check(Sketch sketch) {
    sketch.requireFingerprint(operators.fingerprint());
    if (sketch.prefixLength() < prefixLength) {
      throw new InvalidInputException(
          "sketch",
          sketch.prefixLength() + " floats are left, this estimator reads " + prefixLength);
    }
  }

  /**
   * Whether a question about so many modules is answered without a filter for each, which would
   * take minutes.
   */
  boolean isMany(int asked) {
    double unknowns = components.size();
    for (Component component : components) {
      unknowns += component.dimension();
    }
    int blocks =
        operators.spec().family() instanceof Family.BlockSparse sparse
            ? sparse.blocksPerColumn()
            : operators.spec().dimension() / SketchSpec.BLOCK_SIZE;
    return asked * unknowns * blocks > MAX_FILTER_WORK;
  }

  /**
   * What is read off a sketch of {@code mass} 1 for each of some modules.
   *
   * @param counts estimated counts
   * @param errors standard errors of the counts
   * @param signs how many random signs a count is measured on
   * @param perNorm standard error of whatever else is read off the sketch, such as attributes, over
   *     the norm of a filter; empty where the modules are {@link #isMany many}
   */
  record Reading(double[] counts, double[] errors, double[] signs, double[] perNorm) {}

  /** Reads a sketch; costs one solve. */
  Reading read(Sketch sketch, int[] asked) {
    RootModules map = map();
    float[] residual = sketch.toPaddedArray();
    Arrays.fill(residual, prefixLength, residual.length, 0f);
    boolean many = isMany(asked.length);
    float[] solution = solver(map, many ? FINE : TOLERANCE).solve(residual);
    float[] fitted = new float[residual.length];
    map.apply(solution, fitted);
    for (int t = 0; t < prefixLength; t++) {
      residual[t] -= fitted[t];
    }
    return many
        ? readMany(map, solution, residual, asked)
        : readByFilters(map, sketch, residual, asked);
  }

  private Reading readByFilters(RootModules map, Sketch sketch, float[] residual, int[] asked) {
    List<Filter> filters = Arrays.stream(asked).mapToObj(this::filter).toList();
    List<Deviation> deviations =
        map.deviations(residual, filters.stream().map(Filter::columns).toList());
    Reading out = reading(asked.length, asked.length);
    Map<Integer, Pooled> pools = new HashMap<>();
    for (int k = 0; k < asked.length; k++) {
      Filter filter = filters.get(k);
      out.counts[k] = filter.apply(sketch);
      out.signs[k] = filter.signs;
      out.errors[k] = error(deviations.get(k), filter.signs);
      pools.computeIfAbsent(kind(asked[k]), x -> new Pooled()).add(deviations.get(k), filter);
    }
    Arrays.setAll(out.perNorm, k -> pools.get(kind(asked[k])).perNorm());
    return out;
  }

  private static Reading reading(int asked, int filters) {
    return new Reading(
        new double[asked], new double[asked], new double[asked], new double[filters]);
  }

  /** The count has taken its part of the residual: one of as many as there are signs. */
  private static double error(Deviation deviation, double signs) {
    return deviation.own() / Math.sqrt(1 - 1 / signs);
  }

  /**
   * The fit itself gives all counts at once. Taking the module's own copies out of its filter is
   * the same as taking them out of what the fit leaves.
   */
  private Reading readMany(RootModules map, float[] solution, float[] residual, int[] asked) {
    Filter[] all = contrasts();
    Reading out = reading(asked.length, 0);
    List<Deviation> deviations =
        map.deviations(residual, Arrays.stream(asked).mapToObj(m -> all[m].columns).toList());
    for (int k = 0; k < asked.length; k++) {
      out.signs[k] = all[asked[k]].signs;
      out.errors[k] = error(deviations.get(k), out.signs[k]);
      for (int i : modules.get(asked[k]).roots) {
        out.counts[k] += solution[i] - dot(ownCopies(map, i), residual);
      }
    }
    return out;
  }

  /** Filters without values, of all modules. */
  private synchronized Filter[] contrasts() {
    if (pooled.length == 0) {
      RootModules map = map();
      double[] energies = new double[components.size()];
      for (int i = 0; i < energies.length; i++) {
        float[] column = column(map, Contrast.of(i));
        energies[i] = dot(column, column);
      }
      Filter[] out = new Filter[modules.size()];
      Map<Integer, List<Integer>> kinds = new TreeMap<>();
      for (int m = 0; m < out.length; m++) {
        if (isHeld(modules.get(m))) {
          kinds.computeIfAbsent(kind(m), x -> new ArrayList<>()).add(m);
        } else {
          out[m] = Filter.none(0);
        }
      }
      for (List<Integer> alike : kinds.values()) {
        List<PooledContrasts.Member> members =
            alike.stream()
                .map(modules::get)
                .map(module -> new PooledContrasts.Member(module.roots, module.all()))
                .toList();
        List<Contrast> found =
            PooledContrasts.of(
                members, map, solver(map, TOLERANCE), energies, operators.spec().dimension());
        for (int k = 0; k < found.size(); k++) {
          Contrast columns = found.get(k);
          out[alike.get(k)] = new Filter(new float[0], 0, columns, signs(map, columns));
        }
      }
      pooled = out;
    }
    return pooled;
  }

  /** Modules whose filters are alike: the forms of their components are. */
  private int kind(int m) {
    int kind = 0;
    for (int i : modules.get(m).all()) {
      kind |= 1 << (2 * components.get(i).depth() + (components.get(i).inner() ? 1 : 0));
    }
    return kind;
  }

  private static final class Pooled {
    private double variances;
    private double norms;

    void add(Deviation deviation, Filter filter) {
      variances += deviation.average() * deviation.average();
      norms += filter.norm * filter.norm;
    }

    double perNorm() {
      return norms == 0 ? 0 : Math.sqrt(variances / norms);
    }
  }
}
