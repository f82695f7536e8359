package io.resketch.core.recovery;

import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/** Least squares of a sketch on hidden columns, offset and inputs taken away. */
final class Fit {
  private final List<double[]> columns;
  private final double[] offset;
  private final List<double[]> inputColumns;
  private final LinearSolverDense<DMatrixRMaj> solver;

  Fit(List<double[]> columns, double[] offset, List<double[]> inputColumns) {
    this.columns = columns;
    this.offset = offset;
    this.inputColumns = inputColumns;
    int h = columns.size();
    DMatrixRMaj gram = new DMatrixRMaj(h, h, true, Spans.products(columns));
    for (int a = 0; a < h; a++) {
      gram.add(a, a, 1e-12);
    }
    solver = LinearSolverFactory_DDRM.chol(Math.max(h, 1));
    if (h > 0 && !solver.setA(gram)) {
      throw new IllegalStateException("two columns are equal");
    }
  }

  /** The sketch of a pair less what its inputs and the offset make. */
  double[] rest(PairSample sample, int row) {
    int d = offset.length;
    int p = sample.inputWidth();
    double[] out = new double[d];
    for (int b = 0; b < d; b++) {
      out[b] = sample.sketches()[row * d + b] - offset[b];
    }
    for (int j = 0; j < p; j++) {
      double c = sample.inputs()[row * p + j];
      double[] column = inputColumns.get(j);
      for (int b = 0; c != 0 && b < d; b++) {
        out[b] -= c * column[b];
      }
    }
    return out;
  }

  /** The codes of a pair. */
  double[] codes(PairSample sample, int row) {
    return codes(rest(sample, row));
  }

  /** The codes of what {@link #rest} gives. */
  double[] codes(double[] rest) {
    int h = columns.size();
    DMatrixRMaj products = new DMatrixRMaj(Math.max(h, 1), 1);
    for (int a = 0; a < h; a++) {
      products.set(a, 0, Kernels.dot(columns.get(a), 0, rest, 0, rest.length));
    }
    DMatrixRMaj out = new DMatrixRMaj(Math.max(h, 1), 1);
    if (h > 0) {
      solver.solve(products, out);
    }
    return out.data;
  }
}
