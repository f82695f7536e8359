package io.resketch.core.recovery;

import java.util.Arrays;

/** In loops that the JVM's compiler turns into vector instructions. */
final class PlainProducts extends Products {
  private static final int WIDTH = SparseSearch.WIDTH;

  @Override
  void forward(float[] v, int from, int rows, int dims, float[] w, float[] z) {
    Arrays.fill(z, 0, rows * WIDTH, 0);
    for (int i = 0; i < rows; i++) {
      int a = 0;
      for (; a + 4 <= dims; a += 4) {
        add(v, from + i * dims + a, 1, w, a * WIDTH, z, i * WIDTH);
      }
      for (; a < dims; a++) {
        float c = v[from + i * dims + a];
        for (int j = 0; j < WIDTH; j++) {
          z[i * WIDTH + j] += c * w[a * WIDTH + j];
        }
      }
    }
  }

  @Override
  void back(float[] v, int from, int rows, int dims, float[] y, float[] w) {
    for (int a = 0; a < dims; a++) {
      int i = 0;
      for (; i + 4 <= rows; i += 4) {
        add(v, from + i * dims + a, dims, y, i * WIDTH, w, a * WIDTH);
      }
      for (; i < rows; i++) {
        float c = v[from + i * dims + a];
        for (int j = 0; j < WIDTH; j++) {
          w[a * WIDTH + j] += c * y[i * WIDTH + j];
        }
      }
    }
  }

  /** Four rows times a number each, the numbers {@code step} apart. */
  private static void add(float[] c, int at, int step, float[] x, int o, float[] z, int to) {
    float c0 = c[at];
    float c1 = c[at + step];
    float c2 = c[at + 2 * step];
    float c3 = c[at + 3 * step];
    for (int j = 0; j < WIDTH; j++) {
      z[to + j] +=
          (c0 * x[o + j] + c1 * x[o + WIDTH + j])
              + (c2 * x[o + 2 * WIDTH + j] + c3 * x[o + 3 * WIDTH + j]);
    }
  }
}
