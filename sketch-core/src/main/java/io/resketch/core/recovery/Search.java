package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Finds the hidden columns of the dictionary and the codes that go with them, one by one, each
 * exactly. The residual sketches are Σ_j x_j a_j' over the hidden attributes. Two searches take
 * turns. One looks for the columns a_j, which have zero blocks, in the span of the columns; the
 * other for the codes x_j, which have zeros, in the span of the codes. A column that is known
 * leaves the span of the codes, and codes that are known leave the span of the columns, so each
 * makes the other easier. Columns that are found only nearly are starts for their codes.
 */
final class Search {
  private static final int BLOCK = 16;
  private static final int ITERATIONS = 250;
  private static final double BLOCK_STEP = 0.4;
  private static final double ENTRY_STEP = 0.3;
  private static final double CODE_STEP = 0.1;
  private static final int COLUMN_ROUNDS = 8;
  private static final int CODE_ROUNDS = 3;
  private static final int STALLS = 3;
  private static final int MOST_STARTS = 4 * SparseSearch.WIDTH;

  /** Of the pairs: a code that is 0 in fewer is not told from chance. */
  private static final double LEAST_ZEROS = 0.12;

  /** Cosine of a code, but for known rows, with what least squares gives for its column. */
  private static final double SAME_CODE = 0.98;

  private final PairSpace space;
  private final DataParallel engine;
  private final Prior prior;
  private final SplittableRandom random;
  private final List<double[]> columns = new ArrayList<>();
  private final List<double[]> codes = new ArrayList<>();
  private List<double[]> nearly = new ArrayList<>();
  private boolean stalled;
  private final double noise;

  Search(PairSpace space, DataParallel engine, Prior prior, long seed) {
    this.space = space;
    this.engine = engine;
    this.prior = prior;
    this.random = new SplittableRandom(seed);
    this.noise = Math.min(0.1, 4 * space.noise());
  }

  /** Unit columns whose codes are not known. */
  List<double[]> columns() {
    return columns;
  }

  /** Size of what counts as 0, of the largest values. */
  double noise() {
    return noise;
  }

  /** Unit columns that were found only nearly, at most as many as are missing. */
  List<double[]> nearly() {
    List<double[]> known = Spans.basis(columns);
    List<double[]> out = new ArrayList<>();
    for (double[] column : nearly) {
      if (out.size() < left() && Spans.addNew(known, column)) {
        out.add(column);
      }
    }
    return out;
  }

  /** Coordinates of the codes that are known. */
  List<double[]> codes() {
    return codes;
  }

  private int found() {
    return columns.size() + codes.size();
  }

  private int left() {
    return space.hidden() - found();
  }

  /** Searches until all is found or nothing more comes. */
  void run(StageListener listener) {
    int stalls = 0;
    while (left() > 0 && stalls < STALLS) {
      int before = found();
      searchColumns();
      listener.progress("columns and codes", found(), space.hidden());
      if (left() > 0) {
        searchCodes();
        listener.progress("columns and codes", found(), space.hidden());
      }
      stalled = found() == before;
      if (!stalled) {
        stalls = 0;
      } else if (stalls++ == 0) {
        completeCodes(); // the fewer columns have no codes, the smaller the span of the others
      }
    }
    completeCodes();
    listener.progress("codes of columns", codes.size(), space.hidden());
  }

  /** What of the codes' hidden directions the known codes leave. */
  private double[][] leftOfCodes() {
    return Spans.complement(
        Spans.basis(codes.stream().map(space::hiddenPart).toList()), space.hidden());
  }

  private void searchColumns() {
    List<double[]> span = new ArrayList<>();
    for (double[] direction : leftOfCodes()) {
      span.add(space.column(direction));
    }
    Basis basis = Spans.scaled(span);
    List<double[]> known = new ArrayList<>();
    for (double[] column : columns) {
      Spans.add(known, basis.coordinates(column));
    }
    for (int round = 0; round < COLUMN_ROUNDS && left() > 0; round++) {
      double[][] quotient = Spans.complement(known, basis.dims());
      List<double[]> starts = new ArrayList<>();
      int count = Math.min(MOST_STARTS, 2 * quotient.length + 10);
      for (int s = 0; s < count; s++) {
        starts.add(gaussian(quotient));
      }
      List<Starts.End> ends =
          stalled && round % 2 == 1
              ? Starts.run(
                  engine, basis, quotient, Prior.SIGNED, ENTRY_STEP, 1, starts, ITERATIONS, 0)
              : Starts.run(
                  engine, basis, quotient, Prior.BLOCKS, BLOCK_STEP, BLOCK, starts, ITERATIONS, 0);
      if (!(stalled && round % 2 == 1)) {
        nearly = new ArrayList<>();
      }
      boolean any = false;
      for (Optional<Zeros.Found> exact : engine.map(ends, end -> exactColumn(basis, end))) {
        if (exact.isPresent() && left() > 0 && Spans.addNew(known, exact.get().coordinates())) {
          columns.add(Symmetric.unit(basis.vector(exact.get().coordinates())));
          any = true;
        }
      }
      for (Starts.End end : ends) {
        double[] rest = Spans.subtract(Symmetric.unit(end.w().clone()), known);
        if (Kernels.dot(rest, 0, rest, 0, rest.length) > 0.25) {
          nearly.add(Symmetric.unit(basis.vector(end.w())));
        }
      }
      if (!any && (!stalled || round > 0)) {
        return;
      }
    }
  }

  private Optional<Zeros.Found> exactCode(Basis basis, Starts.End end) {
    Optional<Zeros.Found> zeros = Zeros.exact(basis, end.w(), 1, noise);
    return zeros.isEmpty() && stalled ? Zeros.gradual(basis, end.w(), noise) : zeros;
  }

  /** By zero blocks, or, of a column that has few, by zero entries. */
  private Optional<Zeros.Found> exactColumn(Basis basis, Starts.End end) {
    Optional<Zeros.Found> blocks = Zeros.exact(basis, end.w(), BLOCK, noise);
    return blocks.isPresent() ? blocks : Zeros.gradual(basis, end.w(), noise);
  }

  private double[] gaussian(double[][] quotient) {
    double[] out = new double[quotient[0].length];
    for (double[] direction : quotient) {
      double c = random.nextGaussian();
      for (int a = 0; a < out.length; a++) {
        out[a] += c * direction[a];
      }
    }
    return out;
  }

  /** The residual with the known columns taken away, hidden × d. */
  private double[] residualWithoutColumns() {
    List<double[]> known = Spans.basis(columns);
    int d = space.dimension();
    double[] out = new double[space.hidden() * d];
    for (int a = 0; a < space.hidden(); a++) {
      double[] row = new double[d];
      System.arraycopy(space.residual(), a * d, row, 0, d);
      System.arraycopy(Spans.subtract(row, known), 0, out, a * d, d);
    }
    return out;
  }

  private void searchCodes() {
    int h = space.hidden();
    int d = space.dimension();
    double[] rest = residualWithoutColumns();
    double[] gram = new double[h * h];
    for (int a = 0; a < h; a++) {
      for (int b = a; b < h; b++) {
        gram[a * h + b] = Kernels.dot(rest, a * d, rest, b * d, d);
      }
    }
    Symmetric.mirror(gram, h);
    double[][] span = Symmetric.eigen(gram, h).vectors();
    int open = h - columns.size();
    Basis basis = restricted(span, open);
    List<double[]> known = space.knownAxes(basis.dims());
    for (double[] code : codes) {
      Spans.add(known, restrict(code, span, open));
    }
    List<double[]> fromColumns = new ArrayList<>();
    for (double[] column : nearly) {
      double[] code = new double[space.known() + h];
      for (int a = 0; a < h; a++) {
        code[space.known() + a] = Kernels.dot(rest, a * d, column, 0, d);
      }
      fromColumns.add(restrict(code, span, open));
    }
    for (int round = 0; round < CODE_ROUNDS && left() > 0; round++) {
      double[][] quotient = Spans.complement(known, basis.dims());
      List<Starts.End> ends = new ArrayList<>();
      if (round == 0 && !fromColumns.isEmpty()) {
        List<double[]> signed = signs(basis, fromColumns);
        if (stalled) {
          signed.addAll(signed.stream().map(Symmetric::negative).toList());
        }
        ends.addAll(codes(basis, quotient, signed, ITERATIONS));
      } else {
        List<double[]> starts = new ArrayList<>();
        int count = Math.min(MOST_STARTS, 2 * quotient.length + 10);
        for (int s = 0; s < count; s++) {
          double[] row = new double[basis.dims()];
          System.arraycopy(
              basis.values(), random.nextInt(basis.rows()) * row.length, row, 0, row.length);
          starts.add(row);
        }
        ends.addAll(codes(basis, quotient, starts, 0));
      }
      boolean any = false;
      for (Optional<Zeros.Found> exact : engine.map(ends, end -> exactCode(basis, end))) {
        if (accepted(basis, exact)
            && left() > 0
            && Spans.addNew(known, exact.get().coordinates())) {
          codes.add(extend(exact.get().coordinates(), span, open));
          any = true;
        }
      }
      if (!any && round > 0) {
        return;
      }
    }
  }

  private List<Starts.End> codes(
      Basis basis, double[][] quotient, List<double[]> starts, int held) {
    return Starts.run(engine, basis, quotient, prior, CODE_STEP, 1, starts, ITERATIONS, held);
  }

  /**
   * Each with the sign in which it rises more than it falls, as codes do that are never below 0.
   */
  private static List<double[]> signs(Basis basis, List<double[]> starts) {
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

  private boolean accepted(Basis basis, Optional<Zeros.Found> exact) {
    if (exact.isEmpty() || exact.get().share() < LEAST_ZEROS) {
      return false;
    }
    if (prior == Prior.SIGNED) {
      return true;
    }
    double least = 0;
    double most = 0;
    for (double value : basis.vector(exact.get().coordinates())) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double smaller = Math.min(-least, most);
    return smaller < Math.max(1e-3, 3 * noise) * Math.max(-least, most);
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

  /**
   * The codes of the columns that are known without them. Least squares on all columns gives each
   * code but for a combination of known rows; its zeros tell which.
   */
  private void completeCodes() {
    if (columns.isEmpty()) {
      return;
    }
    double[][] open = leftOfCodes();
    List<double[]> all = new ArrayList<>(columns);
    all.addAll(nearly());
    double[][] duals = Spans.duals(all);
    int k = space.known();
    List<double[]> starts = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      double[] start = new double[k + space.hidden()];
      for (double[] direction : open) {
        double along = Kernels.dot(space.column(direction), 0, duals[c], 0, space.dimension());
        for (int b = 0; b < space.hidden(); b++) {
          start[k + b] += along * direction[b];
        }
      }
      starts.add(start);
    }
    List<double[]> known = space.knownAxes(k + space.hidden());
    codes.forEach(code -> Spans.add(known, code));
    double[][] quotient = Spans.complement(known, k + space.hidden());
    Basis basis = space.codes();
    starts.replaceAll(Symmetric::unit);
    List<double[]> signed = signs(basis, starts);
    complete(basis, quotient, known, signed);
    if (!columns.isEmpty()) {
      signed.replaceAll(Symmetric::negative);
      complete(basis, quotient, known, signed);
    }
  }

  /**
   * Moves columns to the codes whose codes are found.
   *
   * @param starts of unit length, outside what is known; those of columns found are removed
   */
  private void complete(
      Basis basis, double[][] quotient, List<double[]> known, List<double[]> starts) {
    List<Starts.End> ends = codes(basis, quotient, starts, ITERATIONS);
    List<Zeros.Found> exact =
        engine.map(ends, end -> Zeros.exact(basis, end.w(), 1, noise)).stream()
            .filter(found -> accepted(basis, found))
            .map(Optional::get)
            .sorted(Comparator.comparingDouble(found -> -found.share()))
            .toList();
    List<double[]> seen = Spans.basis(codes.stream().map(space::hiddenPart).toList());
    for (int c = columns.size() - 1; c >= 0; c--) {
      for (Zeros.Found found : exact) {
        // The start is outside the known rows but for rounding; a code of this column ends there.
        double[] part = Symmetric.unit(Spans.subtract(found.coordinates().clone(), known));
        if (Math.abs(Kernels.dot(part, 0, starts.get(c), 0, part.length)) > SAME_CODE
            && Spans.addNew(seen, space.hiddenPart(found.coordinates()))) {
          codes.add(found.coordinates());
          columns.remove(c);
          starts.remove(c);
          break;
        }
      }
    }
  }

  /**
   * The code that goes with a column, where all columns are known: least squares gives its hidden
   * part exactly, and its zeros tell what it has of the known rows.
   *
   * @param parts hidden parts of codes
   * @return coordinates, for each part
   */
  List<Optional<double[]>> codesOfParts(List<double[]> parts) {
    int k = space.known();
    int r = k + space.hidden();
    double[][] quotient = new double[space.hidden()][r];
    for (int a = 0; a < space.hidden(); a++) {
      quotient[a][k + a] = 1;
    }
    List<double[]> starts = new ArrayList<>();
    for (double[] part : parts) {
      double[] start = new double[r];
      System.arraycopy(part, 0, start, k, part.length);
      starts.add(Symmetric.unit(start));
      starts.add(Symmetric.negative(start));
    }
    Basis basis = space.codes();
    List<Zeros.Found> exact =
        engine
            .map(
                codes(basis, quotient, starts, ITERATIONS),
                end -> Zeros.exact(basis, end.w(), 1, noise))
            .stream()
            .filter(found -> accepted(basis, found))
            .map(Optional::get)
            .toList();
    List<Optional<double[]>> out = new ArrayList<>();
    for (double[] part : parts) {
      double[] unit = Symmetric.unit(part.clone());
      out.add(
          exact.stream()
              .map(Zeros.Found::coordinates)
              .filter(
                  w -> {
                    double[] own = Symmetric.unit(space.hiddenPart(w));
                    return Math.abs(Kernels.dot(own, 0, unit, 0, own.length)) > SAME_CODE;
                  })
              .findFirst());
    }
    return out;
  }

  /**
   * The code near one that is right but for noise and a constant.
   *
   * @param w coordinates, the constant's first
   */
  Optional<double[]> codeNear(double[] w) {
    Basis basis = space.codes();
    double[] sorted = basis.vector(w);
    Arrays.sort(sorted);
    // Zeros are the narrowest crowd of values.
    int crowd = (int) (LEAST_ZEROS * sorted.length);
    int narrowest = 0;
    for (int i = 0; i + crowd < sorted.length; i++) {
      if (sorted[i + crowd] - sorted[i] < sorted[narrowest + crowd] - sorted[narrowest]) {
        narrowest = i;
      }
    }
    double[] shifted = w.clone();
    double one = basis.values()[0]; // the first column of the basis is constant
    shifted[0] -= sorted[narrowest + crowd / 2] / one;
    return Optional.of(Zeros.exact(basis, Symmetric.unit(shifted), 1, noise))
        .filter(found -> accepted(basis, found))
        .map(found -> found.get().coordinates());
  }
}
