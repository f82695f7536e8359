package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.solve.LeastSquares;
import java.util.Arrays;

/**
 * Least squares over all objects at once, for sketches that hold more floats than unknowns. With v
 * the variance that noise or rounding has at least, an object of m attributes has the ridge λ =
 * v·m: the posterior mean for vectors of norm 1. It does nothing to what the sketch determines, and
 * keeps what lies below the noise near 0. With H = (AᵀA + Λ)⁻¹ a standard error squared is the mean
 * over an object's attributes of
 *
 * <pre>
 * f v̂ H_jj + (1 − κ)² max(0, x̂² / κ² − 1/m),      κ = 1 − λ H_jj the share of a value that is kept
 * </pre>
 *
 * <p>where v̂ is the variance seen in the residual or that of rounding the sketch of these values,
 * if larger, f how much more of it the object's columns meet than the average row has, and the
 * second term is for vectors longer than 1, of which the ridge takes more than the first term says.
 * Not thread-safe.
 */
final class LeastSquaresEstimator {
  /** Of the noise's variance: what the solver may leave undone. */
  private static final double TOLERANCE = 0.1;

  /** An object whose columns seem to meet next to no noise has met too few rows. */
  private static final double LEAST_FACTOR = 0.5;

  private final DecodingProblem problem;
  private final Skeleton skeleton;
  private double noiseOfSolver = -1;
  private LeastSquares solver;
  private double[] inverse;

  LeastSquaresEstimator(DecodingProblem problem) {
    this.problem = problem;
    this.skeleton = problem.skeleton();
  }

  /** The answer, or null where the system is too large and too ill-conditioned to be solved. */
  JointEstimator.Estimate decode(Measurement measurement) {
    double least = measurement.leastNoise();
    if (least != noiseOfSolver) {
      prepare(least);
    }
    LeastSquares.Solution solution = solver.solve(measurement.data(), TOLERANCE * least, 0);
    if (!solution.converged() || inverse() == null) {
      return null;
    }
    float[] x = solution.floats();
    Noise noise = noise(measurement, solution, problem.rounding(x));
    return new JointEstimator.Estimate(
        x, errors(solution.values(), noise), solution.residualEnergy());
  }

  /**
   * What the attributes meet.
   *
   * @param variance of a float
   * @param factors by how much more of it an object's columns meet than the average row has
   */
  private record Noise(double variance, double[] factors) {}

  /**
   * The largest of the noise that is stated, what the residual shows, and what float32 rounds off
   * in a sketch of these values. Rounding is larger where values are, which is where columns are
   * (White, 1980, for the residual).
   */
  private Noise noise(Measurement measurement, LeastSquares.Solution solution, double[] rounding) {
    double rows = 0;
    double left = 0;
    double rounded = 0;
    boolean[] reached = problem.rowsReached();
    for (int i = 0; i < reached.length; i++) {
      if (reached[i]) {
        rows++;
        left += solution.residual()[i] * solution.residual()[i];
        rounded += rounding[i] * rounding[i];
      }
    }
    double seen = left / Math.max(1, rows - problem.unknownsHeld());
    double variance = Math.max(seen, rounded / Math.max(1, rows));
    double[] factors = new double[skeleton.size()];
    Arrays.fill(factors, 1);
    if (variance > measurement.noiseVariance() && variance > 0) {
      boolean ofRounding = variance > seen;
      double mean = (ofRounding ? rounded : left) / rows;
      double[] scaled =
          Arrays.stream(ofRounding ? rounding : solution.residual())
              .map(r -> r / Math.sqrt(mean))
              .toArray();
      double[] weighted = problem.operator().weightedColumnEnergies(scaled);
      for (int i = 0; i < factors.length; i++) {
        factors[i] =
            problem.energy(i) > 0 ? Math.max(LEAST_FACTOR, weighted[i] / problem.energy(i)) : 1;
      }
    }
    return new Noise(
        Math.max(variance, measurement.leastNoise()) + solution.unconverged(), factors);
  }

  private void prepare(double least) {
    noiseOfSolver = least;
    inverse = null;
    solver = problem.leastSquares(this::ridge);
  }

  private double ridge(int i) {
    return noiseOfSolver * skeleton.dimension(i);
  }

  private double[] inverse() {
    if (inverse == null) {
      inverse = solver.inverseDiagonal();
    }
    return inverse;
  }

  private double[] errors(double[] x, Noise noise) {
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < errors.length; i++) {
      int m = skeleton.dimension(i);
      if (m > 0) {
        double sum = 0;
        double energy = 0;
        for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
          sum += inverse[j];
          energy += x[j] * x[j];
        }
        // An inverse's diagonal is at least the inverse of the diagonal; an estimate may miss that.
        double diagonal = Math.max(sum / m, 1 / (problem.energy(i) + ridge(i)));
        errors[i] =
            Shrinkage.error(
                noise.variance * noise.factors[i] * diagonal,
                1 - ridge(i) * diagonal,
                energy / m,
                1.0 / m);
      }
    }
    return errors;
  }
}
