package io.resketch.core.bounds;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import java.util.HashMap;
import java.util.Map;

/**
 * How strongly every random column of a computation reaches its sketch: the columns are those of
 * all attributes, and the signature, of all modules. Multiplied out, a column j has coefficients
 * φ_W over products W of tuple operators. Immutable.
 */
final class ColumnReach {
  /** The column of an attribute, or of the signature, −1. */
  record Column(String module, int number) {}

  /**
   * Bounds of the coefficients of a column.
   *
   * @param most at least Σ_W |φ_W|
   * @param rotated at least Σ_{W≠I} |φ_W|
   * @param identity φ_I
   */
  record Coefficients(double most, double rotated, double identity) {
    Coefficients plus(Coefficients other) {
      return new Coefficients(
          most + other.most, rotated + other.rotated, identity + other.identity);
    }

    /** At least Σ_W φ_W². */
    double energy() {
      double still = most - rotated;
      return still * still + rotated * rotated;
    }
  }

  static final Coefficients NONE = new Coefficients(0, 0, 0);
  private static final int SIGNATURE = -1;

  final Map<Column, Coefficients> columns = new HashMap<>();

  /** At most ‖φ‖², if attributes have norms of at most 1: then nothing of a module cancels. */
  final double leastEnergy;

  /** Objects on the longest path. */
  final int depth;

  ColumnReach(Computation computation, double transparency) {
    Skeleton skeleton = computation.skeleton();
    Reach reach = new Reach(skeleton, transparency);
    double sum = 0;
    int deepest = 1;
    for (int i = 0; i < skeleton.size(); i++) {
      String module = skeleton.module(i);
      add(new Column(module, SIGNATURE), 1, reach, i);
      Attributes x = computation.attributes(i);
      double norm = 1;
      for (int k = 0; k < x.entries(); k++) {
        add(new Column(module, x.index(k)), x.value(k), reach, i);
        norm += (double) x.value(k) * x.value(k);
      }
      sum += 0.25 * norm * (reach.energy[i] - reach.identityEnergy[i]);
      deepest = Math.max(deepest, reach.depth[i]);
    }
    for (Coefficients column : columns.values()) {
      sum += column.identity() * column.identity();
    }
    leastEnergy = sum;
    depth = deepest;
  }

  private void add(Column column, double x, Reach reach, int object) {
    double size = 0.5 * Math.abs(x);
    double still = reach.identity[object];
    columns.merge(
        column,
        new Coefficients(
            size * reach.most[object], size * (reach.most[object] - still), 0.5 * x * still),
        Coefficients::plus);
  }

  /** Σ over the columns of most². */
  double squaredMost() {
    return columns.values().stream().mapToDouble(c -> c.most() * c.most()).sum();
  }

  /** At least ‖φ‖². */
  double mostEnergy() {
    return columns.values().stream().mapToDouble(Coefficients::energy).sum();
  }

  /** The largest of a column. */
  double largestMost() {
    return columns.values().stream().mapToDouble(Coefficients::most).max().orElse(0);
  }
}
