package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Codes of the last columns, where all other codes are known and all columns, some perhaps only
 * nearly. Least squares on the columns gives a code but for parts along the inputs, along a
 * constant, and along codes whose columns are not certain. Its zeros tell these, and few are
 * enough: a code may be above 0 in nearly all of the pairs.
 */
final class LastCodes {
  /** Of the pairs: values taken for equal; more where parts of others blur them. */
  private static final double[] CROWDS = {0.005, 0.1};

  private static final int LEAST_ROWS = 20;

  /** Cosine of a code with itself but for rounding. */
  private static final double SAME = 0.999;

  /** Of a code: what no constant, input or other code explains. */
  private static final double LEAST_OWN = 0.1;

  private final PairSpace space;
  private final DataParallel engine;
  private final CodeTest test;

  LastCodes(PairSpace space, DataParallel engine, CodeTest test) {
    this.space = space;
    this.engine = engine;
    this.test = test;
  }

  /**
   * Finds codes.
   *
   * @param columns of the codes known, then those without codes; all there are
   * @param exact of those without codes
   * @param nearly of those without codes, the last; each may have parts of the others in it
   * @param doubtful coordinates of codes whose columns may have parts of those without codes
   * @return coordinates, for each column without codes, of those that zeros confirm
   */
  List<Optional<double[]>> find(
      List<double[]> columns, int exact, int nearly, List<double[]> doubtful) {
    List<double[]> mixed = new ArrayList<>(List.of(constant()));
    doubtful.forEach(w -> Spans.add(mixed, space.codes().vector(w)));
    List<double[]> starts = starts(columns, exact + nearly);
    Zeroing zeroing = new Zeroing(space.codes(), space.known(), mixed, test);
    List<Optional<double[]>> out =
        new ArrayList<>(each(starts, start -> zeroing.zeroed(start).orElse(null)));
    List<double[]> unclear = starts.subList(exact, exact + nearly);
    for (int sign = 1; sign >= -1 && test.clear(); sign -= 2) {
      List<Integer> left =
          IntStream.range(0, starts.size()).filter(c -> out.get(c).isEmpty()).boxed().toList();
      List<double[]> signed = new ArrayList<>(left.stream().map(starts::get).toList());
      if (sign < 0) {
        signed.replaceAll(Symmetric::negative);
      }
      List<Optional<double[]>> more = gradual(signed, unclear, doubtful);
      for (int l = 0; l < left.size(); l++) {
        out.set(left.get(l), more.get(l));
      }
    }
    return out;
  }

  /** Coordinates by least squares; columns are nearly orthogonal to those of inputs. */
  private List<double[]> starts(List<double[]> columns, int count) {
    double[][] duals = Spans.duals(columns);
    List<double[]> out = new ArrayList<>();
    for (int c = columns.size() - count; c < columns.size(); c++) {
      out.add(space.codeOf(duals[c]));
    }
    return out;
  }

  /** Codes near starts, with any multiples of inputs, of doubtful codes and of unclear ones. */
  private List<Optional<double[]>> gradual(
      List<double[]> starts, List<double[]> unclear, List<double[]> doubtful) {
    int r = space.known() + space.hidden();
    List<double[]> inputs = space.knownAxes(r);
    List<double[]> free = new ArrayList<>(inputs);
    doubtful.forEach(w -> Spans.add(free, w));
    Gradual gradual = new Gradual(space.codes(), inputs, free, unclear, test);
    return each(starts, start -> gradual.code(start).orElse(null));
  }

  private List<Optional<double[]>> each(
      List<double[]> starts, DataParallel.Task<double[], double[]> task) {
    return engine.map(starts, task).stream().map(Optional::ofNullable).toList();
  }

  /**
   * Finds the code near a start by zeros that count gradually.
   *
   * @param inputs orthonormal coordinates of the constant and the inputs
   * @param free of these and the doubtful codes
   * @param unclear coordinates of codes that are known as badly as the start
   */
  private record Gradual(
      Basis basis,
      List<double[]> inputs,
      List<double[]> free,
      List<double[]> unclear,
      CodeTest test)
      implements Serializable {
    /** Most of what is wrong with a start is along the inputs; that is found from further away. */
    Optional<double[]> code(double[] start) {
      GradualSearch along = search(inputs, List.of(start));
      List<double[]> outside = new ArrayList<>(List.of(start));
      outside.addAll(unclear);
      GradualSearch last = search(free, outside);
      for (double first : GradualSearch.FIRST_WIDTHS_NEAR) {
        double[] nearer = along.near(start, first);
        Optional<double[]> found = last.code(last.near(nearer, first), test);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }

    private GradualSearch search(List<double[]> free, List<double[]> outside) {
      List<double[]> axes = new ArrayList<>(free);
      outside.forEach(w -> Spans.add(axes, w));
      double[][] others = axes.subList(free.size(), axes.size()).toArray(double[][]::new);
      return new GradualSearch(basis, test.prior(), free, others);
    }
  }

  private double[] constant() {
    double[] out = new double[space.codes().rows()];
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
      return Zeros.near(basis, unit, test.noise())
          .map(Zeros.Found::coordinates)
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
