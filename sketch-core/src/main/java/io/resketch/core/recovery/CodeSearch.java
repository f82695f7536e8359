package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Looks for codes with zeros in the span of the codes whose columns are not known. */
final class CodeSearch {
  private static final int ITERATIONS = 250;
  static final double STEP = 0.1;
  private static final int GRADUAL_STARTS = 4;
  private static final int GRADUAL_ROUNDS = 4;

  /** Starts of every first width, in each sign. */
  private static final int PRODUCTS = 6;

  private final PairSpace space;
  private final DataParallel engine;
  private final CodeTest test;
  private final SearchState state;

  CodeSearch(PairSpace space, DataParallel engine, CodeTest test, SearchState state) {
    this.space = space;
    this.engine = engine;
    this.test = test;
    this.state = state;
  }

  /** Whether the search is the slower one, as others come to nothing. */
  boolean gradual() {
    return state.stalled && !state.columnsHaveZeros && test.prior() == Prior.NONNEGATIVE;
  }

  /**
   * One round of starts.
   *
   * @return whether another is worth it
   */
  boolean round(SplittableRandom random) {
    return gradual() ? gradualRound(random) : roundOfZeros(random);
  }

  /** No column is known: all of the span is open. */
  private boolean gradualRound(SplittableRandom random) {
    Basis basis = space.codes();
    List<double[]> known = space.knownAxes(basis.dims());
    state.codes.forEach(code -> Spans.add(known, code));
    double[][] others = Spans.complement(known, basis.dims());
    GradualSearch search = new GradualSearch(basis, test.prior(), known, others);
    FullRows rows = new FullRows(basis, engine, test);
    if (fromProducts(basis, search, known, random)
        || addCodes(basis, rows.codes(state.codes, random), known)) {
      return true;
    }
    int count = Math.min(Starts.MOST, GRADUAL_STARTS * others.length + 10);
    // By turns: any direction may be near a code once few are open, and it is told as it is then.
    List<double[]> ends =
        state.round % 2 == 0
            ? engine.map(rows(basis, count, random), search::run)
            : heldEnds(basis, others, count, random);
    return addCodes(basis, ends, known) || state.round + 1 < GRADUAL_ROUNDS;
  }

  /** From what is nearly a code where few are open. */
  private boolean fromProducts(
      Basis basis, GradualSearch search, List<double[]> known, SplittableRandom random) {
    if (!space.rankIsClear()) {
      return false; // what are directions of columns and what of noise is not known
    }
    double[][] open = Spans.basis(space.columnsLeftOf(state.codes)).toArray(double[][]::new);
    for (double first : GradualSearch.FIRST_WIDTHS_NEAR) {
      List<double[]> starts = products(open, random);
      if (addCodes(basis, engine.map(starts, start -> search.near(start, first)), known)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The code at an end. Where zeros are clear it may be it already, and wider bounds would move it
   * to another; and it may be above 0 in nearly all of the pairs.
   */
  private static Optional<double[]> code(Basis basis, double[] end, CodeTest test) {
    Optional<Zeros.Found> already =
        test.clear() ? Zeros.near(basis, end, test.noise()) : Optional.empty();
    Predicate<Zeros.Found> isCode =
        found ->
            test.accepted(basis, Optional.of(found))
                || (test.clear() && test.hasZeros(basis, found.coordinates()));
    return already
        .filter(isCode)
        .or(() -> Zeros.exact(basis, end, 1, test.noise()).filter(isCode))
        .map(Zeros.Found::coordinates);
  }

  /** Adds what is a code exactly and is new. */
  private boolean addCodes(Basis basis, List<double[]> ends, List<double[]> known) {
    CodeTest test = this.test;
    boolean any = false;
    for (double[] code : engine.map(ends, end -> code(basis, end, test).orElse(null))) {
      if (code != null && state.found() < space.hidden() && Spans.addNew(known, code)) {
        state.codes.add(code);
        any = true;
      }
    }
    return any;
  }

  /**
   * Coordinates of the sketches' products with random directions of what columns without codes
   * span, in both signs. Columns are nearly orthogonal: little of other codes, and of inputs, is in
   * them, about as much as the random part that each gets, so that those of one direction differ.
   *
   * @param open orthonormal basis of what these columns span
   */
  private List<double[]> products(double[][] open, SplittableRandom random) {
    List<double[]> out = new ArrayList<>();
    for (int s = 0; s < PRODUCTS; s++) {
      double[] start = Symmetric.unit(space.codeOf(Spans.gaussian(open, random)));
      for (int a = 0; a < start.length; a++) {
        start[a] += random.nextGaussian() / Math.sqrt(space.dimension());
      }
      out.add(start);
    }
    out.addAll(out.stream().map(Symmetric::negative).toList());
    return out;
  }

  private List<double[]> heldEnds(
      Basis basis, double[][] others, int count, SplittableRandom random) {
    List<double[]> starts = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      starts.add(Spans.gaussian(others, random));
    }
    starts.replaceAll(Symmetric::unit);
    return Starts.ends(engine, basis, others, test.prior(), STEP, starts, ITERATIONS, ITERATIONS);
  }

  private boolean roundOfZeros(SplittableRandom random) {
    double[] rest = residualWithoutColumns();
    double[][] span = directions(rest);
    int open = space.hidden() - state.columns.size();
    Basis basis = restricted(span, open);
    List<double[]> known = space.knownAxes(basis.dims());
    for (double[] code : state.codes) {
      Spans.add(known, restrict(code, span, open));
    }
    double[][] quotient = Spans.complement(known, basis.dims());
    List<double[]> starts =
        state.round == 0 && !state.nearly.isEmpty()
            ? nearColumns(basis, rest, span, open)
            : rows(basis, Math.min(Starts.MOST, 2 * quotient.length + 10), random);
    int held = state.round == 0 && !state.nearly.isEmpty() ? ITERATIONS : 0;
    List<Starts.End> ends =
        Starts.run(engine, basis, quotient, test.prior(), STEP, 1, starts, ITERATIONS, held);
    boolean any = false;
    double noise = test.noise();
    boolean gradually = state.stalled;
    for (Zeros.Found found :
        engine.map(ends, end -> exactCode(basis, end, noise, gradually).orElse(null))) {
      Optional<Zeros.Found> exact = Optional.ofNullable(found);
      if (test.accepted(basis, exact)
          && state.found() < space.hidden()
          && Spans.addNew(known, exact.get().coordinates())) {
        state.codes.add(extend(exact.get().coordinates(), span, open));
        any = true;
      }
    }
    return any || state.round == 0;
  }

  /** Hidden directions of the codes, those first that the rest still has. */
  private double[][] directions(double[] rest) {
    int h = space.hidden();
    int d = space.dimension();
    double[] gram = new double[h * h];
    for (int a = 0; a < h; a++) {
      for (int b = a; b < h; b++) {
        gram[a * h + b] = Kernels.dot(rest, a * d, rest, b * d, d);
      }
    }
    Symmetric.mirror(gram, h);
    return Symmetric.eigen(gram, h).vectors();
  }

  private List<double[]> nearColumns(Basis basis, double[] rest, double[][] span, int open) {
    int d = space.dimension();
    List<double[]> out = new ArrayList<>();
    for (double[] column : state.nearly) {
      double[] code = new double[space.known() + space.hidden()];
      for (int a = 0; a < space.hidden(); a++) {
        code[space.known() + a] = Kernels.dot(rest, a * d, column, 0, d);
      }
      out.add(restrict(code, span, open));
    }
    out = signs(basis, out);
    if (state.stalled) {
      out.addAll(out.stream().map(Symmetric::negative).toList());
    }
    return out;
  }

  private static List<double[]> rows(Basis basis, int count, SplittableRandom random) {
    List<double[]> out = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      double[] row = new double[basis.dims()];
      System.arraycopy(
          basis.values(), random.nextInt(basis.rows()) * row.length, row, 0, row.length);
      out.add(row);
    }
    return out;
  }

  private static Optional<Zeros.Found> exactCode(
      Basis basis, Starts.End end, double noise, boolean gradually) {
    Optional<Zeros.Found> zeros = Zeros.exact(basis, end.w(), 1, noise);
    return zeros.isEmpty() && gradually ? Zeros.gradual(basis, end.w(), noise) : zeros;
  }

  /** The residual with the known columns taken away, hidden × d. */
  private double[] residualWithoutColumns() {
    List<double[]> known = Spans.basis(state.columns);
    int d = space.dimension();
    double[] out = new double[space.hidden() * d];
    for (int a = 0; a < space.hidden(); a++) {
      double[] row = new double[d];
      System.arraycopy(space.products(), (space.known() + a) * d, row, 0, d);
      System.arraycopy(Spans.subtract(row, known), 0, out, a * d, d);
    }
    return out;
  }

  /**
   * Each with the sign in which it rises more than it falls, as codes do that are never below 0.
   */
  static List<double[]> signs(Basis basis, List<double[]> starts) {
    List<double[]> out = new ArrayList<>();
    for (double[] start : starts) {
      double cubes = 0;
      for (double value : basis.vector(start)) {
        cubes += value * value * value;
      }
      out.add(cubes < 0 ? Symmetric.negative(start) : start);
    }
    return out;
  }

  /** The basis of the codes restricted to the known columns and some hidden directions. */
  private Basis restricted(double[][] span, int open) {
    int k = space.known();
    int r = k + space.hidden();
    int dims = k + open;
    Basis all = space.codes();
    double[] out = new double[all.rows() * dims];
    for (int i = 0; i < all.rows(); i++) {
      System.arraycopy(all.values(), i * r, out, i * dims, k);
      for (int a = 0; a < open; a++) {
        out[i * dims + k + a] = Kernels.dot(all.values(), i * r + k, span[a], 0, space.hidden());
      }
    }
    return new Basis(all.rows(), dims, out);
  }

  private double[] restrict(double[] code, double[][] span, int open) {
    int k = space.known();
    double[] out = new double[k + open];
    System.arraycopy(code, 0, out, 0, k);
    for (int a = 0; a < open; a++) {
      out[k + a] = Kernels.dot(span[a], 0, code, k, space.hidden());
    }
    return out;
  }

  private double[] extend(double[] restricted, double[][] span, int open) {
    int k = space.known();
    double[] out = new double[k + space.hidden()];
    System.arraycopy(restricted, 0, out, 0, k);
    for (int a = 0; a < open; a++) {
      for (int b = 0; b < space.hidden(); b++) {
        out[k + b] += restricted[k + a] * span[a][b];
      }
    }
    return Symmetric.unit(out);
  }
}
