package io.resketch.server.concepts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Micro-concepts grouped by Ward's method: of all groups the two become one whose union makes the
 * scatter grow least, until one is left. Costs of unions by the formula of Lance and Williams
 * (1967). n² memory and n³ time of additions, n at most {@link ConceptModel#CAPACITY}. Immutable.
 */
final class WardTree {
  /** Concepts at most where the number is left open. */
  static final int MAX_NATURAL = 32;

  private static final double LEAST_FALL = 1;

  private record Union(int kept, int gone, double cost) {}

  private final List<MicroConcept> leaves;
  private final List<Union> unions = new ArrayList<>();

  /** Of micro-concepts, oldest first, which are not modified. */
  WardTree(List<MicroConcept> leaves) {
    this.leaves = leaves;
    int n = leaves.size();
    double[][] costs = new double[n][n];
    double[] sizes = new double[n];
    for (int i = 0; i < n; i++) {
      sizes[i] = leaves.get(i).size();
      for (int j = 0; j < i; j++) {
        costs[i][j] = leaves.get(i).cost(leaves.get(j));
        costs[j][i] = costs[i][j];
      }
    }
    for (int left = n; left > 1; left--) {
      unite(costs, sizes);
    }
  }

  private void unite(double[][] costs, double[] sizes) {
    int n = sizes.length;
    int a = -1;
    int b = -1;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n && sizes[i] > 0; j++) {
        if (sizes[j] > 0 && (a < 0 || costs[i][j] < costs[a][b])) {
          a = i;
          b = j;
        }
      }
    }
    double cost = costs[a][b];
    for (int k = 0; k < n; k++) {
      if (k != a && k != b && sizes[k] > 0) {
        double all = sizes[a] + sizes[b] + sizes[k];
        costs[a][k] =
            ((sizes[a] + sizes[k]) * costs[a][k]
                    + (sizes[b] + sizes[k]) * costs[b][k]
                    - sizes[k] * cost)
                / all;
        costs[k][a] = costs[a][k];
      }
    }
    sizes[a] += sizes[b];
    sizes[b] = 0;
    unions.add(new Union(a, b, cost));
  }

  /** √cost of the union that leaves {@code groups} − 1. */
  private double height(int groups) {
    return Math.sqrt(Math.max(0, unions.get(leaves.size() - groups).cost()));
  }

  /**
   * The number of groups behind which the heights fall most steeply, 2 to {@link #MAX_NATURAL}:
   * where log height(k) − log height(k + 1), over log(k + 1) − log k, is greatest. Without
   * structure heights fall like a power of k below the first, and one group is all there is.
   *
   * @param threshold cost up to which sketches join a micro-concept
   */
  int naturalCount(double threshold) {
    int n = leaves.size();
    if (n < 3) {
      return n;
    }
    long sketches = leaves.stream().mapToLong(MicroConcept::size).sum();
    // That no leaf should be divided is known only where the leaves hold several sketches each.
    boolean dense = sketches >= 2L * n;
    int best = 1;
    double greatest = LEAST_FALL;
    for (int k = 2; k <= Math.min(MAX_NATURAL, dense ? n : n - 1); k++) {
      double below = k == n ? 0 : height(k + 1);
      double ratio = height(k) / Math.max(below, Math.sqrt(threshold));
      double fall = Math.log(ratio) / Math.log((k + 1.0) / k);
      if (fall > greatest) {
        greatest = fall;
        best = k;
      }
    }
    return best;
  }

  /** Groups, the largest first; as many as asked for, or as there are leaves. */
  List<List<MicroConcept>> groups(int count) {
    List<List<MicroConcept>> groups = new ArrayList<>();
    for (MicroConcept leaf : leaves) {
      groups.add(new ArrayList<>(List.of(leaf)));
    }
    for (Union union : unions.subList(0, Math.max(0, leaves.size() - count))) {
      groups.get(union.kept()).addAll(groups.get(union.gone()));
      groups.get(union.gone()).clear();
    }
    groups.removeIf(List::isEmpty);
    groups.sort(
        Comparator.comparingLong(
                (List<MicroConcept> group) -> group.stream().mapToLong(MicroConcept::size).sum())
            .reversed()
            .thenComparing(group -> group.get(0).id()));
    return groups;
  }
}
