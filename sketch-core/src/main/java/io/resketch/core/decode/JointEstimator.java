package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;

/**
 * Recovers all objects at once: by least squares where the sketch holds more floats than unknowns
 * and the system can be solved, else by the smallest attributes that explain the sketch. Not
 * thread-safe.
 */
final class JointEstimator {
  /**
   * A sketch of this skeleton leaves a residual of rounding size; one of another graph leaves about
   * √(1 − unknowns/floats) of itself. Tested where that is well above this limit.
   */
  private static final double MISMATCH_RESIDUAL = 0.2;

  /** Unknowns per float up to which the sketch determines all of them. */
  private static final double MAX_LOAD = 0.75;

  private final DecodingProblem problem;
  private final Skeleton skeleton;
  private final boolean overdetermined;
  private final LeastSquaresEstimator leastSquares;
  private final SmallestEstimator smallest;

  JointEstimator(DecodingProblem problem) {
    this.problem = problem;
    this.skeleton = problem.skeleton();
    this.overdetermined = problem.unknownsHeld() <= MAX_LOAD * problem.prefixLength();
    this.leastSquares = new LeastSquaresEstimator(problem);
    this.smallest = new SmallestEstimator(problem);
  }

  /**
   * An answer.
   *
   * @param values one per unknown
   * @param standardErrors one per object
   * @param residualEnergy ‖P(A x − y)‖²
   */
  record Estimate(float[] values, double[] standardErrors, double residualEnergy) {}

  Decoded decode(Measurement measurement) {
    Estimate estimate = overdetermined ? leastSquares.decode(measurement) : null;
    if (estimate == null) {
      estimate = smallest.decode(measurement);
    }
    requireLikeness(measurement, estimate.residualEnergy);
    double[] errors = estimate.standardErrors;
    for (int i = 0; i < errors.length; i++) {
      if (skeleton.dimension(i) > 0 && problem.energy(i) == 0) {
        errors[i] = Double.POSITIVE_INFINITY;
      }
    }
    return new Decoded(
        skeleton, estimate.values, errors, measurement.relative(estimate.residualEnergy));
  }

  private void requireLikeness(Measurement measurement, double residual) {
    double unexplained = residual - measurement.noiseVariance() * problem.prefixLength();
    double limit = MISMATCH_RESIDUAL * MISMATCH_RESIDUAL * measurement.energy();
    if (overdetermined && unexplained > limit) {
      throw DecodingProblem.mismatch(measurement.relative(residual));
    }
  }
}
