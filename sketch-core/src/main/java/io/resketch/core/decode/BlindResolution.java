package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.TreeOperator;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.ejml.data.DMatrixRMaj;

/**
 * How strong an object may be that a tree lacks, without showing in the sketch. It hides behind
 * objects of its module, whose columns overlap with its own: what is left of its signature column
 * when theirs are projected out must stand out of the noise. Where a prefix holds too little of the
 * positions' own parts, columns are dependent, and nothing tells the objects apart.
 */
final class BlindResolution {
  /** Standard errors that the strength of what is not seen may be away from 0. */
  private static final double DEVIATIONS = 4;

  /** Share of a column's energy below which it counts as dependent on others. */
  private static final double DEPENDENT = 1e-5;

  /** Standard errors from which a signal counts as that of an object that is missing. */
  private static final double SIGNIFICANT = 2;

  /** Positions looked at behind the last taken one of a list. */
  private static final int BEHIND = 2;

  private final Operators operators;
  private final BlindFit fit;
  private final double variance;
  private final double[] hidden;
  private final double[] bias;

  /**
   * Computes it.
   *
   * @param noise variance per float of what the sketch holds beside the objects
   */
  BlindResolution(Operators operators, BlindFit fit, double noise) {
    this.operators = operators;
    this.fit = fit;
    this.variance = noise / (1 - fit.load());
    this.hidden = new double[fit.nodes.size() + 1];
    this.bias = new double[fit.nodes.size()];
    for (String module : new TreeSet<>(fit.nodes.stream().map(Node::module).toList())) {
      consider(module);
    }
  }

  /**
   * Strength that an object may have unseen among the inputs of {@code parent}, or the roots if −1;
   * infinite where objects cannot be told apart.
   */
  double hidden(int parent) {
    return hidden[parent + 1];
  }

  /**
   * What the strength of node {@code n} would change by, if the object of its module were added
   * that what is left of the sketch speaks for most.
   */
  double bias(int n) {
    return bias[n];
  }

  private void consider(String module) {
    List<Node> nodes = new ArrayList<>(fit.nodes);
    List<Integer> group = new ArrayList<>();
    for (int n = 0; n < fit.nodes.size(); n++) {
      if (fit.nodes.get(n).module().equals(module)) {
        group.add(n);
      }
    }
    int dimension = fit.nodes.get(group.get(0)).dimension();
    for (int parent = -1; parent < fit.nodes.size(); parent++) {
      if (parent < 0 || fit.nodes.get(parent).inner()) {
        for (int position : free(parent)) {
          nodes.add(new Node(parent, position, module, dimension, false));
          nodes.add(new Node(parent, position, module, dimension, true));
        }
      }
    }
    TreeOperator operator = new TreeOperator(operators, nodes);
    float[][] taken = new float[group.size()][];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = column(operator, group.get(i));
    }
    DMatrixRMaj gram = new DMatrixRMaj(taken.length, taken.length);
    for (int i = 0; i < taken.length; i++) {
      for (int j = 0; j < taken.length; j++) {
        gram.set(i, j, dot(taken[i], taken[j]));
      }
    }
    Optional<DMatrixRMaj> independent = inverse(gram, module);
    if (independent.isEmpty()) {
      Arrays.fill(hidden, Double.POSITIVE_INFINITY);
      group.forEach(n -> bias[n] = Math.abs(fit.strength(n)));
      return;
    }
    DMatrixRMaj inverse = independent.get();
    for (int i = 0; i < taken.length; i++) {
      raise(fit.nodes.get(group.get(i)).parent(), 1 / inverse.get(i, i), gram.get(i, i), 0);
    }
    for (int n = fit.nodes.size(); n < nodes.size(); n++) {
      float[] column = column(operator, n);
      double[] dots = Arrays.stream(taken).mapToDouble(other -> dot(other, column)).toArray();
      double[] parts = times(inverse, dots);
      double energy = dot(column, column);
      double left = energy;
      for (int i = 0; i < dots.length; i++) {
        left -= parts[i] * dots[i];
      }
      double signal = dot(column, fit.residual);
      raise(nodes.get(n).parent(), left, energy, signal);
      double missing =
          left <= DEPENDENT * energy
              ? most(group, parts)
              : signal > SIGNIFICANT * Math.sqrt(variance * left) ? signal / left : 0;
      for (int i = 0; i < parts.length; i++) {
        int taker = group.get(i);
        bias[taker] = Math.max(bias[taker], Math.abs(parts[i]) * missing);
      }
    }
  }

  /** The inverse of a Gram matrix; empty where columns depend on each other. */
  private static Optional<DMatrixRMaj> inverse(DMatrixRMaj gram, String module) {
    return DenseSystems.ifSolvable(
            () -> DenseSystems.positive(gram.copy(), "the signatures of module " + module))
        .filter(system -> system.quality() >= DEPENDENT * DEPENDENT)
        .flatMap(system -> DenseSystems.ifSolvable(system::inverse));
  }

  /** Strength that an object may have whose column depends on others, if theirs stay positive. */
  private double most(List<Integer> group, double[] parts) {
    double most = Double.POSITIVE_INFINITY;
    for (int i = 0; i < parts.length; i++) {
      if (parts[i] > DEPENDENT) {
        most = Math.min(most, Math.abs(fit.strength(group.get(i))) / parts[i]);
      }
    }
    return Double.isInfinite(most) ? 0 : most;
  }

  private static double[] times(DMatrixRMaj matrix, double[] vector) {
    double[] out = new double[vector.length];
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[i] += matrix.get(i, j) * vector[j];
      }
    }
    return out;
  }

  /** Gaps of a list and the places behind it. */
  private List<Integer> free(int parent) {
    int end = 0;
    for (Node node : fit.nodes) {
      end = node.parent() == parent ? Math.max(end, node.position() + 1) : end;
    }
    List<Integer> free = new ArrayList<>();
    for (int position = 0; position < end + BEHIND; position++) {
      if (fit.at(parent, position) < 0) {
        free.add(position);
      }
    }
    return free;
  }

  /**
   * Takes account of a column.
   *
   * @param left what of its energy is its own
   * @param signal its dot product with what the tree leaves, of which its own part is the origin
   */
  private void raise(int parent, double left, double energy, double signal) {
    double strength =
        left <= DEPENDENT * energy
            ? Double.POSITIVE_INFINITY
            : Math.max(0, signal / left) + DEVIATIONS * Math.sqrt(variance / left);
    hidden[parent + 1] = Math.max(hidden[parent + 1], strength);
  }

  private float[] column(TreeOperator operator, int n) {
    float[] column = new float[fit.residual.length];
    operator.signatureColumn(n, column);
    return column;
  }

  private double dot(float[] a, float[] b) {
    double sum = 0;
    for (int k = 0; k < fit.prefixLength(); k++) {
      sum += (double) a[k] * b[k];
    }
    return sum;
  }
}
