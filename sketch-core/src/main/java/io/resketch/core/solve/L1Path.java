package io.resketch.core.solve;

import io.resketch.core.operator.LinearMap;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;

/**
 * Minimises ½ ‖P(A x − y)‖² + λ Σ_j ‖a_j‖ |x_j| while λ is halved again and again: FISTA (Beck,
 * Teboulle, 2009) with adaptive restart (O'Donoghue, Candès, 2015), column-normalised. Where x is
 * sparse enough for the rows, the path ends at x (Donoho, Tanner, 2009). Not thread-safe.
 */
final class L1Path {
  private static final int ITERATIONS = 50;
  private static final int POWER_ITERATIONS = 20;

  /** The power method comes from below. */
  private static final double MARGIN = 1.05;

  private final LinearMap map;
  private final int rows;
  private final double[] energies;
  private final boolean nonNegative;
  private final double[] x;
  private final double[] extrapolated;
  private final float[] rounded;
  private final float[] gradient;
  private float[] image = new float[0];
  private float[] y;
  private double lipschitz;
  private double lambda;

  L1Path(LinearMap map, int rows, double[] energies, boolean nonNegative) {
    this.map = map;
    this.rows = rows;
    this.energies = energies;
    this.nonNegative = nonNegative;
    int n = map.unknowns();
    this.x = new double[n];
    this.extrapolated = new double[n];
    this.rounded = new float[n];
    this.gradient = new float[n];
  }

  /** λ at the smallest value for which x = 0 is the solution. */
  void start(float[] y) {
    this.y = y;
    image = new float[y.length];
    lipschitz = MARGIN * largestEigenvalue();
    Arrays.fill(x, 0);
    map.adjoint(y, gradient);
    lambda = 0;
    for (int j = 0; j < x.length; j++) {
      if (energies[j] > 0) {
        lambda = Math.max(lambda, magnitude(gradient[j] / Math.sqrt(energies[j])));
      }
    }
  }

  private double magnitude(double u) {
    return nonNegative ? u : Math.abs(u);
  }

  /** Of D⁻¹AᵀPA D⁻¹, D the norms of the columns. */
  private double largestEigenvalue() {
    RandomStream stream = RandomStream.of(2, RandomStream.Role.POSITION, 0, 0);
    double[] v = extrapolated;
    Arrays.setAll(v, j -> (stream.bits(j) & 1) == 0 ? 1 : -1);
    double value = 1;
    for (int k = 0; k < POWER_ITERATIONS; k++) {
      double norm = 0;
      for (double value1 : v) {
        norm += value1 * value1;
      }
      norm = Math.sqrt(norm);
      for (int j = 0; j < v.length; j++) {
        rounded[j] = energies[j] > 0 ? (float) (v[j] / (norm * Math.sqrt(energies[j]))) : 0f;
      }
      map.apply(rounded, image);
      Arrays.fill(image, rows, image.length, 0f);
      map.adjoint(image, gradient);
      value = 0;
      for (int j = 0; j < v.length; j++) {
        v[j] = energies[j] > 0 ? gradient[j] / Math.sqrt(energies[j]) : 0;
        value += v[j] * v[j];
      }
      value = Math.sqrt(value);
    }
    return value;
  }

  /** Halves λ and goes near the solution there; returns it, n values. */
  float[] halve() {
    lambda /= 2;
    double inertia = 1;
    System.arraycopy(x, 0, extrapolated, 0, x.length);
    for (int k = 0; k < ITERATIONS; k++) {
      gradientAtExtrapolated();
      double next = (1 + Math.sqrt(1 + 4 * inertia * inertia)) / 2;
      double turn = 0;
      for (int j = 0; j < x.length; j++) {
        double w = proximal(j);
        turn += energies[j] * (extrapolated[j] - w) * (w - x[j]);
        extrapolated[j] = x[j];
        x[j] = w;
      }
      // Moving against the last step: start the momentum anew.
      double momentum = turn > 0 ? 0 : (inertia - 1) / next;
      inertia = turn > 0 ? 1 : next;
      for (int j = 0; j < x.length; j++) {
        extrapolated[j] = x[j] + momentum * (x[j] - extrapolated[j]);
      }
    }
    float[] out = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      out[j] = (float) x[j];
    }
    return out;
  }

  private void gradientAtExtrapolated() {
    for (int j = 0; j < x.length; j++) {
      rounded[j] = (float) extrapolated[j];
    }
    map.apply(rounded, image);
    for (int i = 0; i < rows; i++) {
      image[i] = y[i] - image[i];
    }
    Arrays.fill(image, rows, image.length, 0f);
    map.adjoint(image, gradient);
  }

  /** A gradient step from the extrapolated point, shrunk by the penalty. */
  private double proximal(int j) {
    if (energies[j] <= 0) {
      return 0;
    }
    double u = extrapolated[j] + gradient[j] / (lipschitz * energies[j]);
    double shrinkage = lambda / (lipschitz * Math.sqrt(energies[j]));
    if (u > shrinkage) {
      return u - shrinkage;
    }
    return !nonNegative && u < -shrinkage ? u + shrinkage : 0;
  }
}
