package io.resketch.benchmarks.recovery;

import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.TeacherNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What of a network was recovered.
 *
 * @param trial what was done
 * @param active share of the pairs in which each attribute of all objects is not 0
 * @param found attributes of hidden objects with a recovered column of |cos| {@link #FOUND} to
 *     theirs
 * @param falseColumns recovered hidden columns that are none of the network's
 * @param bitExact recovered columns that are exact
 * @param edges of the network
 * @param rightEdges recovered edges that are the network's
 * @param falseEdges recovered edges that are not
 * @param heldOut error on pairs held out, codes fitted; NaN if the pairs were refused
 * @param predicted the same from the inputs alone; empty if not predicted
 * @param seconds of the recovery alone
 */
public record Score(
    Trial trial,
    double[] active,
    Set<Integer> found,
    int falseColumns,
    int bitExact,
    int edges,
    int rightEdges,
    int falseEdges,
    double heldOut,
    OptionalDouble predicted,
    double seconds) {
  private static final double FOUND = 0.99;
  private static final int NONE = -1;

  /** Some of all. */
  public record Share(int some, int all) {
    /** Both summed. */
    public Share plus(Share other) {
      return new Share(some + other.some, all + other.all);
    }

    /** The quotient, NaN of none. */
    public double value() {
      return (double) some / all;
    }

    @Override
    public String toString() {
      return some + " of " + all;
    }
  }

  static Score refused(Trial trial, TeacherNetwork teacher, double[] active) {
    return new Score(
        trial,
        active,
        Set.of(),
        0,
        0,
        edges(teacher),
        0,
        0,
        Double.NaN,
        OptionalDouble.empty(),
        Double.NaN);
  }

  static Score of(
      Trial trial,
      TeacherNetwork teacher,
      double[] active,
      RecoveredNetwork network,
      double seconds) {
    int p = trial.inputColumns();
    int[] match = matches(teacher.columns(), network.dictionary(), p);
    Set<Integer> found = new TreeSet<>();
    int wrong = 0;
    for (int c = p; c < match.length; c++) {
      if (match[c] < p) { // also the column of an input, which is known and not hidden
        wrong++;
      } else {
        found.add(match[c]);
      }
    }
    int[] names = names(network, match, trial.shape().inputs());
    int right = 0;
    int all = 0;
    for (int o = trial.shape().inputs(); o < names.length; o++) {
      for (RecoveredNetwork.Edge edge :
          network.objects().get(o - trial.shape().inputs()).inputs()) {
        all++;
        right +=
            names[o] != NONE && teacher.inputs(names[o]).contains(names[edge.source()]) ? 1 : 0;
      }
    }
    return new Score(
        trial,
        active,
        found,
        wrong,
        network.snapped(),
        edges(teacher),
        right,
        all - right,
        network.heldOutRelativeError(),
        network.heldOutPredictionRelativeError(),
        seconds);
  }

  /** The true column nearest to each of the recovered hidden ones, if it is near enough. */
  private static int[] matches(double[][] truth, List<double[]> columns, int p) {
    return IntStream.range(0, columns.size())
        .map(c -> c < p ? c : nearest(truth, columns.get(c)))
        .toArray();
  }

  private static int nearest(double[][] truth, double[] column) {
    int best = NONE;
    double most = FOUND;
    for (int j = 0; j < truth.length; j++) {
      double dot = 0;
      for (int i = 0; i < column.length; i++) {
        dot += truth[j][i] * column[i];
      }
      if (Math.abs(dot) >= most) {
        most = Math.abs(dot);
        best = j;
      }
    }
    return best;
  }

  /** The true object of each recovered one, by most of its columns. */
  private static int[] names(RecoveredNetwork network, int[] match, int inputs) {
    int[] out = IntStream.range(0, inputs + network.objects().size()).toArray();
    for (int o = inputs; o < out.length; o++) {
      Map<Integer, Integer> votes = new HashMap<>();
      for (int c : network.objects().get(o - inputs).columns()) {
        if (match[c] != NONE) {
          votes.merge(match[c] / Trial.ATTRIBUTES, 1, Integer::sum);
        }
      }
      out[o] =
          votes.entrySet().stream()
              .max(Map.Entry.<Integer, Integer>comparingByValue())
              .map(Map.Entry::getKey)
              .orElse(NONE);
    }
    return out;
  }

  private static int edges(TeacherNetwork teacher) {
    return IntStream.range(0, teacher.objects()).map(o -> teacher.inputs(o).size()).sum();
  }

  /** Hidden columns found, of those not 0 in some pair. */
  public Share columns() {
    return columns(0, 1);
  }

  /** Hidden columns found, of those not 0 in a share of the pairs above one and up to another. */
  public Share columns(double from, double to) {
    int all = 0;
    int there = 0;
    for (int j = trial.inputColumns(); j < active.length; j++) {
      if (active[j] > from && active[j] <= to) {
        all++;
        there += found.contains(j) ? 1 : 0;
      }
    }
    return new Share(there, all);
  }

  /** Edges found, of the network's. */
  public Share edgesFound() {
    return new Share(rightEdges, edges);
  }

  /** Whether all columns and edges are found, and nothing false. */
  public boolean complete() {
    return columns().some() == columns().all()
        && rightEdges == edges
        && falseColumns == 0
        && falseEdges == 0;
  }

  /** Whether the pairs were refused, and so nothing was recovered. */
  public boolean isRefused() {
    return Double.isNaN(heldOut);
  }
}
