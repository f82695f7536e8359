package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** Multiples of another column that may be in one, once it is the shortest. */
  private static final int MOST_TIMES = 8;

  private static final int MOST_PASSES = 8;

  /** Sizes of values that another vector needs to have to be told from the column. */
  private static final double CLEARLY_MORE = 1.03;

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
    return whole(basis, w, known)
        .map(
            column ->
                new Found(
                    Symmetric.unit(basis.coordinates(column)),
                    Math.sqrt(Kernels.dot(column, 0, column, 0, column.length))));
  }

  /** The multiples. */
  private static Optional<double[]> whole(Basis basis, double[] w, List<double[]> known) {
    if (basis.rows() % BLOCK != 0) {
      return Optional.empty();
    }
    for (Candidate candidate : candidates(basis.vector(w))) {
      double[] climbed = climb(basis, w.clone(), candidate.step());
      Optional<double[]> whole = rounded(basis, climbed, candidate.step());
      if (whole.isPresent()) {
        double[] column = reduced(whole.get(), known);
        double[] found = Symmetric.unit(basis.coordinates(column));
        if (Kernels.dot(found, 0, w, 0, w.length) > NEAR) {
          return Optional.of(column);
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
   * @return of unit length; empty if none nearby has multiples of a step alone, or several might be
   *     the column
   */
  static Optional<double[]> settled(
      double[] column, List<double[]> span, List<double[]> multiples) {
    Basis basis = Spans.with(column, span);
    return whole(basis, Symmetric.unit(basis.coordinates(column)), multiples)
        .flatMap(whole -> plainest(whole, multiples))
        .map(Symmetric::unit);
  }

  /**
   * Makes unit columns exact that are whole multiples of a step, and takes away what they have of
   * each other.
   */
  static void plain(List<double[]> columns) {
    List<Optional<double[]>> whole = new ArrayList<>(columns.stream().map(Lattice::whole).toList());
    boolean changed = true;
    for (int pass = 0; changed && pass < MOST_PASSES; pass++) {
      changed = false;
      for (int c = 0; c < columns.size(); c++) {
        Optional<double[]> own = whole.set(c, Optional.empty());
        List<double[]> others = whole.stream().flatMap(Optional::stream).toList();
        Optional<double[]> plainer = own.flatMap(column -> plainest(column, others)).or(() -> own);
        changed |= plainer.isPresent() && !Arrays.equals(plainer.get(), own.get());
        whole.set(c, plainer);
      }
    }
    for (int c = 0; c < columns.size(); c++) {
      double[] column = columns.get(c);
      columns.set(c, whole.get(c).map(values -> Symmetric.unit(values.clone())).orElse(column));
    }
  }

  /**
   * With those multiples of others that leave the fewest sizes of values in a block: each value of
   * a column is a sum of the same few weights with signs, and what another adds makes sizes more.
   * That tells columns also where steps are so small that the shortest is not the column.
   *
   * @return empty if others are about as plain, or the plainest is far away
   */
  private static Optional<double[]> plainest(double[] whole, List<double[]> others) {
    double[] out = whole.clone();
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      boolean changed = false;
      boolean clear = true;
      for (double[] other : others) {
        int best = 0;
        int fewest = sizes(out, other, 0);
        int second = Integer.MAX_VALUE;
        for (int times = -MOST_TIMES; times <= MOST_TIMES; times++) {
          int sizes = times == 0 ? Integer.MAX_VALUE : sizes(out, other, times);
          if (sizes < fewest) {
            second = fewest;
            fewest = sizes;
            best = times;
          } else {
            second = Math.min(second, sizes);
          }
        }
        for (int i = 0; best != 0 && i < out.length; i++) {
          out[i] += best * other[i];
        }
        changed |= best != 0;
        clear &= second > CLEARLY_MORE * fewest;
      }
      if (!changed) {
        return clear && cosine(out, whole) > NEAR ? Optional.of(out) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static double cosine(double[] x, double[] y) {
    return Kernels.dot(x, 0, y, 0, x.length)
        / Math.sqrt(Kernels.dot(x, 0, x, 0, x.length) * Kernels.dot(y, 0, y, 0, y.length));
  }

  /** Different sizes of values of a sum in each block, over the blocks where the other is not 0. */
  private static int sizes(double[] whole, double[] other, int times) {
    double[] block = new double[BLOCK];
    int out = 0;
    for (int from = 0; from < whole.length; from += BLOCK) {
      boolean any = false;
      for (int i = 0; i < BLOCK; i++) {
        any |= other[from + i] != 0;
        block[i] = Math.abs(whole[from + i] + times * other[from + i]);
      }
      if (any) {
        Arrays.sort(block);
        out++;
        for (int i = 1; i < BLOCK; i++) {
          out += block[i] != block[i - 1] ? 1 : 0;
        }
      }
    }
    return out;
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
