package io.resketch.core.solve;

import io.resketch.core.operator.LinearMap;

/**
 * Finds few non-zero x with P(A x − y) no larger than the noise; how few is not known beforehand.
 * First by thresholding pursuit ({@link Pursuit}); where that leaves more than the noise, the
 * pursuit starts again from points on the path of the ℓ1 solution ({@link L1Path}), down to where
 * the penalty is negligible. Deterministic. Holds workspace: not thread-safe.
 */
public final class SparseSolver {
  /** Values below this many standard errors of the noise are not told from 0. */
  public static final double THRESHOLD = Pursuit.CAREFUL.threshold();

  private static final int OCTAVES = 14;
  private static final int DEBIAS_ITERATIONS = 100;

  private final int prefixLength;
  private final double[] energies;
  private final boolean nonNegative;
  private final LinearMap map;
  private final RidgeSolver leastSquares;
  private final Pursuit pursuit;

  /**
   * @param prefixLength rows in use
   * @param energies about ‖P A e_j‖², one per unknown
   * @param nonNegative whether x ≥ 0 is known
   */
  public SparseSolver(LinearMap map, int prefixLength, double[] energies, boolean nonNegative) {
    this.map = map;
    this.prefixLength = prefixLength;
    this.energies = energies;
    this.nonNegative = nonNegative;
    this.leastSquares =
        new RidgeSolver(
            map, prefixLength, energies, new double[energies.length], 1e-12, DEBIAS_ITERATIONS);
    this.pursuit = new Pursuit(leastSquares, prefixLength, energies, nonNegative);
  }

  /**
   * A sparse solution.
   *
   * @param values n values, 0 outside the support
   * @param support where x may differ from 0; one per unknown
   * @param size number of unknowns in the support
   * @param residualEnergy ‖P(A x − y)‖²
   * @param unconverged estimate of the energy of the error that the least squares left
   * @param explained whether the residual is as small as the noise or the rounding of the operators
   */
  public record Solution(
      float[] values,
      boolean[] support,
      int size,
      double residualEnergy,
      double unconverged,
      boolean explained) {}

  /**
   * Pursuit alone: fast, and right for supports that are not too large.
   *
   * @param y not modified, d values, zero behind the prefix
   * @param noiseVariance of each value of y; 0 if exact
   */
  public Solution pursue(float[] y, double noiseVariance) {
    pursuit.start(y, noiseVariance);
    pursuit.run(Pursuit.CAREFUL);
    return solution(y);
  }

  /**
   * Goes on where {@link #pursue} left more than the noise.
   *
   * @param first what {@link #pursue} gave for the same arguments; returned if nothing better comes
   */
  public Solution pursueFurther(float[] y, double noiseVariance, Solution first) {
    pursuit.start(y, noiseVariance);
    pursuit.resume(first.values);
    if (pursuit.run(Pursuit.EAGER)) {
      return finish(y);
    }
    L1Path path = new L1Path(map, prefixLength, energies, nonNegative);
    path.start(y);
    for (int octave = 0; octave < OCTAVES; octave++) {
      float[] x = path.halve();
      int size = count(x);
      if (size > prefixLength) {
        break;
      }
      if (size < first.size) {
        continue;
      }
      pursuit.resume(x);
      if (pursuit.run(Pursuit.EAGER)) {
        return finish(y);
      }
    }
    return first;
  }

  private static int count(float[] x) {
    int count = 0;
    for (float v : x) {
      count += v != 0 ? 1 : 0;
    }
    return count;
  }

  /** An eager support holds noise too; the careful pursuit drops it, if the rest still explains. */
  private Solution finish(float[] y) {
    Solution eager = solution(y);
    pursuit.run(Pursuit.CAREFUL);
    Solution careful = solution(y);
    return careful.explained ? careful : eager;
  }

  private Solution solution(float[] y) {
    double[] x = pursuit.unknowns();
    boolean[] support = pursuit.support().clone();
    double energy = leastSquares.improve(x, y, support, DEBIAS_ITERATIONS);
    float[] values = new float[x.length];
    int size = 0;
    for (int j = 0; j < x.length; j++) {
      values[j] = (float) x[j];
      size += support[j] ? 1 : 0;
    }
    return new Solution(
        values, support, size, energy, leastSquares.left(), pursuit.explains(energy));
  }

  /**
   * Estimates of the diagonal of (A_SᵀP A_S)⁻¹, S the support, as {@link
   * RidgeSolver#inverseDiagonal}.
   *
   * @param d length of a sketch
   */
  public double[] inverseDiagonal(boolean[] support, int d) {
    return leastSquares.inverseDiagonal(d, support);
  }
}
