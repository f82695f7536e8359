package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Pairs that do not go with the others, by what all of them span. Two kinds are seen. The sketch of
 * a pair that is damaged has a direction that no other sketch has. A pair whose inputs are of
 * another run, or whose sketch is at another scale, breaks what all others have in common: as
 * offset and columns are linearly independent, the constant 1 and the inputs are linear in the
 * sketch.
 */
final class Misfits {
  /** Of all that a direction has: a pair with as much of it is alone in it. */
  private static final double ALONE = 0.9;

  /** Pairs for every direction: with fewer, all have much of some direction. */
  private static final int PAIRS_PER_DIRECTION = 5;

  /** Of the greatest: an eigenvalue that is 0 but for rounding. */
  private static final double ZERO = 1e-12;

  /** Directions left out of the span have less of it; otherwise noise hides what is looked for. */
  private static final double MOST_NOISE = 1e-3;

  /** Of a value's root mean square: what a sketch that tells it may leave. */
  private static final double TOLD = 1e-3;

  /** As above, while pairs that do not go with the others pull it away. */
  private static final double PARTLY_TOLD = 0.5;

  /** As above, and of what the others leave: a pair that leaves more does not go with them. */
  private static final double MISSED = 0.02;

  private static final double TIMES_MISSED = 50;

  /** Of the pairs, those that the relation is found from. */
  private static final double TRUSTED = 0.8;

  private static final int STEPS = 10;
  private static final int ROUNDS = 4;

  private Misfits() {}

  /** Sets such pairs aside, until there are none. */
  static void setAside(PairReview review, RecoveryOptions options) {
    for (int round = 0; round < ROUNDS; round++) {
      PairSample sample = review.usable();
      PairSpace space;
      try {
        space = PairSpace.of(sample, options.seed(), options.rank());
      } catch (InvalidInputException e) {
        return; // the search for what is in the pairs will say why
      }
      if (sample.rows() < PAIRS_PER_DIRECTION * space.codes().dims()) {
        return;
      }
      boolean[] alone = alone(space);
      boolean[] apart = apart(space, sample);
      int[] places = review.places();
      int before = sample.rows();
      review.setAside(
          "as inputs and sketch do not go together as in all others: the inputs may be of another"
              + " run, or the sketch scaled",
          row -> apart[places[row]]);
      review.setAside(
          "as each alone has something in its sketch that no other has: the sketch is damaged, or"
              + " an attribute is not 0 in it only",
          row -> alone[places[row]]);
      if (review.rows().length == before) {
        return;
      }
    }
  }

  /**
   * How much of the constant and the inputs the sketches do not tell. Where these enter the sketch,
   * that is none, unless there are pairs that do not go with the others, and too many to be found.
   */
  static int untold(PairSpace space) {
    return space.noise() > MOST_NOISE ? 0 : space.codes().dims() - sketches(space).dims();
  }

  /** Pairs that have nearly all of a direction of the hidden part of the codes. */
  private static boolean[] alone(PairSpace space) {
    Basis codes = space.codes();
    int n = codes.rows();
    boolean[] out = new boolean[n];
    for (int i = 0; i < n; i++) {
      int at = i * codes.dims() + space.known();
      double share = Kernels.dot(codes.values(), at, codes.values(), at, space.hidden()) / n;
      out[i] = share > ALONE;
    }
    return out;
  }

  /** Pairs in which the sketch does not tell what it tells in the others. */
  private static boolean[] apart(PairSpace space, PairSample sample) {
    boolean[] none = new boolean[sample.rows()];
    Basis sketches = sketches(space);
    if (space.noise() > MOST_NOISE || sketches.dims() == space.codes().dims()) {
      return none;
    }
    List<double[]> values = values(sample);
    boolean[] trusted = new boolean[sample.rows()];
    Arrays.fill(trusted, true);
    for (int step = 0; step < STEPS; step++) {
      boolean[] next = least(missed(sketches, values, trusted, PARTLY_TOLD));
      if (Arrays.equals(next, trusted)) {
        break;
      }
      trusted = next;
    }
    double[] all = missed(sketches, values, trusted, TOLD);
    double bound = Math.max(MISSED, TIMES_MISSED * median(all));
    IntStream.range(0, none.length).forEach(i -> none[i] = all[i] > bound);
    return none;
  }

  /** Coordinates of the sketches in the span of them, each as large as the others. */
  private static Basis sketches(PairSpace space) {
    int r = space.codes().dims();
    List<double[]> products = new ArrayList<>();
    for (int a = 0; a < r; a++) {
      int from = a * space.dimension();
      products.add(Arrays.copyOfRange(space.products(), from, from + space.dimension()));
    }
    Symmetric.Eigen eigen = Symmetric.eigen(Spans.products(products), r);
    double least = ZERO * eigen.values()[0];
    int s = (int) Arrays.stream(eigen.values()).filter(value -> value > least).count();
    int n = space.codes().rows();
    double[] out = new double[n * s];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < s; k++) {
        out[i * s + k] = Kernels.dot(space.codes().values(), i * r, eigen.vectors()[k], 0, r);
      }
    }
    return new Basis(n, s, out);
  }

  /** The constant and the inputs that are not 0 everywhere, by pair, at a mean square of 1. */
  private static List<double[]> values(PairSample sample) {
    int n = sample.rows();
    int p = sample.inputWidth();
    List<double[]> out = new ArrayList<>();
    for (int j = -1; j < p; j++) {
      double[] row = new double[n];
      for (int i = 0; i < n; i++) {
        row[i] = j < 0 ? 1 : sample.inputs()[i * p + j];
      }
      double squares = Kernels.dot(row, 0, row, 0, n);
      if (squares > 0) {
        double scale = Math.sqrt(n / squares);
        out.add(Arrays.stream(row).map(value -> value * scale).toArray());
      }
    }
    return out;
  }

  /**
   * Of every pair, the most that the sketch misses of a value that the sketches tell.
   *
   * @param told what the sketch of half of the pairs misses, at most
   */
  private static double[] missed(
      Basis sketches, List<double[]> values, boolean[] trusted, double told) {
    int n = sketches.rows();
    int s = sketches.dims();
    int[] rows = IntStream.range(0, n).filter(i -> trusted[i]).toArray();
    double[] chosen = new double[rows.length * s];
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(sketches.values(), rows[k] * s, chosen, k * s, s);
    }
    DMatrixRMaj gram = new DMatrixRMaj(s, s, true, PairSpace.gram(chosen, rows.length, s));
    for (int a = 0; a < s; a++) {
      gram.add(a, a, ZERO * n);
    }
    DenseSystems.Positive system = DenseSystems.positive(gram, "the relation of pairs");
    double[] out = new double[n];
    for (double[] value : values) {
      double[] right = new double[s];
      for (int row : rows) {
        for (int a = 0; a < s; a++) {
          right[a] += value[row] * sketches.values()[row * s + a];
        }
      }
      double[] w = system.solve(right);
      double[] rest = new double[n];
      for (int i = 0; i < n; i++) {
        rest[i] = Math.abs(value[i] - Kernels.dot(sketches.values(), i * s, w, 0, s));
      }
      if (median(rest) < told) {
        IntStream.range(0, n).forEach(i -> out[i] = Math.max(out[i], rest[i]));
      }
    }
    return out;
  }

  private static boolean[] least(double[] missed) {
    double[] sorted = missed.clone();
    Arrays.sort(sorted);
    double bound = sorted[(int) (TRUSTED * (sorted.length - 1))];
    boolean[] out = new boolean[missed.length];
    IntStream.range(0, out.length).forEach(i -> out[i] = missed[i] <= bound);
    return out;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
