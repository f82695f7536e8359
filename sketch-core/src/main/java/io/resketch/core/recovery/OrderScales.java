package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;

/**
 * The scales of an object's codes, up to one factor. Columns that are whole multiples of one
 * magnitude are so of the same one before they are scaled to length 1, which gives the scales
 * exactly. Otherwise they are known by which of the codes were kept: where j was kept and l was
 * not, z_j / s_j ≥ z_l / s_l. So the difference log s_j − log s_l is at most log z_j − log z_l, and
 * at least as much where l was kept and j was not. The middles of these intervals, the narrow ones
 * first, give the logarithms by least squares.
 */
final class OrderScales {
  private static final double NARROWEST = 1e-4;

  /** Weight of the logarithms' being 0, which says which of all solutions is meant. */
  private static final double PULL = 1e-3;

  /** Of the least size: what a whole multiple of it may be off. */
  private static final double STEP_TOLERANCE = 1e-6;

  private static final int MOST_PARTS = 4;

  private OrderScales() {}

  /**
   * The scales by the magnitudes of columns; empty if one is not exact.
   *
   * @param columns of length 1
   */
  static Optional<double[]> ofSteps(List<double[]> columns) {
    double[] out = new double[columns.size()];
    double logs = 0;
    for (int j = 0; j < out.length; j++) {
      double step = step(columns.get(j));
      if (step == 0) {
        return Optional.empty();
      }
      out[j] = 1 / step;
      logs += Math.log(out[j]) / out.length;
    }
    double mean = Math.exp(logs);
    return Optional.of(Arrays.stream(out).map(scale -> scale / mean).toArray());
  }

  private static boolean isWhole(double x, double tolerance) {
    return Math.abs(x - Math.rint(x)) < tolerance;
  }

  /** The magnitude of which all values are whole multiples; 0 if there is none. */
  private static double step(double[] column) {
    double least = Arrays.stream(column).map(Math::abs).filter(size -> size > 0).min().orElse(0);
    for (int parts = 1; parts <= MOST_PARTS; parts++) {
      double step = least / parts;
      double tolerance = STEP_TOLERANCE * parts;
      if (Arrays.stream(column).allMatch(x -> isWhole(x / step, tolerance))) {
        return step;
      }
    }
    return 0;
  }

  /**
   * Finds the scales.
   *
   * @param z linear maps of the inputs, by attribute, in the scale of the codes
   * @param codes by attribute, not 0 where kept
   * @param rectified whether values below 0 are not ranked
   */
  static double[] of(double[][] z, double[][] codes, boolean rectified) {
    int a = z.length;
    double[][] most = new double[a][a];
    for (double[] row : most) {
      Arrays.fill(row, Double.POSITIVE_INFINITY);
    }
    double[] logs = new double[a];
    for (int i = 0; i < codes[0].length; i++) {
      for (int j = 0; j < a; j++) {
        logs[j] = Math.log(rectified ? Math.max(z[j][i], 0) : Math.abs(z[j][i]));
      }
      for (int j = 0; j < a; j++) {
        for (int l = 0; codes[j][i] != 0 && l < a; l++) {
          if (codes[l][i] == 0 && Double.isFinite(logs[l]) && Double.isFinite(logs[j])) {
            most[j][l] = Math.min(most[j][l], logs[j] - logs[l]);
          }
        }
      }
    }
    return scales(most, a);
  }

  private static double[] scales(double[][] most, int a) {
    DMatrixRMaj left = new DMatrixRMaj(a, a);
    double[] right = new double[a];
    for (int j = 0; j < a; j++) {
      left.add(j, j, PULL);
      for (int l = 0; l < j; l++) {
        double width = most[j][l] + most[l][j];
        if (Double.isFinite(width)) {
          double weight = Math.pow(Math.max(Math.abs(width), NARROWEST), -2);
          double middle = (most[j][l] - most[l][j]) / 2;
          left.add(j, j, weight);
          left.add(l, l, weight);
          left.add(j, l, -weight);
          left.add(l, j, -weight);
          right[j] += weight * middle;
          right[l] -= weight * middle;
        }
      }
    }
    return DenseSystems.ifSolvable(
            () -> DenseSystems.positive(left, "the scales of " + a + " codes").solve(right))
        .map(logs -> Arrays.stream(logs).map(Math::exp).toArray())
        .orElseGet(() -> ones(a)); // the pairs then say how well that does
  }

  private static double[] ones(int count) {
    double[] out = new double[count];
    Arrays.fill(out, 1);
    return out;
  }
}
