package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How nearly x (w_y · u) = y (w_x · u) holds for some w_x, w_y in all pairs where x and y are not
 * 0: the linear dependence of the products x u and −y u.
 *
 * @param ratio of the two least singular values of the products, each scaled to length 1
 * @param strengths how much each product adds: those of x with the m values of u, then those of y
 * @param weights w_y, then w_x, up to one factor
 */
record Dependence(double ratio, double[] strengths, double[] weights) {
  private static final int FEWEST = 4;
  private static final int PARTNERS = 3;

  /** Of the second singular value: the first, where the dependence is exact. */
  static final double EXACT = 1e-3;

  /** Least eigenvalue of inputs of length 1: below it they are linearly dependent by themselves. */
  private static final double TRIVIAL = 1e-10;

  /**
   * Two attributes of an object.
   *
   * @param rows pairs in which neither is 0
   */
  record Partners(int i, int j, int rows) {}

  /**
   * Couples of attributes to find dependences by: first the few most often not 0 together, then,
   * where these give none that is exact, others of which no two share an attribute. One may have
   * codes that are not exact, which would spoil all that it is in.
   *
   * @param codes by attribute
   */
  static List<List<Partners>> partners(double[][] codes) {
    List<Partners> all = new ArrayList<>();
    for (int i = 0; i < codes.length; i++) {
      for (int j = 0; j < i; j++) {
        all.add(new Partners(i, j, both(codes[i], codes[j])));
      }
    }
    all.sort(Comparator.comparingInt(Partners::rows).reversed());
    boolean[] used = new boolean[codes.length];
    List<Partners> apart = new ArrayList<>();
    for (Partners one : all) {
      if (apart.size() < PARTNERS && !used[one.i()] && !used[one.j()]) {
        apart.add(one);
        used[one.i()] = true;
        used[one.j()] = true;
      }
    }
    return List.of(all.subList(0, Math.min(PARTNERS, all.size())), apart);
  }

  /**
   * Finds it. Where the inputs are linearly dependent by themselves, so are the products, whatever
   * x and y are: then nothing is found, and the ratio is 1.
   *
   * @param x by pair
   * @param inputs u, by attribute
   */
  static Dependence of(double[] x, double[] y, List<double[]> inputs) {
    int m = inputs.size();
    boolean[] chosen = chosen(x, y, inputs);
    double[] products = new double[both(x, y) * 2 * m];
    int rows = 0;
    for (int k = 0; k < x.length; k++) {
      if (chosen[k]) {
        for (int a = 0; a < m; a++) {
          products[rows * 2 * m + a] = x[k] * inputs.get(a)[k];
          products[rows * 2 * m + m + a] = -y[k] * inputs.get(a)[k];
        }
        rows++;
      }
    }
    double[] gram = PairSpace.gram(products, rows, 2 * m);
    double[] scale = new double[2 * m];
    for (int a = 0; a < 2 * m; a++) {
      double squares = gram[a * 2 * m + a];
      scale[a] = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    }
    for (int a = 0; a < 2 * m; a++) {
      for (int b = 0; b < 2 * m; b++) {
        gram[a * 2 * m + b] *= scale[a] * scale[b];
      }
      if (scale[a] == 0) {
        gram[a * 2 * m + a] = 1; // an attribute that is 0 in all these rows says nothing
      }
    }
    boolean byThemselves = m > 1 && Symmetric.least(block(gram, m), m, start(m)).first() < TRIVIAL;
    Symmetric.Least least = Symmetric.least(gram, 2 * m, start(2 * m));
    double[] weights = new double[2 * m];
    for (int a = 0; a < 2 * m; a++) {
      weights[a] = least.vector()[a] * scale[a];
    }
    double ratio = Math.sqrt(Math.max(least.first(), 0) / Math.max(least.second(), 1e-300));
    return new Dependence(byThemselves ? 1 : ratio, least.vector(), weights);
  }

  private static double[] start(int n) {
    return IntStream.range(0, n).mapToDouble(a -> 1 + a % 3).toArray();
  }

  /** The first n rows and columns of a matrix of twice as many. */
  private static double[] block(double[] gram, int n) {
    double[] out = new double[n * n];
    for (int a = 0; a < n; a++) {
      System.arraycopy(gram, a * 2 * n, out, a * n, n);
    }
    return out;
  }

  /**
   * Pairs in which neither x nor y is 0, without those in which an input attribute is not 0 that is
   * so in a few of them only: its two products would be dependent by themselves.
   */
  private static boolean[] chosen(double[] x, double[] y, List<double[]> inputs) {
    boolean[] out = new boolean[x.length];
    for (int k = 0; k < x.length; k++) {
      out[k] = x[k] != 0 && y[k] != 0;
    }
    for (boolean changed = true; changed; ) {
      changed = false;
      for (double[] u : inputs) {
        int rows = 0;
        for (int k = 0; k < u.length; k++) {
          rows += out[k] && u[k] != 0 ? 1 : 0;
        }
        for (int k = 0; rows > 0 && rows < FEWEST && k < u.length; k++) {
          out[k] &= u[k] == 0;
          changed = true;
        }
      }
    }
    return out;
  }

  /** Pairs in which neither is 0. */
  static int both(double[] x, double[] y) {
    int out = 0;
    for (int k = 0; k < x.length; k++) {
      out += x[k] != 0 && y[k] != 0 ? 1 : 0;
    }
    return out;
  }
}
