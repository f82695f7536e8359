package io.resketch.core.solve;

import io.resketch.core.operator.LinearMap;
import java.util.Arrays;

/**
 * Minimises ‖P(A x − y)‖² + Σ_j λ_j x_j² by conjugate gradients on the normal equations,
 * preconditioned by their diagonal (CGLS with a ridge; Björck, "Numerical Methods for Least Squares
 * Problems", 1996, section 7.4). P keeps the first {@code prefixLength} rows. The operators run in
 * float32, all else in double precision. Holds workspace: not thread-safe.
 */
public final class RidgeSolver {
  /**
   * Relative size, squared, of what float32 operators leave of a gradient: where the data do not
   * fit the map, the gradient cannot fall below this share of the residual, and going on would
   * diverge.
   */
  private static final double ROUNDING = 1e-14;

  /** Stops when the preconditioned gradient has shrunk by this factor (squared norms). */
  private final double tolerance;

  private final int maxIterations;
  private final LinearMap map;
  private final int prefixLength;
  private final double[] energies;
  private final double[] ridge;

  /**
   * A solver for one map and many right-hand sides.
   *
   * @param prefixLength rows in use
   * @param energies about ‖P A e_j‖², one per unknown
   * @param ridge λ_j, one per unknown
   * @param tolerance factor on the squared norm of the gradient at which to stop
   */
  public RidgeSolver(
      LinearMap map,
      int prefixLength,
      double[] energies,
      double[] ridge,
      double tolerance,
      int maxIterations) {
    this.map = map;
    this.prefixLength = prefixLength;
    this.energies = energies;
    this.ridge = ridge;
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
  }

  /**
   * x for a right-hand side y.
   *
   * @param y not modified, d values, zero behind the prefix
   */
  public float[] solve(float[] y) {
    float[] gradient = new float[map.unknowns()];
    map.adjoint(y, gradient);
    return solveNormal(gradient, y);
  }

  /**
   * x = (AᵀPA + Λ)⁻¹ b.
   *
   * @param b not modified, n values
   * @param d length of a sketch
   */
  public float[] solveNormalEquations(float[] b, int d) {
    return solveNormal(b, new float[d], b);
  }

  private float[] solveNormal(float[] gradient, float[] y) {
    return solveNormal(gradient, y, null);
  }

  /**
   * Carries the residual y − A x in the space of sketches, which keeps rounding errors from
   * growing; b is what is left of the right-hand side that no y accounts for.
   */
  private float[] solveNormal(float[] start, float[] y, float[] b) {
    int n = start.length;
    double[] x = new double[n];
    double[] residual = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      residual[i] = y[i];
    }
    double[] direction = new double[n];
    float[] rounded = new float[n];
    float[] image = new float[y.length];
    float[] gradient = start.clone();
    double norm = 0;
    for (int j = 0; j < n; j++) {
      direction[j] = precondition(j, gradient[j]);
      norm += gradient[j] * direction[j];
    }
    double stop = tolerance * norm;
    double energy = squaredNorm(residual);
    for (int k = 0; k < maxIterations && norm > Math.max(stop, ROUNDING * n * energy); k++) {
      double curvature = 0;
      for (int j = 0; j < n; j++) {
        rounded[j] = (float) direction[j];
        curvature += ridge[j] * direction[j] * direction[j];
      }
      map.apply(rounded, image);
      Arrays.fill(image, prefixLength, image.length, 0f);
      for (int i = 0; i < prefixLength; i++) {
        curvature += (double) image[i] * image[i];
      }
      double step = norm / curvature;
      for (int j = 0; j < n; j++) {
        x[j] += step * direction[j];
      }
      energy = 0;
      for (int i = 0; i < prefixLength; i++) {
        residual[i] -= step * image[i];
        image[i] = (float) residual[i];
        energy += residual[i] * residual[i];
      }
      map.adjoint(image, gradient);
      double next = 0;
      for (int j = 0; j < n; j++) {
        double g = gradient[j] - ridge[j] * x[j] + (b == null ? 0 : b[j]);
        rounded[j] = (float) precondition(j, g);
        next += g * rounded[j];
      }
      double ratio = next / norm;
      norm = next;
      for (int j = 0; j < n; j++) {
        direction[j] = rounded[j] + ratio * direction[j];
      }
    }
    float[] out = new float[n];
    for (int j = 0; j < n; j++) {
      out[j] = (float) x[j];
    }
    return out;
  }

  private static double squaredNorm(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v * v;
    }
    return sum;
  }

  /** Unknowns that no row holds stay 0. */
  private double precondition(int j, double gradient) {
    double diagonal = energies[j] + ridge[j];
    return diagonal > 0 ? gradient / diagonal : 0;
  }
}
