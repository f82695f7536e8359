package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.Arrays;
import java.util.Optional;

/**
 * A row w of a linear map that is kept in few pairs: there w · u is known, and in the others it is
 * below what was kept, so that the row is found by censored regression, least squares with the
 * bounds that are broken as further equations.
 */
final class SeldomKept {
  private static final int ROUNDS = 50;

  /** Of an equation against a bound, so that bounds only tell what equations leave open. */
  private static final double EQUATION_WEIGHT = 30;

  /** Keeps what nothing tells small. */
  private static final double RIDGE = 1e-8;

  private SeldomKept() {}

  /**
   * Finds the row; empty if the pairs do not tell one.
   *
   * @param rows u by pair, N × m
   * @param values w · u by pair, NaN where it is not known
   * @param bounds what w · u is at most, infinite where nothing is known
   */
  static Optional<double[]> row(double[] rows, int m, double[] values, double[] bounds) {
    return DenseSystems.ifSolvable(() -> solved(rows, m, values, bounds));
  }

  private static double[] solved(double[] rows, int m, double[] values, double[] bounds) {
    int n = values.length;
    boolean[] used = new boolean[n];
    for (int i = 0; i < n; i++) {
      used[i] = !Double.isNaN(values[i]);
    }
    double[] out = solve(rows, m, used, values, bounds);
    for (int round = 0; round < ROUNDS; round++) {
      boolean[] next = new boolean[n];
      for (int i = 0; i < n; i++) {
        next[i] = !Double.isNaN(values[i]) || Kernels.dot(out, 0, rows, i * m, m) > bounds[i];
      }
      if (Arrays.equals(used, next)) {
        break;
      }
      used = next;
      out = solve(rows, m, used, values, bounds);
    }
    return out;
  }

  private static double[] solve(
      double[] rows, int m, boolean[] used, double[] values, double[] bounds) {
    int count = 0;
    for (boolean one : used) {
      count += one ? 1 : 0;
    }
    double[] system = new double[count * (m + 1)];
    for (int i = 0, k = 0; i < used.length; i++) {
      if (used[i]) {
        boolean known = !Double.isNaN(values[i]);
        double weight = known ? EQUATION_WEIGHT : 1;
        for (int a = 0; a < m; a++) {
          system[k * (m + 1) + a] = weight * rows[i * m + a];
        }
        system[k * (m + 1) + m] = weight * (known ? values[i] : bounds[i]);
        k++;
      }
    }
    return LinearMaps.leastSquares(system, count, m, RIDGE);
  }
}
