package io.resketch.core.recovery;

import java.io.Serializable;

/**
 * A basis V of a subspace, rows × dims, with V'V = rows · I, so that a random unit combination has
 * values around 1.
 */
final class Basis implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int rows;
  private final int dims;
  private final double[] values;
  private transient float[] floats;

  /**
   * @param values row by row, not copied
   */
  Basis(int rows, int dims, double[] values) {
    this.rows = rows;
    this.dims = dims;
    this.values = values;
  }

  int rows() {
    return rows;
  }

  int dims() {
    return dims;
  }

  double[] values() {
    return values;
  }

  /** The same values in single precision. */
  synchronized float[] floats() {
    if (floats == null) {
      floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
    }
    return floats;
  }

  /** x = V w. */
  double[] vector(double[] w) {
    double[] out = new double[rows];
    for (int i = 0; i < rows; i++) {
      out[i] = Kernels.dot(values, i * dims, w, 0, dims);
    }
    return out;
  }

  /** w of the vector of the subspace nearest to x: V'x / rows. */
  double[] coordinates(double[] x) {
    double[] out = new double[dims];
    for (int i = 0; i < rows; i++) {
      double c = x[i] / rows;
      if (c != 0) {
        int at = i * dims;
        for (int a = 0; a < dims; a++) {
          out[a] += c * values[at + a];
        }
      }
    }
    return out;
  }
}
