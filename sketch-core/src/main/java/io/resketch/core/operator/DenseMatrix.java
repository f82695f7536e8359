package io.resketch.core.operator;

import io.resketch.core.spec.RandomStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.qr.QRDecompositionHouseholderColumn_DDRM;

/**
 * A d×m matrix of float32 with orthonormal columns, Haar distributed: Q of the QR decomposition of
 * a Gaussian matrix, each column by the sign of R's diagonal (Stewart, "The Efficient Generation of
 * Random Orthogonal Matrices", SIAM J. Numer. Anal. 1980). Immutable, thread-safe.
 */
final class DenseMatrix {
  /** Row by row. */
  private final float[] values;

  private final int rows;
  private final int columns;

  private DenseMatrix(float[] values, int rows, int columns) {
    this.values = values;
    this.rows = rows;
    this.columns = columns;
  }

  /** Entry i, row by row, of the Gaussian matrix takes draws 2i and 2i + 1 of the stream. */
  static DenseMatrix draw(RandomStream stream, int rows, int columns) {
    if (columns == 0) {
      return new DenseMatrix(new float[0], rows, 0);
    }
    DMatrixRMaj gaussian = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < gaussian.data.length; i++) {
      gaussian.data[i] = gaussian(stream.bits(2L * i), stream.bits(2L * i + 1));
    }
    QRDecompositionHouseholderColumn_DDRM qr = new QRDecompositionHouseholderColumn_DDRM();
    if (!qr.decompose(gaussian)) {
      throw new IllegalStateException("a Gaussian matrix has a QR decomposition");
    }
    DMatrixRMaj q = qr.getQ(null, true);
    DMatrixRMaj r = qr.getR(null, true);
    float[] values = new float[rows * columns];
    for (int j = 0; j < columns; j++) {
      double sign = r.get(j, j) < 0 ? -1 : 1;
      for (int i = 0; i < rows; i++) {
        values[i * columns + j] = (float) (sign * q.get(i, j));
      }
    }
    return new DenseMatrix(values, rows, columns);
  }

  /** Box and Muller, 1958, from two draws of 53 bits each. */
  private static double gaussian(long a, long b) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(((a >>> 11) + 1) * 0x1p-53));
    return radius * StrictMath.cos(2 * Math.PI * ((b >>> 11) * 0x1p-53));
  }

  /**
   * out = Q x.
   *
   * @param x values from {@code offset} on, one per column
   * @param out overwritten, one per row
   */
  void apply(float[] x, int offset, float[] out) {
    for (int i = 0; i < rows; i++) {
      float sum = 0;
      for (int j = 0; j < columns; j++) {
        sum += values[i * columns + j] * x[offset + j];
      }
      out[i] = sum;
    }
  }

  /**
   * out[offset + j] = (Qᵀ y)_j.
   *
   * @param out overwritten from {@code offset} on, one per column
   */
  void applyTransposed(float[] y, float[] out, int offset) {
    for (int j = 0; j < columns; j++) {
      out[offset + j] = 0;
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[offset + j] += values[i * columns + j] * y[i];
      }
    }
  }

  /** {@link #apply(float[], int, float[])} in double precision. */
  void apply(double[] x, int offset, double[] out) {
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int j = 0; j < columns; j++) {
        sum += values[i * columns + j] * x[offset + j];
      }
      out[i] = sum;
    }
  }

  /** {@link #applyTransposed(float[], float[], int)} in double precision. */
  void applyTransposed(double[] y, double[] out, int offset) {
    for (int j = 0; j < columns; j++) {
      out[offset + j] = 0;
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        out[offset + j] += values[i * columns + j] * y[i];
      }
    }
  }
}
