package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/** Symmetric positive semidefinite matrices, row by row. */
final class Symmetric {
  private Symmetric() {}

  /**
   * Eigenvalues, falling, with their vectors.
   *
   * @param values falling
   * @param vectors unit vectors, in the order of the values
   */
  record Eigen(double[] values, double[][] vectors) {}

  /** The two least eigenvalues and the vector of the least. */
  record Least(double first, double second, double[] vector) {}

  /** Copies the upper half to the lower. */
  static void mirror(double[] g, int n) {
    for (int a = 0; a < n; a++) {
      for (int b = 0; b < a; b++) {
        g[a * n + b] = g[b * n + a];
      }
    }
  }

  /**
   * All eigenvalues and vectors.
   *
   * @param g n × n, not modified
   */
  static Eigen eigen(double[] g, int n) {
    EigenDecomposition_F64<DMatrixRMaj> solver = DecompositionFactory_DDRM.eig(n, true, true);
    DenseSystems.requireSolved(
        solver.decompose(new DMatrixRMaj(n, n, true, g.clone())),
        Optional.empty(),
        "the eigenvalues of a matrix of " + n + " rows");
    Integer[] order = new Integer[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    double[] found = new double[n];
    for (int i = 0; i < n; i++) {
      found[i] = solver.getEigenvalue(i).getReal();
    }
    java.util.Arrays.sort(order, (i, j) -> Double.compare(found[j], found[i]));
    double[] values = new double[n];
    double[][] vectors = new double[n][];
    for (int i = 0; i < n; i++) {
      values[i] = found[order[i]];
      vectors[i] = solver.getEigenVector(order[i]).getData().clone();
    }
    return new Eigen(values, vectors);
  }

  private static final int STEPS = 8;

  /** Of the largest eigenvalue: below it the least is rounding. */
  private static final double SHIFT = 1e-11;

  /**
   * The two least eigenvalues, by inverse iteration on two vectors. Where they cannot be found,
   * both are what they are at most, the trace, so that neither is taken for 0.
   *
   * @param g n × n, not modified
   * @param start a guess of the vector
   */
  static Least least(double[] g, int n, double[] start) {
    double trace = 0;
    for (int a = 0; a < n; a++) {
      trace += g[a * n + a];
    }
    double[] shifted = g.clone();
    for (int a = 0; a < n; a++) {
      shifted[a * n + a] += SHIFT * trace / n;
    }
    double most = trace;
    return DenseSystems.ifSolvable(() -> least(g, shifted, n, start))
        .orElseGet(() -> new Least(most, most, start));
  }

  private static Least least(double[] g, double[] shifted, int n, double[] start) {
    DenseSystems.Positive solver =
        DenseSystems.positive(new DMatrixRMaj(n, n, true, shifted), "a matrix of " + n + " rows");
    double[] x = unit(start.clone());
    double[] y = new double[n];
    for (int a = 0; a < n; a++) {
      y[a] = (a * 7919 % 1009) / 1009.0 - 0.5;
    }
    for (int step = 0; step < STEPS; step++) {
      x = unit(solver.solve(x));
      y = solver.solve(y);
      double along = Kernels.dot(x, 0, y, 0, n);
      for (int a = 0; a < n; a++) {
        y[a] -= along * x[a];
      }
      y = unit(y);
    }
    return new Least(quotient(g, n, x), quotient(g, n, y), x);
  }

  private static double quotient(double[] g, int n, double[] x) {
    double out = 0;
    for (int a = 0; a < n; a++) {
      out += x[a] * Kernels.dot(g, a * n, x, 0, n);
    }
    return out;
  }

  /** -x, a copy. */
  static double[] negative(double[] x) {
    double[] out = new double[x.length];
    for (int a = 0; a < x.length; a++) {
      out[a] = -x[a];
    }
    return out;
  }

  /** Divides by the length, in place. */
  static double[] unit(double[] x) {
    double squares = Kernels.dot(x, 0, x, 0, x.length);
    double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (int a = 0; a < x.length; a++) {
      x[a] *= scale;
    }
    return x;
  }
}
