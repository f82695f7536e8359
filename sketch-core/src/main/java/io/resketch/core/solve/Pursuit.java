package io.resketch.core.solve;

import java.util.Arrays;

/**
 * Thresholding pursuit: from the least-squares solution on a support, each unknown gets its value
 * u_j (on the support the solution, elsewhere what the residual suggests), the new support is where
 * u stands out of its noise, and the least squares go on from there. In column-normalised units,
 * with d rows, k columns in the support and ρ the residual,
 *
 * <pre>
 * u_j = x_j  or  ⟨a_j, ρ⟩ · d / (d − k),     noise of u = ‖ρ‖ √d / (d − k)
 * </pre>
 *
 * <p>as for columns independent of ρ. It is hard thresholding pursuit (Foucart, 2011) with the
 * threshold of StOMP (Donoho, Tsaig, Drori, Starck, 2012): no sparsity need be known, since the
 * threshold falls with the residual. Holds workspace: not thread-safe.
 */
final class Pursuit {
  /**
   * How a run goes.
   *
   * @param threshold in standard errors of the noise
   * @param iterations of the least squares per support
   * @param patience supports tried without progress before giving up
   */
  record Manner(double threshold, int iterations, int patience) {}

  static final Manner CAREFUL = new Manner(3, 6, 4);

  /** Reaches larger supports, at the price of more false members and longer solves. */
  static final Manner EAGER = new Manner(2, 15, 3);

  private static final int MAX_SUPPORTS = 60;
  private static final double PROGRESS = 0.9;

  /** Largest share of the rows that a support may take. */
  private static final double MAX_LOAD = 0.8;

  /** ‖ρ‖² / ‖y‖² that float32 operators leave at most. */
  private static final double ROUNDING = 1e-12;

  private final RidgeSolver leastSquares;
  private final int rows;
  private final double[] norms;
  private final boolean nonNegative;
  private final double[] x;
  private final double[] score;
  private final boolean[] support;
  private float[] y;
  private double floor;
  private int size;
  private double energy;

  Pursuit(RidgeSolver leastSquares, int rows, double[] energies, boolean nonNegative) {
    this.leastSquares = leastSquares;
    this.rows = rows;
    this.norms = Arrays.stream(energies).map(Math::sqrt).toArray();
    this.nonNegative = nonNegative;
    this.x = new double[norms.length];
    this.score = new double[norms.length];
    this.support = new boolean[norms.length];
  }

  /** Takes up a problem, at x = 0. */
  void start(float[] y, double noiseVariance) {
    this.y = y;
    double sum = 0;
    for (float v : y) {
      sum += (double) v * v;
    }
    // Three standard errors above the mean of a χ² of as many degrees as rows.
    double noise = noiseVariance * (rows + 3 * Math.sqrt(2.0 * rows));
    floor = Math.max(noise, ROUNDING * sum);
    resume(new float[x.length]);
  }

  /** Moves to another x of the same problem, its support the largest values. */
  void resume(float[] from) {
    for (int j = 0; j < x.length; j++) {
      x[j] = from[j];
      score[j] = magnitude(norms[j] * from[j]);
    }
    select(0);
    energy = leastSquares.improve(x, y, support, size == 0 ? 0 : EAGER.iterations);
  }

  /** Whether a residual of this squared norm can be noise or rounding. */
  boolean explains(double residualEnergy) {
    return residualEnergy <= floor;
  }

  double[] unknowns() {
    return x;
  }

  boolean[] support() {
    return support;
  }

  /**
   * Goes on until the residual falls no more.
   *
   * @return whether it is explained
   */
  boolean run(Manner manner) {
    double best = Double.POSITIVE_INFINITY;
    int idle = 0;
    for (int k = 0; k < MAX_SUPPORTS && energy > 0 && idle < manner.patience; k++) {
      score();
      select(manner.threshold * Math.sqrt(energy * rows) / Math.max(1, rows - size));
      energy = leastSquares.improve(x, y, support, manner.iterations);
      idle = energy < PROGRESS * best ? 0 : idle + (explains(energy) ? 2 : 1);
      best = Math.min(best, energy);
    }
    return explains(energy);
  }

  private void score() {
    float[] gradient = leastSquares.gradient();
    double gain = rows / Math.max(1.0, rows - size);
    for (int j = 0; j < x.length; j++) {
      double u = 0;
      if (norms[j] > 0) {
        u = support[j] ? norms[j] * x[j] : gain * gradient[j] / norms[j];
      }
      score[j] = magnitude(u);
    }
  }

  private double magnitude(double u) {
    return nonNegative ? u : Math.abs(u);
  }

  /** The support where the score is above a threshold, raised until the rows can carry it. */
  private void select(double threshold) {
    double limit = threshold;
    int above = countAbove(limit);
    int most = (int) (MAX_LOAD * rows);
    if (above > most) {
      double[] ascending = score.clone();
      Arrays.sort(ascending);
      limit = ascending[ascending.length - most - 1];
    }
    size = 0;
    for (int j = 0; j < x.length; j++) {
      support[j] = score[j] > limit;
      if (support[j]) {
        size++;
      } else {
        x[j] = 0;
      }
    }
  }

  private int countAbove(double limit) {
    int count = 0;
    for (double s : score) {
      count += s > limit ? 1 : 0;
    }
    return count;
  }
}
