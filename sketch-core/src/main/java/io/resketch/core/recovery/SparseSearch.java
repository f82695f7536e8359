package io.resketch.core.recovery;

import java.io.Serializable;

/**
 * Searches a subspace for sparse vectors, many starts at once. The subspace is given by a basis V
 * with V'V = m I; a vector is x = V w. What is known already is free: only the part of w outside
 * the known directions, the quotient, has a length to keep, so a known sparse vector cannot be
 * found again and everything known may be taken away from a new one.
 *
 * <p>The method is ADMM on min f(x) subject to x = V w, |P'w| = 1, f the penalty of a {@link
 * Prior}: since V'V = m I, the step for w is one product with V'. With P'w held fixed it is the
 * convex program of Spielman, Wang and Wright (Exact recovery of sparsely-used dictionaries, COLT
 * 2012); with its length alone held, the search of Qu, Sun and Wright (Finding a sparse vector in a
 * subspace, NIPS 2014).
 */
final class SparseSearch implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Searches that run at once. */
  static final int WIDTH = 16;

  /** Rows of the basis handled at once; one block of a sketch. */
  static final int TILE = 16;

  private final Basis basis;
  private final double[][] quotient;
  private final Prior prior;
  private final float step;

  /**
   * @param quotient orthonormal directions outside what is known, each of {@code basis.dims()}
   */
  SparseSearch(Basis basis, double[][] quotient, Prior prior, double step) {
    this.basis = basis;
    this.quotient = quotient;
    this.prior = prior;
    this.step = (float) step;
  }

  /**
   * Runs up to {@link #WIDTH} searches.
   *
   * @param starts w of each; their parts outside what is known have length 1
   * @param held iterations at the start in which that part stays as it is
   * @return w of each
   */
  double[][] run(double[][] starts, int iterations, int held) {
    int dims = basis.dims();
    int width = WIDTH;
    float[] w = new float[dims * width];
    double[][] fixed = new double[starts.length][];
    for (int s = 0; s < starts.length; s++) {
      fixed[s] = project(starts[s]);
      for (int a = 0; a < dims; a++) {
        w[a * width + s] = (float) starts[s][a];
      }
    }
    int rows = basis.rows();
    float[] v = basis.floats();
    float[] dual = new float[rows * width];
    float[] next = new float[dims * width];
    float[] tile = new float[TILE * width];
    float[] before = new float[TILE * width];
    for (int iteration = 0; iteration < iterations; iteration++) {
      java.util.Arrays.fill(next, 0);
      for (int row = 0; row + TILE <= rows; row += TILE) {
        Products.BEST.forward(v, row * dims, TILE, dims, w, tile);
        int at = row * width;
        for (int i = 0; i < tile.length; i++) {
          tile[i] += dual[at + i];
        }
        System.arraycopy(tile, 0, before, 0, tile.length);
        prior.shrink(tile, width, step);
        for (int i = 0; i < tile.length; i++) {
          float u = before[i] - tile[i];
          dual[at + i] = u;
          tile[i] -= u;
        }
        Products.BEST.back(v, row * dims, TILE, dims, tile, next);
      }
      for (int i = 0; i < next.length; i++) {
        w[i] = next[i] / (rows - rows % TILE);
      }
      for (int s = 0; s < starts.length; s++) {
        restore(w, s, iteration < held ? fixed[s] : null);
      }
    }
    double[][] out = new double[starts.length][dims];
    for (int s = 0; s < starts.length; s++) {
      for (int a = 0; a < dims; a++) {
        out[s][a] = w[a * width + s];
      }
    }
    return out;
  }

  private double[] project(double[] w) {
    double[] out = new double[quotient.length];
    for (int l = 0; l < out.length; l++) {
      out[l] = Kernels.dot(quotient[l], 0, w, 0, w.length);
    }
    return out;
  }

  /** Gives the part of a column outside what is known its length back, or its value. */
  private void restore(float[] w, int column, double[] fixed) {
    int dims = basis.dims();
    double[] part = new double[quotient.length];
    double[] own = new double[dims];
    for (int a = 0; a < dims; a++) {
      own[a] = w[a * WIDTH + column];
    }
    double squares = 0;
    for (int l = 0; l < part.length; l++) {
      part[l] = Kernels.dot(quotient[l], 0, own, 0, dims);
      squares += part[l] * part[l];
    }
    double scale = squares > 0 ? 1 / Math.sqrt(squares) - 1 : 0;
    for (int l = 0; l < part.length; l++) {
      double change = fixed == null ? part[l] * scale : fixed[l] - part[l];
      double[] direction = quotient[l];
      for (int a = 0; a < dims; a++) {
        own[a] += change * direction[a];
      }
    }
    for (int a = 0; a < dims; a++) {
      w[a * WIDTH + column] = (float) own[a];
    }
  }
}
