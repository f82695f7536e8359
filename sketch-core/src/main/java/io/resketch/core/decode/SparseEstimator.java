package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.solve.LeastSquares;
import io.resketch.core.solve.SparseSolver;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The sparse decoders. Each standard error squared is the mean over an object's attributes of three
 * parts, with v the variance of the noise, stated or seen in the residual, whichever is larger:
 *
 * <ul>
 *   <li>values found: v (A_SᵀA_S)⁻¹, S the support;
 *   <li>zeros taken for values: noise above the threshold t, ∫_{|u|>t} u² φ(u) du of the variance;
 *   <li>values taken for zeros: as many are supposed between 0 and t as were found between t and
 *       2t, evenly, so t²/3 each; one where nothing was found.
 * </ul>
 *
 * Not thread-safe.
 */
final class SparseEstimator {
  /**
   * A sketch of another skeleton leaves 0.9 to 1.3 of itself: the wrong signatures add to it
   * instead of cancelling. One of this skeleton leaves 0.6 at most, with attributes that are not
   * sparse.
   */
  private static final double MISMATCH_RESIDUAL = 0.75;

  /** ∫_{u>t} u² φ(u) du at t = 3, the threshold. */
  private static final double TAIL = 0.01465;

  /** Of the energies of columns; single precision keeps 10⁻⁷ of a value. */
  private static final double HARD_RATIO = 1e5;

  /** Of the noise's variance: what the least squares may leave undone. */
  private static final double UNDONE = 0.1;

  private final DecodingProblem problem;
  private final SparseSolver solver;
  private final boolean nonNegative;

  SparseEstimator(DecodingProblem problem, boolean nonNegative) {
    this.problem = problem;
    this.nonNegative = nonNegative;
    this.solver =
        new SparseSolver(
            problem.operator(), problem.prefixLength(), problem.unknownEnergies(), nonNegative);
  }

  Decoded decode(Measurement measurement) {
    float[] data = measurement.floats();
    SparseSolver.Solution solution = solver.pursue(data, measurement.noiseVariance());
    if (!solution.explained()) {
      solution = solver.pursueFurther(data, measurement.noiseVariance(), solution);
    }
    double[] inverse = null;
    if (solution.explained() && isHard(solution, measurement)) {
      int[] columns = support(solution);
      LeastSquares solver = leastSquares(columns);
      solution = refined(solution, columns, solver, measurement);
      inverse = inverse(columns, solver);
    }
    double[] errors = standardErrors(solution, measurement, inverse);
    if (!solution.explained()) {
      requireLikeness(measurement, solution);
      widen(errors, solution, measurement);
    }
    return new Decoded(
        problem.skeleton(),
        solution.values(),
        errors,
        measurement.relative(problem.residualEnergy(data, solution.values())));
  }

  /**
   * Whether single precision may have left more of the least squares on the support undone than the
   * noise hides: of columns of very different energies, the weak ones are lost in the rounding of
   * the strong ones.
   */
  private boolean isHard(SparseSolver.Solution solution, Measurement measurement) {
    double[] energies = problem.unknownEnergies();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int j = 0; j < energies.length; j++) {
      if (solution.support()[j] && energies[j] > 0) {
        least = Math.min(least, energies[j]);
        most = Math.max(most, energies[j]);
      }
    }
    return most > HARD_RATIO * least || solution.unconverged() > UNDONE * measurement.leastNoise();
  }

  private static int[] support(SparseSolver.Solution solution) {
    return IntStream.range(0, solution.support().length)
        .filter(j -> solution.support()[j])
        .toArray();
  }

  private LeastSquares leastSquares(int[] columns) {
    double[] energies = problem.unknownEnergies();
    return new LeastSquares(
        problem.precise().restrictedTo(columns),
        problem.prefixLength(),
        IntStream.of(columns).mapToDouble(j -> energies[j]).toArray(),
        new double[columns.length],
        false);
  }

  /** The solution on its support in double precision. */
  private SparseSolver.Solution refined(
      SparseSolver.Solution solution, int[] columns, LeastSquares solver, Measurement measurement) {
    LeastSquares.Solution exact =
        solver.solve(measurement.data(), UNDONE * measurement.leastNoise(), 0);
    float[] values = new float[solution.values().length];
    for (int k = 0; k < columns.length; k++) {
      values[columns[k]] = (float) exact.values()[k];
    }
    return new SparseSolver.Solution(
        values,
        solution.support(),
        solution.size(),
        exact.residualEnergy(),
        exact.unconverged(),
        true);
  }

  /** The diagonal of (A_SᵀA_S)⁻¹ for every unknown; infinite where it cannot be told. */
  private double[] inverse(int[] columns, LeastSquares solver) {
    double[] out = new double[problem.skeleton().totalDimension()];
    double[] diagonal = solver.inverseDiagonal();
    for (int k = 0; k < columns.length; k++) {
      out[columns[k]] = diagonal == null ? Double.POSITIVE_INFINITY : diagonal[k];
    }
    return out;
  }

  /**
   * Where nothing explains the sketch, the support may be wrong beyond what the formula supposes.
   * The same pursuit on fewer rows is compared with the sketch on the others: what is off there
   * beyond the noise is the energy of all errors. Errors that do not add up to it are scaled up.
   */
  private void widen(double[] errors, SparseSolver.Solution solution, Measurement measurement) {
    int floats = problem.prefixLength();
    int fitted = floats * 7 / 8 / SketchSpec.BLOCK_SIZE * SketchSpec.BLOCK_SIZE;
    if (fitted == 0) {
      return; // one block of floats: too few to hold some back
    }
    double[] energies = problem.unknownEnergies();
    for (int j = 0; j < energies.length; j++) {
      energies[j] *= (double) fitted / floats;
    }
    float[] shortened = measurement.floats();
    Arrays.fill(shortened, fitted, shortened.length, 0f);
    float[] x =
        new SparseSolver(problem.operator(), fitted, energies, nonNegative)
            .pursue(shortened, measurement.noiseVariance())
            .values();
    double off =
        problem.residualEnergy(measurement.floats(), x, fitted) * floats / (floats - fitted);
    double noise = noise(solution, measurement) * floats;
    double stated = 0;
    for (int i = 0; i < errors.length; i++) {
      stated +=
          problem.energy(i) > 0
              ? problem.energy(i) * problem.skeleton().dimension(i) * errors[i] * errors[i]
              : 0;
    }
    double factor = stated == 0 ? 1 : Math.sqrt(Math.max(1, (off - noise) / stated));
    for (int i = 0; i < errors.length; i++) {
      errors[i] *= factor;
    }
  }

  private double noise(SparseSolver.Solution solution, Measurement measurement) {
    return measurement.noise(solution.residualEnergy(), freedom(solution)) + solution.unconverged();
  }

  private double freedom(SparseSolver.Solution solution) {
    return Math.max(1, problem.prefixLength() - solution.size());
  }

  private void requireLikeness(Measurement measurement, SparseSolver.Solution solution) {
    double noise = measurement.noiseVariance() * problem.prefixLength();
    double signal = measurement.energy() - noise;
    double limit = MISMATCH_RESIDUAL * MISMATCH_RESIDUAL * signal;
    if (signal > noise && solution.residualEnergy() - noise > limit) {
      throw DecodingProblem.mismatch(measurement.relative(solution.residualEnergy()));
    }
  }

  /**
   * @param inverse diagonal of (A_SᵀA_S)⁻¹ for every unknown; estimated if null
   */
  private double[] standardErrors(
      SparseSolver.Solution solution, Measurement measurement, double[] inverse) {
    Skeleton skeleton = problem.skeleton();
    int floats = problem.prefixLength();
    double freedom = freedom(solution);
    double noise = noise(solution, measurement);
    double[] diagonal =
        inverse == null ? solver.inverseDiagonal(solution.support(), problem.dimension()) : inverse;
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < errors.length; i++) {
      if (skeleton.dimension(i) > 0 && problem.energy(i) == 0) {
        errors[i] = Double.POSITIVE_INFINITY;
      } else if (skeleton.dimension(i) > 0) {
        // Of a column once the support is fitted: the share of it that the support leaves.
        double single = noise / (problem.energy(i) * freedom / floats);
        errors[i] = Math.sqrt(variance(i, solution, diagonal, noise, single));
      }
    }
    return errors;
  }

  /** Mean over the attributes of object {@code i}. */
  private double variance(
      int i, SparseSolver.Solution solution, double[] diagonal, double noise, double single) {
    Skeleton skeleton = problem.skeleton();
    double limit = SparseSolver.THRESHOLD * Math.sqrt(single);
    double inverse = 0;
    int found = 0;
    int weak = 0;
    for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
      if (solution.support()[j]) {
        found++;
        inverse += diagonal[j];
        weak += Math.abs(solution.values()[j]) < 2 * limit ? 1 : 0;
      }
    }
    int zeros = skeleton.dimension(i) - found;
    // An inverse's diagonal is at least the inverse of the diagonal, which the estimate may miss.
    double values = noise * Math.max(inverse, found / problem.energy(i));
    double falseValues = zeros * (nonNegative ? 1 : 2) * TAIL * single;
    double missed = Math.min(zeros, found == 0 ? 1 : weak) * limit * limit / 3;
    return (values + falseValues + missed) / skeleton.dimension(i);
  }
}
