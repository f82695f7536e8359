package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * From a vector of a subspace that is near a column of BLOCK_SPARSE to that column, of which few
 * values need be 0. All values of a column are whole multiples of a step, and those of one block
 * are all even or all odd: each is a sum of the same weights with signs. So cos(π x / step) has one
 * sign in a block, and its sum, without that sign, is greatest at the column.
 */
final class LatticeSearch {
  private static final int BLOCK = 16;

  /** Steps that are tried, of the root mean square of a column. */
  private static final double LEAST_STEP = 0.06;

  private static final double MOST_STEP = 0.9;
  private static final double STEP_RATIO = 1.01;

  /** Steps from which the column is looked for, those first at which it is nearest. */
  private static final int MOST_CANDIDATES = 5;

  private static final int ITERATIONS = 100;

  /** Of the rest: at least so much is taken for the gain of a step. */
  private static final double LEAST_AGREEMENT = 0.25;

  private static final int ROUNDINGS = 3;

  /** Of the step: how far from a whole multiple a value may be. */
  private static final double TOLERANCE = 0.05;

  /** Cosine of what is found with where it was looked for. */
  private static final double NEAR = 0.9;

  /** Values that are not 0, per dimension, that say it is no chance that all are multiples. */
  private static final int ROWS_PER_DIMENSION = 8;

  private LatticeSearch() {}

  /**
   * A column.
   *
   * @param coordinates of unit length
   * @param length of its multiples
   */
  record Found(double[] coordinates, double length) implements Serializable {}

  private record Candidate(double step, double agreement) {}

  /**
   * Looks for the column. A sum of it and whole columns has whole multiples, too; the shortest is
   * taken, as columns are nearly orthogonal.
   *
   * @param w coordinates of a vector near it, of unit length
   * @param known multiples of the columns that are known
   * @return empty if no vector nearby has multiples of a step alone
   */
  static Optional<Found> near(Basis basis, double[] w, List<double[]> known) {
    if (basis.rows() % BLOCK != 0) {
      return Optional.empty();
    }
    for (Candidate candidate : candidates(basis.vector(w))) {
      double[] climbed = climb(basis, w.clone(), candidate.step());
      Optional<double[]> whole = rounded(basis, climbed, candidate.step());
      if (whole.isPresent()) {
        double[] column = reduced(whole.get(), known);
        double length = Math.sqrt(Kernels.dot(column, 0, column, 0, column.length));
        double[] found = Symmetric.unit(basis.coordinates(column));
        if (Kernels.dot(found, 0, w, 0, w.length) > NEAR) {
          return Optional.of(new Found(found, length));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The column near one that may have a part in a span in it.
   *
   * @param column not in the span
   * @param span orthonormal
   * @param multiples of columns that are a basis of the span
   * @return of unit length; empty if none nearby has multiples of a step alone
   */
  static Optional<double[]> shortest(
      double[] column, List<double[]> span, List<double[]> multiples) {
    Basis basis = Spans.with(column, span);
    return near(basis, Symmetric.unit(basis.coordinates(column)), multiples)
        .map(found -> Symmetric.unit(basis.vector(found.coordinates())));
  }

  /** Less multiples of others, until that makes it no shorter. */
  private static double[] reduced(double[] whole, List<double[]> known) {
    boolean shorter = true;
    while (shorter) {
      shorter = false;
      for (double[] other : known) {
        double squares = Kernels.dot(other, 0, other, 0, other.length);
        double times = Math.rint(Kernels.dot(whole, 0, other, 0, other.length) / squares);
        for (int i = 0; times != 0 && i < whole.length; i++) {
          whole[i] -= times * other[i];
        }
        shorter |= times != 0;
      }
    }
    return whole;
  }

  /** Steps at which the agreement is greater than at those nearby. */
  private static List<Candidate> candidates(double[] x) {
    List<Candidate> all = new ArrayList<>();
    for (double step = MOST_STEP; step > LEAST_STEP; step /= STEP_RATIO) {
      all.add(new Candidate(step, agreement(x, step, new double[x.length])));
    }
    List<Candidate> peaks = new ArrayList<>();
    for (int i = 1; i + 1 < all.size(); i++) {
      double own = all.get(i).agreement();
      if (own > all.get(i - 1).agreement() && own >= all.get(i + 1).agreement()) {
        peaks.add(all.get(i));
      }
    }
    peaks.sort(Comparator.comparingDouble(peak -> -peak.agreement()));
    return peaks.subList(0, Math.min(MOST_CANDIDATES, peaks.size()));
  }

  /**
   * Mean of cos(π x / step) with the sign of each block.
   *
   * @param towards gets what to add to x for more
   */
  private static double agreement(double[] x, double step, double[] towards) {
    double sum = 0;
    for (int from = 0; from < x.length; from += BLOCK) {
      double block = 0;
      for (int i = from; i < from + BLOCK; i++) {
        block += Math.cos(Math.PI * x[i] / step);
      }
      double scale = (block < 0 ? 1 : -1) * step / Math.PI;
      for (int i = from; i < from + BLOCK; i++) {
        towards[i] = scale * Math.sin(Math.PI * x[i] / step);
      }
      sum += Math.abs(block);
    }
    return sum / x.length;
  }

  private static double[] climb(Basis basis, double[] w, double step) {
    double[] towards = new double[basis.rows()];
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double agreement = agreement(basis.vector(w), step, towards);
      double[] change = basis.coordinates(towards);
      double gain = 1 / Math.max(agreement, LEAST_AGREEMENT);
      for (int a = 0; a < w.length; a++) {
        w[a] += gain * change[a];
      }
    }
    return w;
  }

  /** The multiples of the vector nearby that has them alone, if it is in the subspace. */
  private static Optional<double[]> rounded(Basis basis, double[] w, double step) {
    double[] whole = new double[basis.rows()];
    double[] now = w;
    for (int round = 0; round < ROUNDINGS; round++) {
      double[] x = basis.vector(now);
      for (int i = 0; i < x.length; i++) {
        whole[i] = Math.rint(x[i] / step);
      }
      now = basis.coordinates(whole);
      for (int a = 0; a < now.length; a++) {
        now[a] *= step;
      }
    }
    double[] x = basis.vector(now);
    int nonzero = 0;
    for (int i = 0; i < x.length; i++) {
      if (Math.abs(x[i] / step - whole[i]) > TOLERANCE) {
        return Optional.empty();
      }
      nonzero += whole[i] != 0 ? 1 : 0;
    }
    return nonzero >= ROWS_PER_DIMENSION * basis.dims() ? Optional.of(whole) : Optional.empty();
  }
}
