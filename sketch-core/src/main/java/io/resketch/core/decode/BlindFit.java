package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PathEnergies;
import io.resketch.core.operator.TreeOperator;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.solve.DenseSystems;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.solve.UnsolvableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Strengths and attributes of a given tree, fitted together to a sketch by least squares. Strengths
 * are free; attributes carry the ridge of a prior that expects them as large as their object's
 * strength, so that those below the noise stay small instead of fitting it.
 */
final class BlindFit {
  private static final double TOLERANCE = 1e-12;
  private static final int MAX_ITERATIONS = 200;

  final List<Node> nodes;
  final TreeOperator operator;

  /** The unknowns as {@link TreeOperator} orders them. */
  final float[] x;

  /** What is left of the sketch, 0 behind the prefix. */
  final float[] residual;

  /** Variance of what is left, per float. */
  final double noise;

  private final double[] energies;
  private final double[] ridge;
  private final int prefixLength;

  private final double load;

  /**
   * Fits.
   *
   * @param data the sketch, d values, zero behind the prefix
   * @param sizes about how large the strength of each node is
   * @param noiseBefore variance per float of what the tree does not explain
   */
  BlindFit(
      Operators operators,
      PathEnergies paths,
      List<Node> nodes,
      float[] data,
      int prefixLength,
      double[] sizes,
      double noiseBefore) {
    this.nodes = List.copyOf(nodes);
    this.operator = new TreeOperator(operators, nodes);
    this.prefixLength = prefixLength;
    int count = nodes.size();
    double kept = (double) prefixLength / data.length;
    this.energies = new double[count];
    this.ridge = new double[count];
    double[] perUnknown = new double[operator.unknowns()];
    double[] ridges = new double[operator.unknowns()];
    double used = count;
    for (int n = 0; n < count; n++) {
      int dimension = nodes.get(n).dimension();
      energies[n] = kept * paths.of(path(n), nodes.get(n).inner());
      double unbounded = noiseBefore * dimension / (sizes[n] * sizes[n]);
      ridge[n] = Math.min(Math.max(unbounded, 1e-9 * energies[n]), 1e3 * energies[n]);
      perUnknown[n] = energies[n];
      Arrays.fill(perUnknown, operator.offset(n), operator.offset(n + 1), energies[n]);
      Arrays.fill(ridges, operator.offset(n), operator.offset(n + 1), ridge[n]);
      used += dimension * energies[n] / (energies[n] + ridge[n]);
    }
    this.load = Math.min(used / prefixLength, 15.0 / 16);
    this.x =
        new RidgeSolver(operator, prefixLength, perUnknown, ridges, TOLERANCE, MAX_ITERATIONS)
            .solve(data);
    this.residual = new float[data.length];
    operator.apply(x, residual);
    double sum = 0;
    for (int i = 0; i < data.length; i++) {
      residual[i] = i < prefixLength ? data[i] - residual[i] : 0f;
      sum += (double) residual[i] * residual[i];
    }
    this.noise = sum / (prefixLength * (1 - load));
  }

  /** Of a fit of these objects. */
  static int unknowns(List<Node> nodes) {
    return nodes.stream().mapToInt(node -> 1 + node.dimension()).sum();
  }

  /** Share of the floats that the fit has used up, below 1. */
  double load() {
    return load;
  }

  int prefixLength() {
    return prefixLength;
  }

  /** Share of the sketch that is kept. */
  double kept() {
    return (double) prefixLength / residual.length;
  }

  /** The node at a position of the inputs of {@code parent}, or of the roots if −1; −1 if none. */
  int at(int parent, int position) {
    for (int n = 0; n < nodes.size(); n++) {
      if (nodes.get(n).parent() == parent && nodes.get(n).position() == position) {
        return n;
      }
    }
    return -1;
  }

  /** Whether no input of node {@code n} is in the tree. */
  boolean isChildless(int n) {
    return nodes.stream().noneMatch(node -> node.parent() == n);
  }

  /** Positions from the roots down to node {@code n}. */
  int[] path(int n) {
    return path(nodes.get(n).parent(), nodes.get(n).position());
  }

  /** Positions from the roots down to a position of the inputs of {@code parent}. */
  int[] path(int parent, int position) {
    int depth = 0;
    for (int k = parent; k >= 0; k = nodes.get(k).parent()) {
      depth++;
    }
    int[] path = new int[depth + 1];
    path[depth] = position;
    for (int k = parent; k >= 0; k = nodes.get(k).parent()) {
      path[--depth] = nodes.get(k).position();
    }
    return path;
  }

  /** Effective weight of node {@code n}. */
  double strength(int n) {
    return x[n];
  }

  /**
   * Root mean square of the weighted attributes of node {@code n}, times the root of their number.
   */
  double attributeNorm(int n) {
    double sum = 0;
    for (int j = operator.offset(n); j < operator.offset(n + 1); j++) {
      sum += (double) x[j] * x[j];
    }
    return Math.sqrt(sum);
  }

  /** Share of an attribute of node {@code n} that the sketch, not the prior, decides. */
  double determined(int n) {
    return energies[n] / (energies[n] + ridge[n]);
  }

  /** About the energy of a column of node {@code n} in the floats kept. */
  double energy(int n) {
    return energies[n];
  }

  /** Standard errors: of the strength of each node, and of one weighted attribute of each node. */
  record Errors(double[] strengths, double[] attributes) {}

  /**
   * Standard errors from the inverse of the normal equations. Columns of different modules are
   * nearly orthogonal, and those of one module overlap alike for the signature and for every
   * attribute; so the equations fall apart into one small matrix per module. What many other
   * columns together take away is the load.
   */
  Errors errors() {
    double[] strengths = new double[nodes.size()];
    double[] attributes = new double[nodes.size()];
    double variance = noise / (1 - load);
    for (List<Integer> group : groups()) {
      DMatrixRMaj gram = gram(group);
      DMatrixRMaj damped = gram.copy();
      for (int i = 0; i < group.size(); i++) {
        damped.add(i, i, ridge[group.get(i)]);
      }
      try {
        invert(gram);
        invert(damped);
      } catch (UnsolvableException e) {
        // Nothing says how far these are wrong: so far that they do not stand out.
        CommonOps_DDRM.fill(gram, Double.POSITIVE_INFINITY);
        CommonOps_DDRM.fill(damped, Double.POSITIVE_INFINITY);
      }
      for (int i = 0; i < group.size(); i++) {
        strengths[group.get(i)] = Math.sqrt(variance * Math.max(0, gram.get(i, i)));
        attributes[group.get(i)] = Math.sqrt(variance * Math.max(0, damped.get(i, i)));
      }
    }
    return new Errors(strengths, attributes);
  }

  private Iterable<List<Integer>> groups() {
    TreeMap<String, List<Integer>> groups = new TreeMap<>();
    for (int n = 0; n < nodes.size(); n++) {
      groups.computeIfAbsent(nodes.get(n).module(), m -> new ArrayList<>()).add(n);
    }
    return groups.values();
  }

  private DMatrixRMaj gram(List<Integer> group) {
    float[][] columns = new float[group.size()][residual.length];
    DMatrixRMaj gram = new DMatrixRMaj(group.size(), group.size());
    for (int i = 0; i < columns.length; i++) {
      operator.signatureColumn(group.get(i), columns[i]);
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < prefixLength; k++) {
          sum += columns[i][k] * columns[j][k];
        }
        gram.set(i, j, sum);
        gram.set(j, i, sum);
      }
    }
    return gram;
  }

  /** Inverts in place; what the equations leave open has an infinite variance. */
  private static void invert(DMatrixRMaj matrix) {
    double scale = CommonOps_DDRM.elementMaxAbs(matrix);
    for (int i = 0; i < matrix.numRows; i++) {
      matrix.add(i, i, 1e-9 * scale + Double.MIN_NORMAL);
    }
    DenseSystems.invert(matrix, "the products of " + matrix.numRows + " signatures");
  }
}
