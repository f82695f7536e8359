package io.resketch.core.recovery;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight lanes at a time with the Vector API, four rows in registers. Loaded by name, where the JVM
 * was started with {@code --add-modules jdk.incubator.vector}; compiled apart from the rest, as
 * javac warns of the module.
 */
final class VectorProducts extends Products {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  private static final int WIDTH = SparseSearch.WIDTH;

  @Override
  void forward(float[] v, int from, int rows, int dims, float[] w, float[] z) {
    Arrays.fill(z, 0, rows * WIDTH, 0);
    for (int i = 0; i < rows; i += 4) {
      add4(v, from + i * dims, 1, dims, dims, w, z, i * WIDTH);
    }
  }

  @Override
  void back(float[] v, int from, int rows, int dims, float[] y, float[] w) {
    int a = 0;
    for (; a + 4 <= dims; a += 4) {
      add4(v, from + a, dims, 1, rows, y, w, a * WIDTH);
    }
    for (; a < dims; a++) {
      backLast(v, from + a, rows, dims, y, w, a * WIDTH);
    }
  }

  /**
   * To four rows, rows times numbers.
   *
   * @param c numbers, for one of the four rows {@code step} apart
   * @param next from the number for one of the four rows to that for the next
   * @param count of the rows of x
   */
  private static void add4(
      float[] c, int at, int step, int next, int count, float[] x, float[] z, int to) {
    FloatVector p0 = FloatVector.fromArray(EIGHT, z, to);
    FloatVector p1 = FloatVector.fromArray(EIGHT, z, to + 8);
    FloatVector q0 = FloatVector.fromArray(EIGHT, z, to + 16);
    FloatVector q1 = FloatVector.fromArray(EIGHT, z, to + 24);
    FloatVector r0 = FloatVector.fromArray(EIGHT, z, to + 32);
    FloatVector r1 = FloatVector.fromArray(EIGHT, z, to + 40);
    FloatVector s0 = FloatVector.fromArray(EIGHT, z, to + 48);
    FloatVector s1 = FloatVector.fromArray(EIGHT, z, to + 56);
    for (int i = 0; i < count; i++) {
      int from = at + i * step;
      FloatVector x0 = FloatVector.fromArray(EIGHT, x, i * WIDTH);
      FloatVector x1 = FloatVector.fromArray(EIGHT, x, i * WIDTH + 8);
      FloatVector p = FloatVector.broadcast(EIGHT, c[from]);
      p0 = p.fma(x0, p0);
      p1 = p.fma(x1, p1);
      FloatVector q = FloatVector.broadcast(EIGHT, c[from + next]);
      q0 = q.fma(x0, q0);
      q1 = q.fma(x1, q1);
      FloatVector r = FloatVector.broadcast(EIGHT, c[from + 2 * next]);
      r0 = r.fma(x0, r0);
      r1 = r.fma(x1, r1);
      FloatVector s = FloatVector.broadcast(EIGHT, c[from + 3 * next]);
      s0 = s.fma(x0, s0);
      s1 = s.fma(x1, s1);
    }
    p0.intoArray(z, to);
    p1.intoArray(z, to + 8);
    q0.intoArray(z, to + 16);
    q1.intoArray(z, to + 24);
    r0.intoArray(z, to + 32);
    r1.intoArray(z, to + 40);
    s0.intoArray(z, to + 48);
    s1.intoArray(z, to + 56);
  }

  private static void backLast(
      float[] v, int at, int rows, int dims, float[] y, float[] w, int to) {
    for (int i = 0; i < rows; i++) {
      float c = v[at + i * dims];
      for (int j = 0; j < WIDTH; j++) {
        w[to + j] += c * y[i * WIDTH + j];
      }
    }
  }
}
