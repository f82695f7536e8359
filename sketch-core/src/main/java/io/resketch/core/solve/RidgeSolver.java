package io.resketch.core.solve;

import io.resketch.core.operator.LinearMap;
import io.resketch.core.spec.RandomStream;
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

  /** As {@link #tolerance}; the scatter of the estimate is far above. */
  private static final double PROBE_TOLERANCE = 1e-6;

  /** Any fixed number: a solver is a pure function of its arguments. */
  private static final long PROBE_SEED = 1;

  /** Stops when the preconditioned gradient has shrunk by this factor (squared norms). */
  private final double tolerance;

  private final int maxIterations;
  private final LinearMap map;
  private final int prefixLength;
  private final double[] energies;
  private final double[] ridge;
  private final float[] rounded;
  private final float[] gradient;
  private final double[] direction;
  private double[] residual = new double[0];
  private float[] image = new float[0];

  /** What the steps of the last call took off the energy. */
  private final double[] gains;

  /** What the last steps of the last call have gained. */
  private double left;

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
    this.gains = new double[maxIterations];
    this.map = map;
    this.prefixLength = prefixLength;
    this.energies = energies;
    this.ridge = ridge;
    this.tolerance = tolerance;
    this.maxIterations = maxIterations;
    this.rounded = new float[map.unknowns()];
    this.gradient = new float[map.unknowns()];
    this.direction = new double[map.unknowns()];
  }

  /**
   * x for a right-hand side y.
   *
   * @param y not modified, d values, zero behind the prefix
   */
  public float[] solve(float[] y) {
    double[] x = new double[map.unknowns()];
    iterate(x, new Equations(y, null, null), tolerance, maxIterations);
    return toFloats(x);
  }

  /**
   * x = (AᵀPA + Λ)⁻¹ b.
   *
   * @param b not modified, n values
   * @param d length of a sketch
   */
  public float[] solveNormalEquations(float[] b, int d) {
    double[] x = new double[map.unknowns()];
    iterate(x, new Equations(new float[d], b, null), tolerance, maxIterations);
    return toFloats(x);
  }

  /**
   * Takes up to {@code iterations} steps from x towards the solution for y on a support.
   *
   * @param x modified; 0 outside the support
   * @return ‖P(A x − y)‖²
   */
  double improve(double[] x, float[] y, boolean[] support, int iterations) {
    return iterate(x, new Equations(y, null, support), tolerance, iterations);
  }

  /**
   * Estimates of the diagonal of (AᵀPA + Λ)⁻¹ from one vector v of random signs, each times the
   * norm of its column: ((AᵀPA + Λ)⁻¹ v)_j / v_j has the diagonal as its mean (Bekas, Kokiopoulou,
   * Saad, 2007), and the norms keep the weak columns out of the strong ones. Single values scatter,
   * even below 0; use means over many. For the columns of a support alone; 0 elsewhere.
   *
   * @param d length of a sketch
   * @param support one per unknown
   */
  double[] inverseDiagonal(int d, boolean[] support) {
    RandomStream stream = RandomStream.of(PROBE_SEED, RandomStream.Role.POSITION, 0, 0);
    float[] probe = new float[map.unknowns()];
    for (int j = 0; j < probe.length; j++) {
      float norm = (float) Math.sqrt(energies[j] + ridge[j]);
      probe[j] = (stream.bits(j) & 1) == 0 ? norm : -norm;
    }
    double[] x = new double[probe.length];
    Equations equations = new Equations(new float[d], probe, support);
    iterate(x, equations, Math.max(tolerance, PROBE_TOLERANCE), maxIterations);
    double[] out = new double[probe.length];
    Arrays.setAll(out, j -> x[j] == 0 ? 0 : x[j] / probe[j]);
    return out;
  }

  /** Estimate of the energy of the error that the last call left; 0 after a few steps. */
  double left() {
    return left;
  }

  /** AᵀP(y − A x) of the last call of {@link #improve}, over all unknowns; valid until the next. */
  float[] gradient() {
    return gradient;
  }

  /** AᵀP(y − A x) + b − Λ x = 0 on a support; b and support may be null. */
  private record Equations(float[] y, float[] b, boolean[] support) {}

  /**
   * Carries the residual y − A x in the space of sketches, which keeps rounding errors from
   * growing; b is what is left of the right-hand side that no y accounts for.
   *
   * @return the squared norm of the residual
   */
  private double iterate(double[] x, Equations equations, double until, int iterations) {
    double energy = start(x, equations.y);
    double norm = descend(x, equations);
    double stop = until * norm;
    for (int j = 0; j < direction.length; j++) {
      direction[j] = rounded[j];
    }
    int steps = 0;
    while (steps < iterations && norm > Math.max(stop, ROUNDING * x.length * energy)) {
      double step = norm / curvature();
      for (int j = 0; j < x.length; j++) {
        x[j] += step * direction[j];
      }
      energy = 0;
      for (int i = 0; i < prefixLength; i++) {
        residual[i] -= step * image[i];
        energy += residual[i] * residual[i];
      }
      gains[steps++] = step * norm;
      double next = descend(x, equations);
      double ratio = next / norm;
      norm = next;
      for (int j = 0; j < x.length; j++) {
        direction[j] = rounded[j] + ratio * direction[j];
      }
    }
    left = steps < LeastSquares.LEAST_WINDOW ? 0 : LeastSquares.recent(gains, steps);
    return energy;
  }

  /** residual = P(y − A x); returns its squared norm. */
  private double start(double[] x, float[] y) {
    if (residual.length != y.length) {
      residual = new double[y.length];
      image = new float[y.length];
    }
    boolean zero = true;
    for (int j = 0; j < x.length; j++) {
      rounded[j] = (float) x[j];
      x[j] = rounded[j];
      zero &= rounded[j] == 0;
    }
    if (zero) {
      Arrays.fill(image, 0f);
    } else {
      map.apply(rounded, image);
    }
    double energy = 0;
    for (int i = 0; i < prefixLength; i++) {
      residual[i] = (double) y[i] - image[i];
      energy += residual[i] * residual[i];
    }
    return energy;
  }

  /** image = A direction; returns ‖P A direction‖² + ‖direction‖²_Λ. */
  private double curvature() {
    double sum = 0;
    for (int j = 0; j < direction.length; j++) {
      rounded[j] = (float) direction[j];
      sum += ridge[j] * direction[j] * direction[j];
    }
    map.apply(rounded, image);
    for (int i = 0; i < prefixLength; i++) {
      sum += (double) image[i] * image[i];
    }
    return sum;
  }

  /** Leaves the preconditioned gradient at x in {@code rounded}; returns its squared norm. */
  private double descend(double[] x, Equations equations) {
    for (int i = 0; i < prefixLength; i++) {
      image[i] = (float) residual[i];
    }
    Arrays.fill(image, prefixLength, image.length, 0f);
    map.adjoint(image, gradient);
    double norm = 0;
    for (int j = 0; j < x.length; j++) {
      double diagonal = energies[j] + ridge[j];
      // Unknowns that no row holds stay 0.
      if (diagonal > 0 && (equations.support == null || equations.support[j])) {
        double g = gradient[j] - ridge[j] * x[j] + (equations.b == null ? 0 : equations.b[j]);
        rounded[j] = (float) (g / diagonal);
        norm += g * rounded[j];
      } else {
        rounded[j] = 0f;
      }
    }
    return norm;
  }

  private static float[] toFloats(double[] x) {
    float[] out = new float[x.length];
    for (int j = 0; j < x.length; j++) {
      out[j] = (float) x[j];
    }
    return out;
  }
}
