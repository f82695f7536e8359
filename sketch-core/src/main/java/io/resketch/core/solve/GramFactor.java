package io.resketch.core.solve;

import io.resketch.core.operator.PreciseLinearMap;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;

/**
 * L Lᵀ = S (AᵀPA + Λ) S, S the columns' inverse norms: by Cholesky's decomposition, or where that
 * would lose the smallest directions and the matrix is small, by the QR decomposition of A itself,
 * which keeps twice as many digits. Solutions are refined in the space of the data.
 *
 * <p>Cost: n applications of the map and its adjoint, and n³/3 multiplications. Holds workspace:
 * not thread-safe.
 */
final class GramFactor implements NormalFactor {
  /** A pivot is a column's squared sine to those before it; products of doubles err by 1e-16 n. */
  private static final double LEAST_PIVOT = 1e-10;

  /** Multiplications that a QR decomposition may take. */
  private static final double MOST_QR = 2e9;

  /** Keeps the decomposition of a singular matrix positive. */
  private static final double JITTER = 1e-13;

  /** Share of the jitter's inverse from which on a diagonal of the inverse says nothing. */
  private static final double LOST = 1e-2;

  private static final int REFINEMENTS = 2;

  private final PreciseLinearMap map;
  private final int prefixLength;
  private final double[] ridge;
  private final int n;

  /** 1/‖column‖ with its ridge; 0 for a column of zeros. */
  private final double[] scale;

  private final SymmetricFactor factor;

  /** A diagonal of the scaled inverse from here on is not determined. */
  private double lost = Double.POSITIVE_INFINITY;

  GramFactor(PreciseLinearMap map, int prefixLength, double[] ridge) {
    this.map = map;
    this.prefixLength = prefixLength;
    this.ridge = ridge;
    this.n = map.unknowns();
    this.scale = new double[n];
    this.factor = factor();
  }

  private SymmetricFactor factor() {
    double[] gram = gram();
    SymmetricFactor cholesky = SymmetricFactor.cholesky(n, gram.clone());
    if (cholesky != null && cholesky.leastPivot() >= LEAST_PIVOT) {
      return cholesky;
    }
    if ((double) n * n * (prefixLength + n) <= MOST_QR) {
      return qr();
    }
    lost = LOST / JITTER;
    for (int j = 0; j < n; j++) {
      gram[j * n + j] += JITTER;
    }
    cholesky = SymmetricFactor.cholesky(n, gram);
    if (cholesky == null) {
      throw new IllegalStateException("n=" + n + ": the Gram matrix is not positive definite");
    }
    return cholesky;
  }

  /** The scaled Gram matrix with its ridge, row-major; sets the scale. */
  private double[] gram() {
    double[] gram = new double[n * n];
    double[] unit = new double[n];
    double[] column = new double[map.dimension()];
    double[] products = new double[n];
    for (int j = 0; j < n; j++) {
      unit[j] = 1;
      map.apply(unit, column);
      unit[j] = 0;
      Arrays.fill(column, prefixLength, column.length, 0);
      map.adjoint(column, products);
      System.arraycopy(products, 0, gram, j * n, n);
      gram[j * n + j] += ridge[j];
      scale[j] = products[j] > 0 ? 1 / Math.sqrt(gram[j * n + j]) : 0;
    }
    for (int j = 0; j < n; j++) {
      for (int k = 0; k < n; k++) {
        gram[j * n + k] *= scale[j] * scale[k];
      }
      gram[j * n + j] = 1;
    }
    return gram;
  }

  /** Lᵀ = R of the scaled columns, with rows √λ below them. */
  private SymmetricFactor qr() {
    DMatrixRMaj columns = new DMatrixRMaj(prefixLength + n, n);
    double[] unit = new double[n];
    double[] column = new double[map.dimension()];
    for (int j = 0; j < n; j++) {
      unit[j] = 1;
      map.apply(unit, column);
      unit[j] = 0;
      for (int i = 0; i < prefixLength; i++) {
        columns.set(i, j, column[i] * scale[j]);
      }
      columns.set(prefixLength + j, j, scale[j] == 0 ? 1 : Math.sqrt(ridge[j]) * scale[j]);
    }
    QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(columns.numRows, n);
    if (!qr.decompose(columns)) {
      throw new IllegalStateException("n=" + n + ": the columns have no QR decomposition");
    }
    DMatrixRMaj r = qr.getR(null, true);
    double[] lower = new double[n * n];
    for (int i = 0; i < n; i++) {
      double sign = r.get(i, i) < 0 ? -1 : 1;
      for (int j = i; j < n; j++) {
        lower[j * n + i] = sign * r.get(i, j);
      }
      // A direction that doubles cannot tell from the others gets an error beyond all values.
      lower[i * n + i] = Math.max(lower[i * n + i], 1e-15);
    }
    return SymmetricFactor.ofLower(n, lower);
  }

  @Override
  public double[] solve(double[] y) {
    return refined(y, new double[n]);
  }

  @Override
  public double[] solveNormal(double[] b) {
    return refined(new double[map.dimension()], b);
  }

  /** x for the right-hand side Aᵀ P y + b. */
  private double[] refined(double[] y, double[] b) {
    double[] x = new double[n];
    double[] residual = new double[map.dimension()];
    double[] image = new double[map.dimension()];
    double[] gradient = new double[n];
    for (int round = 0; round <= REFINEMENTS; round++) {
      if (round > 0) {
        map.apply(x, image);
      }
      for (int i = 0; i < prefixLength; i++) {
        residual[i] = y[i] - image[i];
      }
      map.adjoint(residual, gradient);
      for (int j = 0; j < n; j++) {
        gradient[j] = scale[j] * (gradient[j] + b[j] - ridge[j] * x[j]);
      }
      factor.solve(gradient);
      for (int j = 0; j < n; j++) {
        x[j] += scale[j] * gradient[j];
      }
    }
    return x;
  }

  /** The diagonal of (AᵀPA + Λ)⁻¹; infinite where it is not determined. */
  double[] inverseDiagonal() {
    double[] out = factor.inverseDiagonal();
    for (int j = 0; j < n; j++) {
      out[j] =
          scale[j] == 0 || !(out[j] < lost)
              ? Double.POSITIVE_INFINITY
              : out[j] * scale[j] * scale[j];
    }
    return out;
  }
}
