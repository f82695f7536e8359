package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * From a vector of a subspace that is nearly sparse to the sparse one nearby: its zeros determine
 * it. Where enough values are near 0 they are taken for zeros, and the vector for the one of the
 * subspace that is 0 there.
 */
final class Zeros {
  /**
   * Rows that say it is no chance that a vector of the subspace is 0 there, per dimension. Columns
   * of few values can be added up so that they cancel in many rows: of such sums some are 0 in 1.75
   * rows for every dimension.
   */
  private static final double ROWS_PER_DIMENSION = 2;

  /** As above, of rows that are zero together. */
  private static final double GROUPED_ROWS_PER_DIMENSION = 1.4;

  /** Between the two least singular values on the rows of zeros. */
  private static final double LEAST_GAP = 30;

  private static final double GAP_WITHOUT_NOISE = 300;

  /** Size of a zero without noise, of the largest values. */
  private static final double LEAST_SIZE = 1e-3;

  /**
   * Mean square of zeros, of that of values spread evenly up to the bound of what is taken for a
   * zero: of values that are small by chance, and made smaller by the vector's choice, it is a
   * third.
   */
  private static final double MOST_OF_EVEN = 0.06;

  /** Of all rows, those in which normal values are smaller than a size, of that size of the top. */
  private static final double SMALL_BY_CHANCE = 1.7;

  /** Mean square on the rows of zeros of any other vector of the subspace. */
  private static final double LEAST_SECOND = 1e-4;

  private Zeros() {}

  /**
   * A vector with its zeros.
   *
   * @param coordinates of unit length
   * @param share of rows that are 0
   * @param gap of the next vector's singular value on those rows over its own
   */
  record Found(double[] coordinates, double share, double gap) implements Serializable {}

  /**
   * Looks for the sparse vector. What is taken for a zero becomes smaller, from the size of noise
   * on until zeros are clearly smaller than what would be taken for one.
   *
   * @param w coordinates of a vector near it
   * @param group rows that are zero together
   * @param noise size of a zero, of the largest values, at most
   * @return empty if the zeros do not determine one vector
   */
  static Optional<Found> exact(Basis basis, double[] w, int group, double noise) {
    return exact(basis, w, group, noise, 0.2, 0.05);
  }

  /**
   * As above.
   *
   * @param bounds what is taken for a zero at first, of the largest values
   */
  private static Optional<Found> exact(
      Basis basis, double[] w, int group, double noise, double... bounds) {
    double[] now = w;
    for (double tolerance : bounds) {
      Optional<Narrowed> narrowed = narrowed(basis, now, group, tolerance);
      if (narrowed.isEmpty()) {
        return Optional.empty();
      }
      now = narrowed.get().least().vector();
    }
    double enough = Math.max(LEAST_GAP, Math.min(GAP_WITHOUT_NOISE, 1 / (10 * noise)));
    for (double tolerance = Math.max(LEAST_SIZE, noise); tolerance >= LEAST_SIZE; tolerance /= 2) {
      Optional<Narrowed> narrowed = narrowed(basis, now, group, tolerance);
      if (narrowed.isEmpty() || !narrowed.get().isOne()) {
        return Optional.empty();
      }
      now = narrowed.get().least().vector();
      double gap = narrowed.get().gap();
      if (gap > enough && (group > 1 || narrowed.get().areClear())) {
        return Optional.of(new Found(now, narrowed.get().share(), gap));
      }
    }
    return Optional.empty();
  }

  /**
   * The vector that is least where one near it is small.
   *
   * @param share of rows that are small
   * @param spare rows that are, beyond those that say it is no chance
   * @param normal rows in which normal values are as small
   * @param bound of what is small
   */
  private record Narrowed(
      Symmetric.Least least, double share, double spare, double normal, double bound) {
    /** Of the next vector's singular value on those rows over its own. */
    double gap() {
      return Math.sqrt(Math.max(least.second(), 0) / Math.max(squares(), 1e-300));
    }

    /** Whether no other vector is 0 on those rows. */
    boolean isOne() {
      return least.second() > LEAST_SECOND * share;
    }

    /** Whether they are more than chance makes, and much smaller than the bound. */
    boolean areClear() {
      return spare >= normal && squares() < MOST_OF_EVEN * share * bound * bound / 3;
    }

    private double squares() {
      return Math.max(least.first(), 0);
    }
  }

  /** Empty if too few rows are small. */
  private static Optional<Narrowed> narrowed(Basis basis, double[] w, int group, double tolerance) {
    double[] size = sizes(basis.vector(w), group);
    double bound = tolerance * top(size);
    int zeros = 0;
    for (double value : size) {
      zeros += value < bound ? 1 : 0;
    }
    double perDimension = group > 1 ? GROUPED_ROWS_PER_DIMENSION : ROWS_PER_DIMENSION;
    double spare = zeros * group - perDimension * basis.dims() - group;
    if (spare < 0) {
      return Optional.empty();
    }
    double[] gram = gram(basis, size, bound, group, zeros * 2 < size.length);
    Symmetric.Least least = Symmetric.least(gram, basis.dims(), w);
    double normal = SMALL_BY_CHANCE * tolerance * size.length;
    return Optional.of(new Narrowed(least, (double) zeros / size.length, spare, normal, bound));
  }

  /** As {@link #exact}, of single rows and from very near. */
  static Optional<Found> near(Basis basis, double[] w, double noise) {
    return exact(basis, w, 1, noise, NEAR);
  }

  /** Of the largest values: what is taken for a zero where the vector is nearly right. */
  private static final double NEAR = 0.004;

  private static final int GRADUAL_STEPS = 16;
  private static final double FIRST_WIDTH = 0.3;
  private static final double FIRST_WIDTH_NEAR = 0.06;
  private static final double LAST_WIDTH = 0.003;

  /**
   * As {@link #exact}, from further away and for vectors whose other values are small, too: values
   * count as zeros the more the smaller they are, by 1 / (x² + ε²) with ε falling (Chartrand and
   * Yin, Iteratively reweighted algorithms for compressive sensing, ICASSP 2008). Takes longer.
   */
  static Optional<Found> gradual(Basis basis, double[] w, double noise) {
    return gradual(basis, w, FIRST_WIDTH, noise);
  }

  /** As {@link #gradual}, for vectors with many values that are small, from nearer. */
  static Optional<Found> gradualFromNear(Basis basis, double[] w, double noise) {
    return gradual(basis, w, FIRST_WIDTH_NEAR, noise);
  }

  private static Optional<Found> gradual(Basis basis, double[] w, double first, double noise) {
    double[] now = w;
    double[] row = new double[8 * basis.dims()];
    int dims = basis.dims();
    for (int step = 0; step < GRADUAL_STEPS; step++) {
      double[] x = basis.vector(now);
      double width =
          top(sizes(x, 1)) * first * Math.pow(LAST_WIDTH / first, step / (GRADUAL_STEPS - 1.0));
      double[] gram = new double[dims * dims];
      int filled = 0;
      for (int i = 0; i < x.length; i++) {
        double weight = width / Math.sqrt((x[i] * x[i] + width * width) * x.length);
        for (int a = 0; a < dims; a++) {
          row[filled * dims + a] = weight * basis.values()[i * dims + a];
        }
        if (++filled == 8 || i == x.length - 1) {
          Arrays.fill(row, filled * dims, row.length, 0);
          Kernels.gram8(row, dims, gram);
          filled = 0;
        }
      }
      Symmetric.mirror(gram, dims);
      now = Symmetric.least(gram, dims, now).vector();
    }
    // Wider bounds would move it away from few zeros again, unless noise is wider anyway.
    return noise < NEAR ? exact(basis, now, 1, noise, NEAR) : exact(basis, now, 1, noise);
  }

  private static final int LEAST_ZEROS = 20;

  /**
   * The vector with zeros near one that has a part in a span of few directions in it. That there
   * are zeros, and not only small values, is seen by how few values are a little larger.
   *
   * @param x not modified, and not in the span
   * @param span orthonormal
   * @param leastCosine of what is found with what of x is outside the span
   * @return of unit length; empty if none has zeros, or it is far away
   */
  static Optional<double[]> settled(
      double[] x, List<double[]> span, double leastCosine, double noise) {
    Basis basis = Spans.with(x, span);
    double[] start = Symmetric.unit(basis.coordinates(x));
    return spiked(basis, exact(basis, start, 1, noise), leastCosine, noise)
        .or(() -> spiked(basis, exact(basis, start, 1, noise, NEAR), leastCosine, noise))
        .or(() -> spiked(basis, gradual(basis, start, noise), leastCosine, noise));
  }

  /** Of rows: those that are 0, of the largest values. */
  static double share(double[] x, double noise) {
    double width = Math.max(LEAST_SIZE, noise) * top(sizes(x, 1));
    return Arrays.stream(x).filter(value -> Math.abs(value) < width).count() / (double) x.length;
  }

  private static Optional<double[]> spiked(
      Basis basis, Optional<Found> found, double leastCosine, double noise) {
    if (found.isEmpty() || Math.abs(found.get().coordinates()[0]) < leastCosine) {
      return Optional.empty();
    }
    double[] x = basis.vector(found.get().coordinates());
    return areZeros(x, basis.dims(), noise) ? Optional.of(Symmetric.unit(x)) : Optional.empty();
  }

  /**
   * Whether values are 0, and not only small, in more rows than chance makes so.
   *
   * @param x a vector of a subspace
   * @param dims of the subspace
   */
  static boolean areZeros(double[] x, int dims, double noise) {
    double width = Math.max(LEAST_SIZE, noise) * top(sizes(x, 1));
    int zeros = 0;
    int small = 0;
    for (double value : x) {
      zeros += Math.abs(value) < width ? 1 : 0;
      small += Math.abs(value) < 3 * width ? 1 : 0;
    }
    boolean enough = zeros > LEAST_ZEROS + ROWS_PER_DIMENSION * dims;
    // Of smooth values two thirds of the small ones would be beyond the width.
    boolean spike = zeros > 3 * (small - zeros);
    return enough && spike;
  }

  private static double[] sizes(double[] x, int group) {
    double[] out = new double[x.length / group];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.sqrt(Kernels.dot(x, i * group, x, i * group, group) / group);
    }
    return out;
  }

  /** Root mean square of the largest tenth. */
  static double top(double[] sizes) {
    double[] sorted = sizes.clone();
    Arrays.sort(sorted);
    int n = Math.max(1, sorted.length / 10);
    double squares = 0;
    for (int i = sorted.length - n; i < sorted.length; i++) {
      squares += sorted[i] * sorted[i];
    }
    return Math.sqrt(squares / n);
  }

  /** V'V over the rows of zeros, or all less that over the others, whichever are fewer. */
  private static double[] gram(Basis basis, double[] size, double bound, int group, boolean few) {
    int dims = basis.dims();
    double[] gram = new double[dims * dims];
    double[] eight = new double[8 * dims];
    int filled = 0;
    for (int i = 0; i < size.length; i++) {
      if (size[i] < bound == few) {
        for (int q = 0; q < group; q++) {
          System.arraycopy(basis.values(), (i * group + q) * dims, eight, filled * dims, dims);
          if (++filled == 8) {
            Kernels.gram8(eight, dims, gram);
            filled = 0;
          }
        }
      }
    }
    if (filled > 0) {
      Arrays.fill(eight, filled * dims, eight.length, 0);
      Kernels.gram8(eight, dims, gram);
    }
    int rows = size.length * group;
    for (int a = 0; a < dims; a++) {
      for (int b = a; b < dims; b++) {
        double value = gram[a * dims + b] / rows;
        gram[a * dims + b] = few ? value : (a == b ? 1 : 0) - value;
      }
    }
    Symmetric.mirror(gram, dims);
    return gram;
  }
}
