package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.solve.LeastSquares;
import io.resketch.core.spec.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The smallest attributes that explain a sketch, for sketches that hold fewer floats than unknowns:
 * least squares with a ridge λ of half a percent of the weakest column among as many as there are
 * floats, or as far above that as the iteration needs to converge.
 *
 * <p>The error is what the ridge takes, −λ H x with H = (AᵀA + Λ)⁻¹, and the noise. For attributes
 * of random signs and of mean square τ_k², the first has the mean square Σ_k τ_k² λ² H_jk². Objects
 * of like column energy form a class; one vector of random signs per class, solved for once per
 * skeleton, gives the sums over the classes and the share κ = 1 − λ H_jj that is kept of a value.
 * τ² is the mean square recovered over κ, and where too little is kept to tell, that of a vector of
 * norm 1 or of the other objects, whichever is larger. Not thread-safe.
 */
final class SmallestEstimator {
  private static final double RIDGE = 5e-3;

  /** Of the strongest column: what single precision tells from nothing. */
  private static final double LEAST_RIDGE = 1e-12;

  /** Columns of a class differ by less than this in energy. */
  private static final double CLASS_WIDTH = 4;

  private static final int MAX_CLASSES = 6;

  /** Step of the ridge where the iteration does not converge. */
  private static final double STEP = 30;

  /** Of λ‖x‖²: an error of the iteration that is below a few percent of the ridge's. */
  private static final double TOLERANCE = 1e-3;

  /** Any fixed number: decoding is a pure function of its arguments. */
  private static final long PROBE_SEED = 1;

  private final DecodingProblem problem;
  private final Skeleton skeleton;
  private double noiseOfSolver = -1;
  private double leastRidge;
  private LeastSquares solver;

  /** Class of every object. */
  private int[] classes;

  /** [class][object] λ² Σ_k H_jk² over the unknowns k of the class, averaged over the object. */
  private double[][] leakage;

  /** H_jj, averaged over the object. */
  private double[] inverse;

  SmallestEstimator(DecodingProblem problem) {
    this.problem = problem;
    this.skeleton = problem.skeleton();
  }

  JointEstimator.Estimate decode(Measurement measurement) {
    if (measurement.noiseVariance() != noiseOfSolver) {
      noiseOfSolver = measurement.noiseVariance();
      prepare();
    }
    LeastSquares.Solution solution = solver.solve(measurement.data(), 0, TOLERANCE);
    while (!solution.converged()) {
      raise();
      solution = solver.solve(measurement.data(), 0, TOLERANCE);
    }
    float[] x = solution.floats();
    double residual = problem.residualEnergy(measurement.floats(), x);
    // Near one unknown a float the residual says little of the noise; do not blow it up.
    double floats = problem.prefixLength();
    double freedom = Math.max(floats - problem.unknownsHeld(), floats / 16);
    return new JointEstimator.Estimate(
        x, errors(x, measurement.noise(residual, freedom)), residual);
  }

  private void prepare() {
    // Unknowns that the floats hold nothing of stay 0, whatever the ridge is.
    double[] ascending =
        Arrays.stream(problem.unknownEnergies()).filter(energy -> energy > 0).sorted().toArray();
    int held = ascending.length;
    leastRidge =
        held == 0
            ? 1
            : Math.max(
                RIDGE * ascending[Math.max(0, held - problem.prefixLength())],
                LEAST_RIDGE * ascending[held - 1]);
    classes = classes();
    solve();
  }

  private void raise() {
    leastRidge *= STEP;
    solve();
  }

  /** Solves for the classes, with a ridge at which that converges. */
  private void solve() {
    while (!isSolved()) {
      leastRidge *= STEP;
    }
  }

  private boolean isSolved() {
    solver = problem.leastSquares(this::ridge);
    inverse = new double[skeleton.size()];
    leakage = new double[Arrays.stream(classes).max().orElse(0) + 1][];
    for (int g = 0; g < leakage.length; g++) {
      leakage[g] = probe(g);
      if (leakage[g] == null) {
        return false;
      }
    }
    return true;
  }

  /** At least λ, and with noise stated what is best for vectors of norm 1. */
  private double ridge(int i) {
    return Math.max(leastRidge, noiseOfSolver * skeleton.dimension(i));
  }

  private int[] classes() {
    int[] out = new int[skeleton.size()];
    List<Integer> byEnergy = new ArrayList<>(IntStream.range(0, out.length).boxed().toList());
    byEnergy.sort(Comparator.comparingDouble(i -> -problem.energy(i)));
    int g = 0;
    double strongest = Double.POSITIVE_INFINITY;
    for (int i : byEnergy) {
      if (strongest == Double.POSITIVE_INFINITY) {
        strongest = problem.energy(i);
      }
      if (problem.energy(i) * CLASS_WIDTH < strongest && g < MAX_CLASSES - 1) {
        strongest = problem.energy(i);
        g++;
      }
      out[i] = g;
    }
    return out;
  }

  /**
   * Leakage of one class into every object, or null if the iteration does not converge; sets the
   * class's part of the inverse.
   */
  private double[] probe(int g) {
    RandomStream stream = RandomStream.of(PROBE_SEED, RandomStream.Role.POSITION, 0, g);
    double[] signs = new double[skeleton.totalDimension()];
    for (int i = 0; i < skeleton.size(); i++) {
      for (int j = skeleton.offset(i); classes[i] == g && j < skeleton.offset(i + 1); j++) {
        signs[j] = (stream.bits(j) & 1) == 0 ? 1 : -1;
      }
    }
    double[] z = solver.solveNormal(signs, TOLERANCE);
    if (z == null) {
      return null;
    }
    double[] out = new double[skeleton.size()];
    for (int i = 0; i < out.length; i++) {
      double squares = 0;
      double own = 0;
      for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
        squares += z[j] * z[j];
        own += z[j] * signs[j];
      }
      int m = Math.max(1, skeleton.dimension(i));
      out[i] = ridge(i) * ridge(i) * squares / m;
      if (classes[i] == g) {
        // An inverse's diagonal is at least the inverse of the diagonal and at most the ridge's.
        double least = 1 / (problem.energy(i) + ridge(i));
        inverse[i] = Math.min(Math.max(own / m, least), 1 / ridge(i));
      }
    }
    return out;
  }

  private double[] errors(float[] x, double noise) {
    double[] squares = squares(x);
    double[] ofClass = new double[leakage.length];
    double[] unknowns = new double[leakage.length];
    for (int i = 0; i < squares.length; i++) {
      ofClass[classes[i]] += squares[i] * skeleton.dimension(i);
      unknowns[classes[i]] += skeleton.dimension(i);
    }
    double[] errors = new double[squares.length];
    for (int i = 0; i < errors.length; i++) {
      if (skeleton.dimension(i) > 0) {
        double own = kept(i) < Shrinkage.LEAST_KEPT ? 0 : Math.pow(1 - kept(i), 2);
        double variance = noise * inverse[i];
        for (int g = 0; g < ofClass.length; g++) {
          double leaked = g == classes[i] ? Math.max(0, leakage[g][i] - own) : leakage[g][i];
          variance += leaked * (unknowns[g] == 0 ? 0 : ofClass[g] / unknowns[g]);
        }
        errors[i] = Shrinkage.error(variance, kept(i), kept(i) * kept(i) * squares[i], 0);
      }
    }
    return errors;
  }

  private double kept(int i) {
    return 1 - ridge(i) * inverse[i];
  }

  /** τ² of every object. */
  private double[] squares(float[] x) {
    double[] out = new double[skeleton.size()];
    double[] seen = new double[skeleton.size()];
    int count = 0;
    for (int i = 0; i < out.length; i++) {
      int m = skeleton.dimension(i);
      if (m > 0 && kept(i) >= Shrinkage.LEAST_KEPT) {
        out[i] =
            DecodingProblem.energy(x, skeleton.offset(i), skeleton.offset(i + 1)) / m / kept(i);
        seen[count++] = out[i] * m;
      }
    }
    Arrays.sort(seen, 0, count);
    double norm = Math.max(1, count == 0 ? 0 : seen[count / 2]);
    for (int i = 0; i < out.length; i++) {
      if (kept(i) < Shrinkage.LEAST_KEPT) {
        out[i] = norm / Math.max(1, skeleton.dimension(i));
      }
    }
    return out;
  }
}
