package io.resketch.core.recovery;

/** The inner loops, in the forms that the JVM's compiler turns into vector instructions. */
final class Kernels {
  private Kernels() {}

  /**
   * The upper half of G += Σ rows of eight values each: G is dims × dims.
   *
   * @param v eight rows, one after the other
   */
  static void gram8(double[] v, int dims, double[] g) {
    int o1 = dims;
    int o2 = o1 + dims;
    int o3 = o2 + dims;
    int o4 = o3 + dims;
    int o5 = o4 + dims;
    int o6 = o5 + dims;
    int o7 = o6 + dims;
    for (int a = 0; a < dims; a++) {
      add8(
          g, a * dims, v, a, dims - a, v[a], v[o1 + a], v[o2 + a], v[o3 + a], v[o4 + a], v[o5 + a],
          v[o6 + a], v[o7 + a], dims);
    }
  }

  /**
   * Adds eight rows, times a number each, to the end of a row of a matrix.
   *
   * @param row where the row begins
   * @param v eight rows, one after the other
   * @param a first of the row's entries
   * @param width number of entries
   */
  static void add8(
      double[] g,
      int row,
      double[] v,
      int a,
      int width,
      double c0,
      double c1,
      double c2,
      double c3,
      double c4,
      double c5,
      double c6,
      double c7,
      int dims) {
    int to = row + a;
    int o1 = a + dims;
    int o2 = o1 + dims;
    int o3 = o2 + dims;
    int o4 = o3 + dims;
    int o5 = o4 + dims;
    int o6 = o5 + dims;
    int o7 = o6 + dims;
    for (int j = 0; j < width; j++) {
      g[to + j] +=
          ((c0 * v[a + j] + c1 * v[o1 + j]) + (c2 * v[o2 + j] + c3 * v[o3 + j]))
              + ((c4 * v[o4 + j] + c5 * v[o5 + j]) + (c6 * v[o6 + j] + c7 * v[o7 + j]));
    }
  }

  /** The dot product of two rows. */
  static double dot(double[] a, int from, double[] b, int at, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = 0;
    for (; j + 4 <= n; j += 4) {
      s0 += a[from + j] * b[at + j];
      s1 += a[from + j + 1] * b[at + j + 1];
      s2 += a[from + j + 2] * b[at + j + 2];
      s3 += a[from + j + 3] * b[at + j + 3];
    }
    for (; j < n; j++) {
      s0 += a[from + j] * b[at + j];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
