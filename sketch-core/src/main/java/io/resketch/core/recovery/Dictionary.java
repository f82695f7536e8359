package io.resketch.core.recovery;

import static java.util.stream.Collectors.joining;

import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * All columns with their codes, put together of what the searches found: every code known gives its
 * column by least squares, once all are known exactly.
 */
final class Dictionary {
  /** Cosine of a column with what of it is outside the span of those without codes. */
  private static final double SAME_COLUMN = 0.9;

  /** Cosine of a column by its zeros and by codes, of which some may be missing. */
  private static final double SAME_BY_CODES = 0.9;

  /**
   * Of the values that are 0: with fewer, a column with a multiple of another that leaves whole
   * multiples of a magnitude may have as many.
   */
  private static final double UNMISTAKABLE = 0.5;

  /** Part of the last codes that others do not have; those of an object nearly tell each other. */
  private static final double LEAST_NEW = 1e-3;

  /** Of a unit column: less outside a span is rounding. */
  private static final double INSIDE = 1e-3;

  private final PairSpace space;
  private final double noise;
  final List<double[]> columns = new ArrayList<>();
  final List<double[]> codes = new ArrayList<>();
  final List<double[]> coordinates = new ArrayList<>();
  final List<String> unidentified = new ArrayList<>();
  final double[] offset;
  final List<double[]> inputColumns = new ArrayList<>();

  /** Of every column: whether it is a whole multiple of one magnitude, bit for bit. */
  final List<Boolean> exact = new ArrayList<>();

  /** Of every column: whether zeros, or all others, say that no other is mixed in. */
  private final List<Boolean> certain = new ArrayList<>();

  Dictionary(PairSpace space, PairSample sample, Search search, double noise) {
    this.space = space;
    this.noise = noise;
    List<double[]> found = new ArrayList<>(search.codes());
    List<double[]> open = new ArrayList<>(search.columns());
    LatticeSearch.plain(open);
    columnsOfCodes(found, open);
    List<double[]> nearly = new ArrayList<>(search.nearly());
    LastCodes last = search.lastCodes();
    boolean more =
        found.size() + open.size() + nearly.size() == space.hidden()
            && (nearly.isEmpty() || search.zerosAreClear());
    while (more && found.size() < space.hidden()) {
      more = lastCodes(last, found, open, nearly);
    }
    if (columns.size() == space.hidden()) {
      separate(sample.inputWidth());
    }
    for (double[] column : open) {
      boolean sure = Zeros.share(column, noise) > UNMISTAKABLE;
      addWithoutCodes(
          column,
          sample,
          sure,
          (sure ? "" : "few of its values are 0, so it may have parts of others in it; ")
              + "its codes are not sparse enough to be told from those of others; they are by least"
              + " squares, and it belongs to no object");
    }
    for (double[] column : nearly) {
      addWithoutCodes(
          column,
          sample,
          false,
          "it was found only nearly, and may have parts of others in it, or be none at all; its"
              + " codes are by least squares, and it belongs to no object");
    }
    int left = space.hidden() - columns.size();
    if (left > 0) {
      unidentified.add(
          left
              + " of "
              + space.hidden()
              + " hidden columns were not found: their codes are active in too many of the pairs,"
              + " or there are too few pairs, and no block of them is zero");
    }
    snap(sample.inputWidth());
    double[][] known = knownColumns(sample);
    List<double[]> without = new ArrayList<>();
    for (int j = 0; j < columns.size(); j++) {
      if (codes.get(j) == null) {
        without.add(columns.get(j));
      }
    }
    without = Spans.basis(without);
    for (double[] column : known) {
      Spans.subtract(column, without); // what is along one of these may be of its codes
    }
    offset = known[0];
    for (int j = 1; j < known.length; j++) {
      inputColumns.add(known[j]);
    }
    for (int j = 0; j < columns.size(); j++) {
      if (codes.get(j) == null) {
        codes.set(j, leastSquares(sample, j));
      }
    }
  }

  /**
   * Adds to codes what they lack of others, where the columns do not say that they are right.
   *
   * @param first number of the first column
   */
  private void separate(int first) {
    if (columns.stream().anyMatch(column -> Lattice.snap(column).isPresent())) {
      return;
    }
    Separation separation = Separation.of(codes.toArray(double[][]::new), noise);
    for (Separation.Part part : separation.parts()) {
      double[] w = coordinates.get(part.code());
      double[] other = coordinates.get(part.other());
      for (int a = 0; a < w.length; a++) {
        w[a] += part.times() * other[a];
      }
    }
    if (!separation.parts().isEmpty()) {
      columnsOfCodes(List.copyOf(coordinates), List.of());
    }
    if (!separation.unclear().isEmpty()) {
      unidentified.add(
          "columns "
              + separation.unclear().stream()
                  .map(j -> Integer.toString(first + j))
                  .collect(joining(", "))
              + ": others are not 0 wherever the code of one of these is, and may lack a multiple of"
              + " it, which its column then has in it; nothing tells how much");
    }
  }

  private void addWithoutCodes(double[] column, PairSample sample, boolean sure, String why) {
    unidentified.add("column " + (sample.inputWidth() + columns.size()) + ": " + why);
    columns.add(column);
    certain.add(sure);
    codes.add(null);
    coordinates.add(null);
  }

  /**
   * Finds codes of columns that have none; whether there are any.
   *
   * @param found coordinates of codes
   * @param open columns without codes
   * @param nearly columns without codes that may have parts of others in them
   */
  private boolean lastCodes(
      LastCodes search, List<double[]> found, List<double[]> open, List<double[]> nearly) {
    List<double[]> all = new ArrayList<>(columns);
    all.addAll(open);
    all.addAll(nearly);
    List<double[]> doubtful = new ArrayList<>();
    List<double[]> sure = new ArrayList<>(open);
    for (int j = 0; j < columns.size(); j++) {
      if (certain.get(j)) {
        sure.add(columns.get(j));
      } else {
        doubtful.add(coordinates.get(j));
      }
    }
    List<Optional<double[]>> last = search.find(all, open.size(), nearly.size(), doubtful);
    List<double[]> more = new ArrayList<>(found);
    List<double[]> left = new ArrayList<>();
    List<double[]> seen = Spans.basis(found.stream().map(space::hiddenPart).toList());
    int first = columns.size();
    for (int c = 0; c < last.size(); c++) {
      Optional<double[]> code = last.get(c);
      if (code.isPresent() && Spans.addNew(seen, space.hiddenPart(code.get()), LEAST_NEW)) {
        more.add(code.get());
      } else {
        left.add(all.get(first + c));
      }
    }
    if (more.size() == found.size()) {
      return false;
    }
    List<double[]> still = new ArrayList<>(open);
    still.retainAll(left);
    columnsOfCodes(more, still);
    sure.removeAll(left);
    if (!agree(sure)) {
      columnsOfCodes(found, open);
      return false;
    }
    found.clear();
    found.addAll(more);
    open.retainAll(left);
    nearly.retainAll(left);
    return true;
  }

  /** Whether columns that zeros tell are those that the codes give. */
  private boolean agree(List<double[]> sure) {
    return sure.stream()
        .allMatch(
            column ->
                columns.stream()
                    .anyMatch(
                        other ->
                            Math.abs(Kernels.dot(column, 0, other, 0, column.length))
                                > SAME_BY_CODES));
  }

  /**
   * Solves the hidden parts of the codes for the columns.
   *
   * <p>Others are determined but for a part in the span of columns without codes, which is small,
   * as columns are nearly orthogonal, and which zeros tell.
   *
   * @param found coordinates of codes
   * @param open columns without codes that zeros or multiples tell
   */
  private void columnsOfCodes(List<double[]> found, List<double[]> open) {
    columns.clear();
    certain.clear();
    codes.clear();
    coordinates.clear();
    int h = space.hidden();
    int d = space.dimension();
    DMatrixRMaj system = new DMatrixRMaj(h, h);
    List<double[]> hidden = found.stream().map(space::hiddenPart).toList();
    double[][] rest = Spans.complement(Spans.basis(hidden), h);
    for (int j = 0; j < h; j++) {
      double[] part = j < found.size() ? hidden.get(j) : rest[j - found.size()];
      for (int a = 0; a < h; a++) {
        system.set(a, j, part[a]);
      }
    }
    DenseSystems.invert(system, "the " + found.size() + " codes that were found");
    List<double[]> outside = openSpan(rest);
    List<double[]> multiples = multiples(open, outside);
    for (int j = 0; j < found.size(); j++) {
      double[] direction = new double[h];
      for (int a = 0; a < h; a++) {
        direction[a] = system.get(j, a);
      }
      double[] column = Spans.subtract(space.column(direction), outside);
      double length = Math.sqrt(Kernels.dot(column, 0, column, 0, d));
      column = Symmetric.unit(column);
      boolean sure = outside.isEmpty();
      if (!sure) {
        Optional<double[]> zeros = Zeros.settled(column, outside, SAME_COLUMN, noise);
        boolean unmistakable = zeros.isPresent() && Zeros.share(zeros.get(), noise) > UNMISTAKABLE;
        Optional<double[]> whole =
            unmistakable || multiples.isEmpty()
                ? Optional.empty()
                : LatticeSearch.settled(column, outside, multiples);
        sure = unmistakable || whole.isPresent();
        Optional<double[]> better = whole.or(() -> zeros);
        if (better.isPresent()) {
          double cosine = Kernels.dot(better.get(), 0, column, 0, d);
          length /= Math.abs(cosine);
          column = cosine < 0 ? Symmetric.negative(better.get()) : better.get();
        }
      }
      certain.add(sure);
      add(found.get(j), sure ? Lattice.snap(column).orElse(column) : column, length);
    }
  }

  /** What the columns without codes span: what hidden directions say that no code known has. */
  private List<double[]> openSpan(double[][] rest) {
    return Spans.basis(Arrays.stream(rest).map(space::column).toList());
  }

  /**
   * The multiples of the columns without codes; empty if they have none, or are not all that these
   * columns span.
   */
  private static List<double[]> multiples(List<double[]> open, List<double[]> outside) {
    List<double[]> out = new ArrayList<>();
    if (open.size() == outside.size()) {
      for (double[] column : open) {
        double[] rest = Spans.subtract(column.clone(), outside);
        if (Math.sqrt(Kernels.dot(rest, 0, rest, 0, rest.length)) < INSIDE) {
          Lattice.whole(column).ifPresent(out::add);
        }
      }
    }
    return out.size() == open.size() ? out : List.of();
  }

  private void add(double[] w, double[] column, double length) {
    double[] code = space.codes().vector(w);
    double sum = 0;
    for (double value : code) {
      sum += value;
    }
    double scale = sum < 0 ? -length : length;
    for (int i = 0; i < code.length; i++) {
      code[i] *= scale;
    }
    double[] scaled = w.clone();
    for (int a = 0; a < scaled.length; a++) {
      scaled[a] *= scale;
    }
    columns.add(sum < 0 ? Symmetric.negative(column) : column);
    codes.add(clean(code));
    coordinates.add(scaled);
  }

  /** Sets to 0 what is rounding or noise. */
  private double[] clean(double[] code) {
    double most = 0;
    for (double value : code) {
      most = Math.max(most, Math.abs(value));
    }
    double bound = Math.max(1e-4, noise) * most;
    for (int i = 0; i < code.length; i++) {
      code[i] = Math.abs(code[i]) < bound ? 0 : code[i];
    }
    return code;
  }

  /**
   * Makes columns exact that are whole multiples of a magnitude, and names those that may have
   * parts of others in them.
   */
  private void snap(int first) {
    List<String> doubtful = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    boolean[] fewValues = FewValues.among(codes);
    for (int j = 0; j < columns.size(); j++) {
      boolean sure = certain.get(j);
      boolean withCodes = codes.get(j) != null;
      Optional<double[]> whole =
          (sure || !withCodes) && !fewValues[j] ? Lattice.snap(columns.get(j)) : Optional.empty();
      exact.add(sure && whole.isPresent());
      if (fewValues[j]) {
        shared.add(Integer.toString(first + j));
      } else if (whole.isPresent()) {
        columns.set(j, whole.get());
      } else if (!sure && withCodes) {
        doubtful.add(Integer.toString(first + j));
      }
    }
    if (!shared.isEmpty()) {
      unidentified.add(
          "columns "
              + String.join(", ", shared)
              + ": each may be less a vector that several of them share, which the offset makes up"
              + " for, or a sum of several; their codes take few values, as those of one-hot"
              + " attributes do, and so do sums of them with a constant, which have as many zeros");
    }
    if (!doubtful.isEmpty()) {
      unidentified.add(
          "columns "
              + String.join(", ", doubtful)
              + ": each may have a part of a column that was not found, or has no codes, in it; their"
              + " codes are certain but for scale");
    }
  }

  /** Q'Y / N over the known columns of Q, less what the codes known make of it: known × d. */
  private double[] knownPart() {
    int k = space.known();
    int d = space.dimension();
    double[] part = Arrays.copyOf(space.products(), k * d);
    for (int j = 0; j < coordinates.size(); j++) {
      double[] w = coordinates.get(j);
      double[] column = columns.get(j);
      for (int a = 0; w != null && a < k; a++) {
        for (int b = 0; b < d; b++) {
          part[a * d + b] -= w[a] * column[b];
        }
      }
    }
    return part;
  }

  /** The offset and the columns of the input attributes, by least squares on what is left. */
  private double[][] knownColumns(PairSample sample) {
    int n = sample.rows();
    int d = space.dimension();
    int p = sample.inputWidth();
    int k = space.known();
    int r = k + space.hidden();
    Basis q = space.codes();
    double[] part = knownPart();
    DMatrixRMaj projected = new DMatrixRMaj(p + 1, k); // of the known rows on those columns
    DMatrixRMaj gram = new DMatrixRMaj(p + 1, p + 1);
    double[] row = new double[p + 1];
    for (int i = 0; i < n; i++) {
      row[0] = 1;
      for (int j = 0; j < p; j++) {
        row[j + 1] = sample.inputs()[i * p + j];
      }
      for (int a = 0; a < k; a++) {
        for (int j = 0; j <= p; j++) {
          projected.add(j, a, q.values()[i * r + a] * row[j]);
        }
      }
      for (int j = 0; j <= p; j++) {
        if (row[j] != 0) {
          for (int l = 0; l <= p; l++) {
            gram.add(j, l, row[j] * row[l]);
          }
        }
      }
    }
    DMatrixRMaj inverse = new DMatrixRMaj(p + 1, p + 1);
    CommonOps_DDRM.pinv(gram, inverse);
    DMatrixRMaj map = new DMatrixRMaj(p + 1, k);
    CommonOps_DDRM.mult(inverse, projected, map);
    double[][] out = new double[p + 1][d];
    for (int j = 0; j <= p; j++) {
      for (int a = 0; a < k; a++) {
        double c = map.get(j, a);
        for (int b = 0; b < d; b++) {
          out[j][b] += c * part[a * d + b];
        }
      }
    }
    return out;
  }

  /** The code of one column, by least squares on all. */
  private double[] leastSquares(PairSample sample, int column) {
    Fit fit = new Fit(columns, offset, inputColumns);
    double[] out = new double[sample.rows()];
    for (int i = 0; i < out.length; i++) {
      out[i] = fit.codes(sample, i)[column];
    }
    return clean(out);
  }
}
