package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;

/** Least squares of a sketch on hidden columns, offset and inputs taken away. */
final class Fit {
  private final List<double[]> columns;
  private final double[] offset;
  private final List<double[]> inputColumns;
  private final Optional<DenseSystems.Positive> products;

  Fit(List<double[]> columns, double[] offset, List<double[]> inputColumns) {
    this.columns = columns;
    this.offset = offset;
    this.inputColumns = inputColumns;
    int h = columns.size();
    DMatrixRMaj gram = new DMatrixRMaj(h, h, true, Spans.products(columns));
    for (int a = 0; a < h; a++) {
      gram.add(a, a, 1e-12);
    }
    products =
        h == 0
            ? Optional.empty()
            : Optional.of(DenseSystems.positive(gram, "the products of " + h + " columns"));
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
    double[] along = new double[h];
    for (int a = 0; a < h; a++) {
      along[a] = Kernels.dot(columns.get(a), 0, rest, 0, rest.length);
    }
    return products.map(of -> of.solve(along)).orElse(along);
  }
}
