package io.resketch.core.solve;

import io.resketch.core.operator.PreciseLinearMap;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;

/**
 * Minimises ‖P(A x − y)‖² + Σ_j λ_j x_j², H = (AᵀPA + Λ)⁻¹, in double precision and to convergence.
 * P keeps the first {@code prefixLength} rows.
 *
 * <p>Few unknowns or rows are solved by a factorisation, and more of them where conjugate gradients
 * do not converge before a factorisation would be ready, or where the caller has many right-hand
 * sides. All others are iterated until what is left to gain is negligible: the error e of an
 * iterate has the energy ‖P A e‖² + ‖e‖²_Λ, and by Cauchy and Schwarz e_j² ≤ energy · H_jj for
 * every unknown. An energy below the variance of the noise is therefore below every unknown's
 * standard error. Conjugate gradients tell the energy themselves: it is the sum of what the steps
 * to come will take off (Hestenes and Stiefel, 1952; Strakoš and Tichý, 2002).
 *
 * <p>A pure function of its arguments. Holds workspace: not thread-safe.
 */
public final class LeastSquares {
  /** Up to here a factorisation takes no longer than a few solutions by iteration. */
  private static final int ALWAYS_FACTORED = 1024;

  /**
   * The same for rows: below one row an unknown, conjugate gradients need several hundred steps for
   * each solution.
   */
  private static final int ROWS_ALWAYS_FACTORED = 2048;

  /** The factor has 128 MiB then, and takes half a minute. */
  private static final int MOST_FACTORED = 4096;

  /** A factorisation costs as many applications as it has unknowns or rows. */
  private static final int ITERATIONS_WHERE_FACTORED = 3;

  private static final int MAX_ITERATIONS = 2000;

  /** A step's gain says little of the next few; a window of them does. */
  static final int LEAST_WINDOW = 10;

  /** Relative; estimates of the diagonal scatter more. */
  private static final double PROBE_TOLERANCE = 1e-3;

  private static final int PROBES = 4;

  /** Any fixed number: a solver is a pure function of its arguments. */
  private static final long PROBE_SEED = 1;

  private final PreciseLinearMap map;
  private final int prefixLength;
  private final double[] ridge;

  /** Of the normal equations' diagonal; 0 where an unknown takes no part. */
  private final double[] diagonal;

  private final double[] gradient;
  private final double[] image;
  private final double[] residual;

  /** Whether the rows are factored, of which there are fewer, rather than the unknowns. */
  private final boolean byRows;

  private NormalFactor factor;

  /**
   * @param prefixLength rows in use
   * @param energies about ‖P A e_j‖², one per unknown; an unknown of energy 0 stays 0
   * @param ridge λ_j, one per unknown
   * @param often whether there are so many right-hand sides that a factorisation is worth its time
   */
  public LeastSquares(
      PreciseLinearMap map, int prefixLength, double[] energies, double[] ridge, boolean often) {
    this.map = map;
    this.prefixLength = prefixLength;
    this.ridge = ridge.clone();
    this.diagonal = new double[energies.length];
    Arrays.setAll(diagonal, j -> energies[j] > 0 ? energies[j] + ridge[j] : 0);
    this.gradient = new double[map.unknowns()];
    this.image = new double[map.dimension()];
    this.residual = new double[map.dimension()];
    this.byRows =
        prefixLength < map.unknowns() && Arrays.stream(ridge).allMatch(value -> value > 0);
    if (factoredSize() <= (often ? MOST_FACTORED : always(byRows))) {
      factor();
    }
  }

  /**
   * A solution.
   *
   * @param values one per unknown
   * @param residual P(y − A x), d values
   * @param unconverged estimate of the energy of the error that the iteration left, 0 for none
   * @param converged whether that is at most what was tolerated
   */
  public record Solution(
      double[] values, double[] residual, double unconverged, boolean converged) {
    /** The values, rounded. */
    public float[] floats() {
      float[] out = new float[values.length];
      for (int j = 0; j < out.length; j++) {
        out[j] = (float) values[j];
      }
      return out;
    }

    /** ‖P(A x − y)‖². */
    public double residualEnergy() {
      double sum = 0;
      for (double r : residual) {
        sum += r * r;
      }
      return sum;
    }
  }

  /**
   * x for a right-hand side y of the least squares.
   *
   * @param y not modified, d values
   * @param tolerance of the energy of the error, such as the variance of the noise on a value
   * @param ofRidge the same as a factor on the solution's ‖x‖²_Λ; the larger of the two holds
   */
  public Solution solve(double[] y, double tolerance, double ofRidge) {
    Solution solution = null;
    if (factor == null) {
      solution = iterate(y, null, new Stop(tolerance, ofRidge, 0));
    }
    if (solution != null && (solution.converged || !canFactor())) {
      return solution;
    }
    factor();
    double[] x = factor.solve(y);
    map.apply(x, image);
    double[] left = new double[residual.length];
    for (int i = 0; i < prefixLength; i++) {
      left[i] = y[i] - image[i];
    }
    return new Solution(x, left, 0, true);
  }

  /**
   * H b.
   *
   * @param b not modified, n values
   * @param ofRidge as above
   * @return null if the iteration did not converge
   */
  public double[] solveNormal(double[] b, double ofRidge) {
    if (factor == null) {
      Solution solution = iterate(null, b, new Stop(0, ofRidge, 0));
      if (solution.converged) {
        return solution.values;
      }
      if (!canFactor()) {
        return null;
      }
      factor();
    }
    return factor.solveNormal(b);
  }

  /**
   * The diagonal of H: exact from a factorisation of the unknowns, else estimates from vectors of
   * random signs (Bekas, Kokiopoulou, Saad, 2007), of which means over many unknowns are to be
   * used. Infinite where the unknown is not determined.
   *
   * @return null if the iteration did not converge
   */
  public double[] inverseDiagonal() {
    if (factor == null) {
      double[] estimate = estimatedDiagonal();
      if (estimate != null || !canFactor()) {
        return estimate;
      }
      factor();
    }
    return factor instanceof GramFactor gram ? gram.inverseDiagonal() : estimatedDiagonal();
  }

  private double[] estimatedDiagonal() {
    double[] sum = new double[diagonal.length];
    for (int k = 0; k < PROBES; k++) {
      double[] probe = probe(k);
      Solution solution =
          factor == null
              ? iterate(null, probe, new Stop(0, 0, PROBE_TOLERANCE))
              : new Solution(factor.solveNormal(probe), residual, 0, true);
      if (!solution.converged) {
        return null;
      }
      for (int j = 0; j < sum.length; j++) {
        sum[j] += probe[j] == 0 ? Double.POSITIVE_INFINITY : solution.values[j] / probe[j] / PROBES;
      }
    }
    return sum;
  }

  private double[] probe(int number) {
    RandomStream stream = RandomStream.of(PROBE_SEED, RandomStream.Role.POSITION, 0, number);
    double[] probe = new double[diagonal.length];
    for (int j = 0; j < probe.length; j++) {
      double norm = Math.sqrt(diagonal[j]);
      probe[j] = (stream.bits(j) & 1) == 0 ? norm : -norm;
    }
    return probe;
  }

  /**
   * Whether a system with ridges above 0 where unknowns are more than rows is factored for many
   * right-hand sides, and not for one.
   */
  public static boolean gainsFromMany(int unknowns, int rows) {
    int size = Math.min(unknowns, rows);
    return size > always(rows < unknowns) && size <= MOST_FACTORED;
  }

  private static int always(boolean byRows) {
    return byRows ? ROWS_ALWAYS_FACTORED : ALWAYS_FACTORED;
  }

  private int factoredSize() {
    return byRows ? prefixLength : map.unknowns();
  }

  private boolean canFactor() {
    return factoredSize() <= MOST_FACTORED;
  }

  private void factor() {
    if (factor == null) {
      factor =
          byRows
              ? new RowFactor(map, prefixLength, ridge)
              : new GramFactor(map, prefixLength, ridge);
    }
  }

  /**
   * When the error's energy is negligible: at most the largest of three.
   *
   * @param ofRidge factor on ‖x‖²_Λ
   * @param ofSolution factor on the energy of the solution
   */
  private record Stop(double tolerance, double ofRidge, double ofSolution) {}

  /**
   * Conjugate gradients from 0 (CGLS with a ridge; Björck, 1996, section 7.4), preconditioned by
   * the diagonal, for a right-hand side y of the least squares or b of the normal equations.
   *
   * @param y or null
   * @param b or null
   */
  private Solution iterate(double[] y, double[] b, Stop stop) {
    double[] x = new double[map.unknowns()];
    Arrays.fill(residual, 0);
    if (y != null) {
      System.arraycopy(y, 0, residual, 0, prefixLength);
    }
    int most =
        canFactor()
            ? Math.min(MAX_ITERATIONS, factoredSize() / ITERATIONS_WHERE_FACTORED)
            : MAX_ITERATIONS;
    double[] gains = new double[most];
    double gained = 0;
    double norm = descend(x, b);
    double[] direction = new double[x.length];
    Arrays.setAll(direction, j -> diagonal[j] > 0 ? gradient[j] / diagonal[j] : 0);
    int k = 0;
    double left = Double.POSITIVE_INFINITY;
    while (norm > 0 && k < most) {
      double step = norm / curvature(direction);
      if (!Double.isFinite(step)) {
        break; // nothing is left that these operators can tell
      }
      for (int j = 0; j < x.length; j++) {
        x[j] += step * direction[j];
      }
      for (int i = 0; i < prefixLength; i++) {
        residual[i] -= step * image[i];
      }
      gains[k++] = step * norm;
      gained += step * norm;
      left = recent(gains, k);
      if (left <= tolerated(stop, x, gained)) {
        return new Solution(x, residual.clone(), left, true);
      }
      double next = descend(x, b);
      double ratio = next / norm;
      norm = next;
      for (int j = 0; j < x.length; j++) {
        double z = diagonal[j] > 0 ? gradient[j] / diagonal[j] : 0;
        direction[j] = z + ratio * direction[j];
      }
    }
    left = norm > 0 ? left : 0;
    return new Solution(x, residual.clone(), left, left <= tolerated(stop, x, gained));
  }

  private double tolerated(Stop stop, double[] x, double gained) {
    double ofRidge = 0;
    for (int j = 0; stop.ofRidge > 0 && j < x.length; j++) {
      ofRidge += ridge[j] * x[j] * x[j];
    }
    return Math.max(stop.tolerance, Math.max(stop.ofRidge * ofRidge, stop.ofSolution * gained));
  }

  /**
   * What the last quarter of the steps, ten at least, has gained: the steps to come will gain less.
   * Infinite while there are fewer.
   */
  static double recent(double[] gains, int k) {
    if (k < LEAST_WINDOW) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    for (int i = k - Math.max(LEAST_WINDOW, k / 4); i < k; i++) {
      sum += gains[i];
    }
    return sum;
  }

  /** gradient = AᵀP residual + b − Λ x; returns its squared norm under the preconditioner. */
  private double descend(double[] x, double[] b) {
    map.adjoint(residual, gradient);
    double norm = 0;
    for (int j = 0; j < x.length; j++) {
      gradient[j] += (b == null ? 0 : b[j]) - ridge[j] * x[j];
      norm += diagonal[j] > 0 ? gradient[j] * gradient[j] / diagonal[j] : 0;
    }
    return norm;
  }

  /** image = A direction; returns ‖P A direction‖² + ‖direction‖²_Λ. */
  private double curvature(double[] direction) {
    map.apply(direction, image);
    double sum = 0;
    for (int i = 0; i < prefixLength; i++) {
      sum += image[i] * image[i];
    }
    for (int j = 0; j < direction.length; j++) {
      sum += ridge[j] * direction[j] * direction[j];
    }
    return sum;
  }
}
