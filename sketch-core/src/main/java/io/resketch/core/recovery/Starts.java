package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Searches from many starts, in batches that run where the caller says. */
final class Starts {
  /** Two ends whose new parts have a cosine above this are one. */
  private static final double SAME = 0.95;

  /** Searches of a round, at most. */
  static final int MOST = 128;

  private Starts() {}

  /**
   * Where searches ended.
   *
   * @param w coordinates
   * @param penalty of x = V w: mean norm of its groups
   */
  record End(double[] w, double penalty) implements Serializable {}

  private record Batch(double[][] starts) implements Serializable {}

  /**
   * Runs all searches.
   *
   * @param starts coordinates; the parts outside what is known are made unit vectors
   * @param group rows that are zero together
   * @return one end of each kind, by rising penalty
   */
  static List<End> run(
      DataParallel engine,
      Basis basis,
      double[][] quotient,
      Prior prior,
      double step,
      int group,
      List<double[]> starts,
      int iterations,
      int held) {
    List<double[]> parts = starts.stream().map(start -> unit(start, quotient)).toList();
    List<End> all = new ArrayList<>();
    for (double[] w : ends(engine, basis, quotient, prior, step, parts, iterations, held)) {
      all.add(new End(w, penalty(basis.vector(w), group)));
    }
    all.removeIf(end -> !Double.isFinite(end.penalty()));
    all.sort(Comparator.comparingDouble(End::penalty));
    return distinct(all, quotient);
  }

  /**
   * Runs all searches.
   *
   * @param starts coordinates whose parts outside what is known are of length 1
   * @return where each ended
   */
  static List<double[]> ends(
      DataParallel engine,
      Basis basis,
      double[][] quotient,
      Prior prior,
      double step,
      List<double[]> starts,
      int iterations,
      int held) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < starts.size(); i += SparseSearch.WIDTH) {
      batches.add(
          new Batch(
              starts
                  .subList(i, Math.min(starts.size(), i + SparseSearch.WIDTH))
                  .toArray(double[][]::new)));
    }
    SparseSearch search = new SparseSearch(basis, quotient, prior, step);
    basis.floats();
    List<double[]> out = new ArrayList<>();
    engine
        .map(batches, batch -> search.run(batch.starts(), iterations, held))
        .forEach(ends -> out.addAll(List.of(ends)));
    return out;
  }

  /** The part outside what is known, of length 1. */
  private static double[] unit(double[] start, double[][] quotient) {
    double[] part = Symmetric.unit(part(start, quotient));
    double[] out = new double[start.length];
    for (int l = 0; l < part.length; l++) {
      for (int a = 0; a < out.length; a++) {
        out[a] += part[l] * quotient[l][a];
      }
    }
    return out;
  }

  private static double[] part(double[] w, double[][] quotient) {
    double[] out = new double[quotient.length];
    for (int l = 0; l < out.length; l++) {
      out[l] = Kernels.dot(quotient[l], 0, w, 0, w.length);
    }
    return out;
  }

  private static double penalty(double[] x, int group) {
    int groups = x.length / group;
    double sum = 0;
    for (int i = 0; i + group <= x.length; i += group) {
      sum += Math.sqrt(Kernels.dot(x, i, x, i, group) / group);
    }
    return sum / groups;
  }

  private static List<End> distinct(List<End> ends, double[][] quotient) {
    List<End> out = new ArrayList<>();
    List<double[]> parts = new ArrayList<>();
    for (End end : ends) {
      double[] part = Symmetric.unit(part(end.w(), quotient));
      boolean isNew = parts.stream().allMatch(p -> Kernels.dot(p, 0, part, 0, part.length) < SAME);
      if (isNew) {
        out.add(end);
        parts.add(part);
      }
    }
    return out;
  }
}
