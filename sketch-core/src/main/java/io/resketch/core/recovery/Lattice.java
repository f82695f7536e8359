package io.resketch.core.recovery;

import java.util.Arrays;
import java.util.Optional;

/**
 * Columns of BLOCK_SPARSE sketches are whole multiples of one magnitude: sums of signed copies of
 * strings of ±1, weighted by paths. A column that is nearly so is exactly so.
 */
final class Lattice {
  private static final int MOST_PARTS = 4;

  private static final Tolerance EXACT = new Tolerance(2e-3, 0.05);
  private static final Tolerance NOISY = new Tolerance(2e-2, 0.15);

  private static final int MOST = 1000;

  /**
   * How far values may be from whole multiples.
   *
   * @param zero of the largest value: below is 0
   * @param step of the step
   */
  private record Tolerance(double zero, double step) {}

  private Lattice() {}

  /**
   * The unit column of whole multiples near a column.
   *
   * @param column not modified
   * @return empty if it is not near one
   */
  static Optional<double[]> snap(double[] column) {
    return whole(column).map(Symmetric::unit);
  }

  /** The multiples themselves. */
  static Optional<double[]> whole(double[] column) {
    double[] sizes = Arrays.stream(column).map(Math::abs).sorted().toArray();
    if (sizes[sizes.length - 1] == 0) {
      return Optional.empty();
    }
    return whole(column, sizes, EXACT).or(() -> whole(column, sizes, NOISY));
  }

  /**
   * The multiples.
   *
   * @param sizes of the values, rising
   */
  private static Optional<double[]> whole(double[] column, double[] sizes, Tolerance tolerance) {
    int first = 0;
    while (sizes[first] <= tolerance.zero() * sizes[sizes.length - 1]) {
      first++;
    }
    // The least size is one step, or, of weights that differ, a few.
    double least = sizes[Math.min(sizes.length - 1, first + (sizes.length - first) / 200)];
    for (int parts = 1; parts <= MOST_PARTS; parts++) {
      Optional<double[]> found = whole(column, least / parts, tolerance.step());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<double[]> whole(double[] column, double guess, double tolerance) {
    double[] whole = new double[column.length];
    double step = guess;
    for (int pass = 0; pass < 2; pass++) {
      double along = 0;
      double squares = 0;
      for (int i = 0; i < column.length; i++) {
        whole[i] = Math.rint(column[i] / step);
        along += whole[i] * column[i];
        squares += whole[i] * whole[i];
      }
      if (squares == 0) {
        return Optional.empty();
      }
      step = along / squares;
    }
    for (int i = 0; i < column.length; i++) {
      double multiple = column[i] / step;
      if (!(Math.abs(multiple - Math.rint(multiple)) <= tolerance && Math.abs(multiple) <= MOST)) {
        return Optional.empty();
      }
      whole[i] = Math.rint(multiple);
    }
    return Optional.of(whole);
  }
}
