package io.resketch.core.recovery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which hidden attributes belong to one object. Attributes of one object are bound by a relation
 * that holds in every run: the vector has a length, or a number of entries above 0. Such a relation
 * is a direction in which the squares, or the counts, of the codes do not vary; the directions of
 * all objects together span a space whose projector couples attributes of one object and no others.
 */
final class Grouping {
  private static final double MOST_VARIANCE = 0.06;
  private static final double LEAST_GAP = 2.5;
  private static final double COUPLED = 0.5;

  /** Of a relation: what an attribute must have to be in it. */
  private static final double LEAST_PART = 1e-3;

  /** A relation with less is of an object that lacks an attribute, or a chance one. */
  private static final double CLEAR_GAP = 50;

  /** Of one: how far counts in a relation that is not clear may weigh apart. */
  private static final double MOST_APART = 0.5;

  /** Variance of a number above 0, of what it would be if attributes were independent. */
  private static final double MOST_OF_INDEPENDENT = 0.15;

  private Grouping() {}

  /**
   * The groups found.
   *
   * @param groups indices of codes
   * @param relation what binds the last of them; empty if nothing binds any
   */
  record Groups(List<List<Integer>> groups, String relation) {}

  private record Relation(double gap, List<List<Integer>> groups) {}

  /**
   * Groups codes, as {@link #of(double[][])}, of the pairs in which some are 0.
   *
   * @param zero which; they are in no group
   */
  static Groups of(double[][] codes, List<Integer> zero) {
    int[] rows =
        IntStream.range(0, codes.length == 0 ? 0 : codes[0].length)
            .filter(i -> zero.stream().allMatch(j -> codes[j][i] == 0))
            .toArray();
    List<Integer> others =
        IntStream.range(0, codes.length).filter(j -> !zero.contains(j)).boxed().toList();
    Groups found =
        of(
            others.stream()
                .map(j -> Arrays.stream(rows).mapToDouble(i -> codes[j][i]).toArray())
                .toArray(double[][]::new));
    return new Groups(
        found.groups().stream().map(group -> group.stream().map(others::get).toList()).toList(),
        found.relation());
  }

  /**
   * Groups codes.
   *
   * @param codes by attribute, each of one value per pair
   */
  static Groups of(double[][] codes) {
    List<List<Integer>> groups = new ArrayList<>();
    List<Integer> rest = new ArrayList<>();
    for (int j = 0; j < codes.length; j++) {
      rest.add(j);
    }
    String binding = "";
    while (rest.size() > 1) {
      double[][] open = rest.stream().map(j -> codes[j]).toArray(double[][]::new);
      Relation length = relation(open, x -> x * x);
      Relation number = relation(open, x -> x != 0 ? 1 : 0);
      boolean byLength = length.gap() >= number.gap();
      Relation clearer = byLength ? length : number;
      if (clearer.gap() < CLEAR_GAP) {
        // Of codes that are missing others tell a part; only counts say that they are of one
        // object.
        byLength = false;
        clearer = number;
      }
      if (clearer.gap() < LEAST_GAP) {
        break;
      }
      // The clearest first: objects of which an attribute is missing are bound less exactly.
      List<Integer> left = new ArrayList<>();
      for (List<Integer> group : clearer.groups()) {
        List<Integer> own = group.stream().map(rest::get).toList();
        if (own.size() > 1 && (clearer.gap() >= CLEAR_GAP || numberHardlyVaries(own, codes))) {
          groups.add(own);
        } else {
          left.addAll(own);
        }
      }
      if (left.size() == rest.size()) {
        break;
      }
      binding = byLength ? "length" : "number of attributes";
      rest = left;
    }
    rest.stream().sorted().forEach(j -> groups.add(List.of(j)));
    return new Groups(groups, binding);
  }

  private static boolean numberHardlyVaries(List<Integer> group, double[][] codes) {
    double independent = 0;
    double squares = 0;
    double mean = 0;
    int n = codes[0].length;
    double[] number = new double[n];
    for (int j : group) {
      double share = 0;
      for (int i = 0; i < n; i++) {
        double one = codes[j][i] != 0 ? 1 : 0;
        number[i] += one;
        share += one / n;
      }
      mean += share;
      independent += share * (1 - share);
    }
    for (double value : number) {
      squares += (value - mean) * (value - mean) / n;
    }
    return squares < MOST_OF_INDEPENDENT * independent;
  }

  private static Relation relation(double[][] codes, DoubleUnaryOperator feature) {
    int h = codes.length;
    int n = h == 0 ? 0 : codes[0].length;
    double[] values = new double[n * h];
    boolean[] varies = new boolean[h];
    double[] deviations = new double[h];
    for (int j = 0; j < h; j++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double value = feature.applyAsDouble(codes[j][i]);
        values[i * h + j] = value;
        sum += value;
        squares += value * value;
      }
      double mean = sum / n;
      double deviation = Math.sqrt(Math.max(squares / n - mean * mean, 0));
      deviations[j] = deviation;
      varies[j] = deviation > 1e-9 * Math.max(Math.abs(mean), 1e-300);
      for (int i = 0; i < n; i++) {
        values[i * h + j] = varies[j] ? (values[i * h + j] - mean) / deviation : 0;
      }
    }
    double[] gram = PairSpace.gram(values, n, h);
    for (int j = 0; j < h; j++) {
      if (!varies[j]) {
        gram[j * h + j] = n;
      }
    }
    Symmetric.Eigen eigen = Symmetric.eigen(gram, h);
    int count = 0;
    double gap = 0;
    for (int k = 1; k < h; k++) {
      double below = Math.max(eigen.values()[h - k] / n, 1e-9);
      double above = eigen.values()[h - k - 1] / n;
      if (below < MOST_VARIANCE && above / below > Math.max(LEAST_GAP, gap)) {
        gap = above / below;
        count = k;
      }
    }
    double[] weights = gap < CLEAR_GAP ? deviations : null;
    return new Relation(gap, components(eigen, h, count, weights));
  }

  /**
   * Attributes that relations couple.
   *
   * @param deviations of the counts, if those coupled must weigh the same; null otherwise
   */
  private static List<List<Integer>> components(
      Symmetric.Eigen eigen, int h, int count, double[] deviations) {
    double[] projector = new double[h * h];
    for (int k = 1; k <= count; k++) {
      double[] vector = eigen.vectors()[h - k];
      for (int a = 0; a < h; a++) {
        for (int b = 0; b < h; b++) {
          projector[a * h + b] += vector[a] * vector[b];
        }
      }
    }
    boolean[] seen = new boolean[h];
    List<List<Integer>> out = new ArrayList<>();
    for (int start = 0; start < h; start++) {
      if (seen[start]) {
        continue;
      }
      List<Integer> group = new ArrayList<>();
      Deque<Integer> open = new ArrayDeque<>(List.of(start));
      seen[start] = true;
      while (!open.isEmpty()) {
        int a = open.pop();
        group.add(a);
        for (int b = 0; b < h; b++) {
          double scale = Math.sqrt(projector[a * h + a] * projector[b * h + b]);
          if (!seen[b] && scale > LEAST_PART && Math.abs(projector[a * h + b]) > COUPLED * scale) {
            seen[b] = true;
            open.push(b);
          }
        }
      }
      group.sort(null);
      if (deviations != null) {
        List<Integer> apart = apart(group, projector, h, deviations);
        group.removeAll(apart);
        apart.forEach(a -> out.add(List.of(a)));
      }
      out.add(group);
    }
    return out;
  }

  /** Those of a group whose weight is another than that of its strongest. */
  private static List<Integer> apart(
      List<Integer> group, double[] projector, int h, double[] deviations) {
    int strongest = group.get(0);
    for (int a : group) {
      strongest = projector[a * h + a] > projector[strongest * h + strongest] ? a : strongest;
    }
    int to = strongest;
    double weight = projector[to * h + to] / deviations[to];
    return group.stream()
        .filter(
            a -> {
              double own = projector[to * h + a] / deviations[a];
              return Math.abs(own / weight - 1) > MOST_APART;
            })
        .toList();
  }
}
