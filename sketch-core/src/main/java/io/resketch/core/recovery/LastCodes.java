package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Codes of the last columns, where all columns are known and all other codes. Least squares on the
 * columns gives a code but for parts along the inputs, along a constant, and along codes whose
 * columns are not certain. Its zeros tell these, and few are enough: a code may be above 0 in
 * nearly all of the pairs.
 */
final class LastCodes {
  /** Of the pairs: values taken for equal; more where parts of others blur them. */
  private static final double[] CROWDS = {0.005, 0.1};

  private static final int LEAST_ROWS = 20;
  private static final int ITERATIONS = 250;

  /** Cosine of a code with itself but for rounding. */
  private static final double SAME = 0.999;

  /** Of a code: what no constant, input or other code explains. */
  private static final double LEAST_OWN = 0.1;

  private final PairSpace space;
  private final PairSample sample;
  private final DataParallel engine;
  private final CodeTest test;

  LastCodes(PairSpace space, PairSample sample, DataParallel engine, CodeTest test) {
    this.space = space;
    this.sample = sample;
    this.engine = engine;
    this.test = test;
  }

  /**
   * Finds codes.
   *
   * @param columns of the codes known, then the open ones; all there are
   * @param count of the open ones
   * @param inputs columns of the input attributes but for parts in the span of the open ones
   * @param doubtful coordinates of codes whose columns may have such parts, too
   * @return coordinates, for each open column, of those that zeros confirm
   */
  List<Optional<double[]>> find(
      List<double[]> columns, int count, List<double[]> inputs, List<double[]> doubtful) {
    List<double[]> mixed = new ArrayList<>(List.of(constant()));
    doubtful.forEach(w -> Spans.add(mixed, space.codes().vector(w)));
    List<double[]> starts = starts(columns, count, inputs);
    Zeroing zeroing = new Zeroing(space.codes(), space.known(), mixed, test);
    List<Optional<double[]>> out = zeroed(zeroing, starts);
    List<Integer> left =
        IntStream.range(0, count).filter(c -> out.get(c).isEmpty()).boxed().toList();
    if (!left.isEmpty()) {
      List<double[]> nearer = sparse(left.stream().map(starts::get).toList(), doubtful);
      List<Optional<double[]>> more = zeroed(zeroing, nearer);
      for (int l = 0; l < left.size(); l++) {
        int at = left.get(l);
        out.set(at, more.get(l).or(() -> more.get(left.size() + left.indexOf(at))));
      }
    }
    return out;
  }

  private List<Optional<double[]>> zeroed(Zeroing zeroing, List<double[]> starts) {
    List<Optional<double[]>> out = new ArrayList<>();
    engine
        .map(starts, start -> zeroing.zeroed(start).orElse(null))
        .forEach(code -> out.add(Optional.ofNullable(code)));
    return out;
  }

  /** Coordinates by least squares. */
  private List<double[]> starts(List<double[]> columns, int count, List<double[]> inputs) {
    double[][] duals = Spans.duals(columns);
    double[][] inOpen = Spans.duals(columns.subList(columns.size() - count, columns.size()));
    List<double[]> out = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      double[] values = space.codes().vector(hidden(duals[columns.size() - count + c]));
      for (int j = 0; j < inputs.size(); j++) {
        // Columns are nearly orthogonal: this is near the part that the code has of the input.
        addInput(values, j, Kernels.dot(inputs.get(j), 0, inOpen[c], 0, inOpen[c].length));
      }
      out.add(space.codes().coordinates(values));
    }
    return out;
  }

  /**
   * What is sparse at a multiple of inputs and doubtful codes: first for all starts, then for all
   * with the other sign.
   */
  private List<double[]> sparse(List<double[]> starts, List<double[]> doubtful) {
    int r = space.known() + space.hidden();
    List<double[]> free = space.knownAxes(r);
    doubtful.forEach(w -> Spans.add(free, w));
    double[][] quotient = Spans.complement(free, r);
    List<double[]> both = new ArrayList<>();
    for (double[] start : starts) {
      double[] rest = Spans.subtract(start.clone(), free);
      double length = Math.sqrt(Kernels.dot(rest, 0, rest, 0, r));
      both.add(Arrays.stream(start).map(value -> value / length).toArray());
    }
    both.addAll(both.stream().map(Symmetric::negative).toList());
    return Starts.ends(
        engine,
        space.codes(),
        quotient,
        test.prior(),
        CodeSearch.STEP,
        both,
        ITERATIONS,
        ITERATIONS);
  }

  private double[] hidden(double[] dual) {
    double[] w = new double[space.known() + space.hidden()];
    for (int a = 0; a < space.hidden(); a++) {
      w[space.known() + a] =
          Kernels.dot(space.residual(), a * space.dimension(), dual, 0, space.dimension());
    }
    return w;
  }

  private void addInput(double[] code, int input, double c) {
    int p = sample.inputWidth();
    for (int i = 0; i < code.length; i++) {
      code[i] += c * sample.inputs()[i * p + input];
    }
  }

  private double[] constant() {
    double[] out = new double[sample.rows()];
    Arrays.fill(out, 1 / Math.sqrt(out.length));
    return out;
  }

  /**
   * Finds the zeros of a code.
   *
   * @param basis of the codes
   * @param known first of its columns, that span the constant and the inputs
   * @param mixed orthonormal codes that may be mixed in
   */
  private record Zeroing(Basis basis, int known, List<double[]> mixed, CodeTest test)
      implements Serializable {
    /** With the multiple of each of some codes, and of each input, that makes it 0 most often. */
    Optional<double[]> zeroed(double[] w) {
      List<double[]> all = new ArrayList<>(mixed);
      for (int a = 0; a < known; a++) {
        double[] axis = new double[basis.rows()];
        for (int i = 0; i < axis.length; i++) {
          axis[i] = basis.values()[i * basis.dims() + a];
        }
        Spans.add(all, axis);
      }
      // With few free the zeros are found from further away, with all they are exact.
      Optional<double[]> found = near(basis.vector(w), mixed);
      return near(found.orElseGet(() -> basis.vector(w)), all)
          .or(() -> found)
          .map(basis::coordinates)
          .map(this::exact);
    }

    /** The vector of the whole span with the same zeros, if they determine it. */
    private double[] exact(double[] w) {
      double[] unit = Symmetric.unit(w.clone());
      return Zeros.nearby(basis, unit, test.noise())
          .filter(x -> Math.abs(Kernels.dot(x, 0, unit, 0, x.length)) > SAME)
          .orElse(w);
    }

    private Optional<double[]> near(double[] code, List<double[]> free) {
      for (double crowd : CROWDS) {
        Optional<double[]> found =
            Zeros.settled(shifted(code, crowd), free, LEAST_OWN, test.noise()).filter(test::signs);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }

    /** With the narrowest crowd of values at 0. */
    private static double[] shifted(double[] code, double share) {
      double[] sorted = code.clone();
      Arrays.sort(sorted);
      int crowd = Math.max(LEAST_ROWS, (int) (share * sorted.length));
      int narrowest = 0;
      for (int i = 0; i + crowd < sorted.length; i++) {
        if (sorted[i + crowd] - sorted[i] < sorted[narrowest + crowd] - sorted[narrowest]) {
          narrowest = i;
        }
      }
      double middle = sorted[narrowest + crowd / 2];
      return Arrays.stream(code).map(value -> value - middle).toArray();
    }
  }
}
