package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;

/**
 * Least squares over all objects with a ridge that only has to fix what the sketch leaves open.
 * While unknowns are few it lies far below the weakest column; near and above one unknown per float
 * it is half a percent of the weakest column among as many as there are floats, which is where the
 * iteration settles on the smallest attributes that explain the sketch. Not thread-safe.
 */
final class JointEstimator {
  /**
   * A sketch of this skeleton leaves a residual of rounding size; one of another graph leaves about
   * √(1 − unknowns/floats) of itself. Tested where that is well above this limit.
   */
  private static final double MISMATCH_RESIDUAL = 0.2;

  /** Unknowns per float up to which the sketch determines all of them. */
  private static final double MAX_LOAD = 0.75;

  private static final int MAX_ITERATIONS = 300;

  /** Below this share of the energy, the recovered norm says nothing of the true one. */
  private static final double LEAST_KEPT = 0.05;

  /** Any fixed number: decoding is a pure function of its arguments. */
  private static final long BOOTSTRAP_SEED = 1;

  private final DecodingProblem problem;
  private final Skeleton skeleton;
  private final boolean overdetermined;
  private RidgeSolver solver;
  private double solverNoise = -1;
  private double leastRidge;
  private double[] inverse;

  JointEstimator(DecodingProblem problem) {
    this.problem = problem;
    this.skeleton = problem.skeleton();
    this.overdetermined = skeleton.totalDimension() <= MAX_LOAD * problem.prefixLength();
  }

  Decoded decode(Measurement measurement) {
    if (measurement.noiseVariance() != solverNoise) {
      solverNoise = measurement.noiseVariance();
      solver = solver();
      inverse = null;
    }
    float[] data = measurement.data();
    float[] x = solver.solve(data);
    double residual = problem.residualEnergy(data, x);
    requireLikeness(measurement, residual);
    double[] errors =
        overdetermined
            ? varianceErrors(measurement, residual)
            : bootstrapErrors(measurement, x, residual);
    for (int i = 0; i < errors.length; i++) {
      if (skeleton.dimension(i) > 0 && problem.energy(i) == 0) {
        errors[i] = Double.POSITIVE_INFINITY;
      }
    }
    return new Decoded(skeleton, x, errors, measurement.relative(residual));
  }

  private void requireLikeness(Measurement measurement, double residual) {
    double unexplained = residual - measurement.noiseVariance() * problem.prefixLength();
    double limit = MISMATCH_RESIDUAL * MISMATCH_RESIDUAL * measurement.energy();
    if (overdetermined && unexplained > limit) {
      throw DecodingProblem.mismatch(measurement.relative(residual));
    }
  }

  /**
   * With noise stated, also at least the ridge that is best for attribute vectors of norm 1: the
   * noise over the variance of an attribute.
   */
  private double ridge(int i) {
    return Math.max(leastRidge, solverNoise * skeleton.dimension(i));
  }

  private RidgeSolver solver() {
    int n = skeleton.totalDimension();
    double[] energies = problem.unknownEnergies();
    double[] ascending = energies.clone();
    Arrays.sort(ascending);
    double weakest = n == 0 ? 0 : ascending[Math.max(0, n - problem.prefixLength())];
    leastRidge = weakest * (overdetermined ? 1e-8 : 5e-3);
    double[] ridge = new double[n];
    for (int i = 0; i < skeleton.size(); i++) {
      Arrays.fill(ridge, skeleton.offset(i), skeleton.offset(i + 1), ridge(i));
    }
    return new RidgeSolver(
        problem.operator(),
        problem.prefixLength(),
        energies,
        ridge,
        overdetermined ? 1e-16 : 1e-12,
        MAX_ITERATIONS);
  }

  /**
   * v (AᵀA + Λ)⁻¹, averaged over each object; v is the variance of the noise, stated or seen in the
   * residual, whichever is larger. The inverse depends on skeleton, prefix and stated noise only,
   * and is estimated once.
   */
  private double[] varianceErrors(Measurement measurement, double residual) {
    double freedom = Math.max(1, problem.prefixLength() - skeleton.totalDimension());
    double noise = measurement.noise(residual, freedom);
    return Arrays.stream(inverse()).map(v -> Math.sqrt(noise * v)).toArray();
  }

  /** The diagonal of (AᵀA + Λ)⁻¹, averaged over each object. */
  private double[] inverse() {
    if (inverse == null) {
      double[] diagonal = solver.inverseDiagonal(problem.dimension());
      inverse = new double[skeleton.size()];
      for (int i = 0; i < inverse.length; i++) {
        double sum = 0;
        for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
          sum += diagonal[j];
        }
        // An inverse's diagonal is at least the inverse of the diagonal; the estimate may miss
        // that.
        double least = 1 / (problem.energy(i) + ridge(i));
        int m = skeleton.dimension(i);
        inverse[i] = m == 0 ? 0 : Math.max(sum / m, least);
      }
    }
    return inverse;
  }

  /**
   * Standard errors by a parametric bootstrap: attributes of random signs are sketched, given
   * noise, and decoded in the same way; how far the answer is off is the error. It covers what the
   * ridge leaves undetermined, which depends on the norms of all objects. These are the recovered
   * ones over the share 1 − λ (AᵀA + Λ)⁻¹ of the energy that the ridge lets through.
   */
  private double[] bootstrapErrors(Measurement measurement, float[] x, double residual) {
    RandomStream stream = RandomStream.of(BOOTSTRAP_SEED, RandomStream.Role.POSITION, 0, 0);
    int n = skeleton.totalDimension();
    float[] truth = new float[n];
    for (int i = 0; i < skeleton.size(); i++) {
      int from = skeleton.offset(i);
      int to = skeleton.offset(i + 1);
      double kept = Math.max(LEAST_KEPT, 1 - ridge(i) * inverse()[i]);
      double energy = DecodingProblem.energy(x, from, to) / kept;
      float scale = (float) Math.sqrt(energy / Math.max(1, to - from));
      for (int j = from; j < to; j++) {
        truth[j] = (stream.bits(j) & 1) == 0 ? scale : -scale;
      }
    }
    int floats = problem.prefixLength();
    float[] data = new float[problem.dimension()];
    problem.operator().apply(truth, data);
    // Near one unknown a float the residual says little of the noise; do not blow it up.
    double freedom = Math.max(floats - n, floats / 16.0);
    float noise = (float) Math.sqrt(measurement.noise(residual, freedom));
    for (int i = 0; i < data.length; i++) {
      boolean plus = (stream.bits((long) n + i) & 1) == 0;
      data[i] = i < floats ? data[i] + (plus ? noise : -noise) : 0f;
    }
    return errors(truth, solver.solve(data));
  }

  private double[] errors(float[] truth, float[] again) {
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < errors.length; i++) {
      double sum = 0;
      for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
        double off = (double) again[j] - truth[j];
        sum += off * off;
      }
      errors[i] = Math.sqrt(sum / Math.max(1, skeleton.dimension(i)));
    }
    return errors;
  }
}
