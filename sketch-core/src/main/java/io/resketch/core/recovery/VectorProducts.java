package io.resketch.core.recovery;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight lanes at a time with the Vector API, two rows in registers. Loaded by name, where the JVM
 * was started with {@code --add-modules jdk.incubator.vector}; compiled apart from the rest, as
 * javac warns of the module.
 */
final class VectorProducts extends Products {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  private static final int WIDTH = SparseSearch.WIDTH;

  @Override
  void forward(float[] v, int from, int rows, int dims, float[] w, float[] z) {
    for (int i = 0; i < rows; i += 2) {
      forward2(v, from + i * dims, dims, w, z, i * WIDTH);
    }
  }

  private static void forward2(float[] v, int at, int dims, float[] w, float[] z, int to) {
    FloatVector p0 = FloatVector.zero(EIGHT);
    FloatVector p1 = p0;
    FloatVector p2 = p0;
    FloatVector p3 = p0;
    FloatVector q0 = p0;
    FloatVector q1 = p0;
    FloatVector q2 = p0;
    FloatVector q3 = p0;
    for (int a = 0; a < dims; a++) {
      int o = a * WIDTH;
      FloatVector p = FloatVector.broadcast(EIGHT, v[at + a]);
      FloatVector q = FloatVector.broadcast(EIGHT, v[at + dims + a]);
      FloatVector x = FloatVector.fromArray(EIGHT, w, o);
      p0 = p.fma(x, p0);
      q0 = q.fma(x, q0);
      x = FloatVector.fromArray(EIGHT, w, o + 8);
      p1 = p.fma(x, p1);
      q1 = q.fma(x, q1);
      x = FloatVector.fromArray(EIGHT, w, o + 16);
      p2 = p.fma(x, p2);
      q2 = q.fma(x, q2);
      x = FloatVector.fromArray(EIGHT, w, o + 24);
      p3 = p.fma(x, p3);
      q3 = q.fma(x, q3);
    }
    p0.intoArray(z, to);
    p1.intoArray(z, to + 8);
    p2.intoArray(z, to + 16);
    p3.intoArray(z, to + 24);
    q0.intoArray(z, to + 32);
    q1.intoArray(z, to + 40);
    q2.intoArray(z, to + 48);
    q3.intoArray(z, to + 56);
  }

  @Override
  void back(float[] v, int from, int rows, int dims, float[] y, float[] w) {
    int a = 0;
    for (; a + 2 <= dims; a += 2) {
      back2(v, from + a, 1, rows, dims, y, w, a * WIDTH);
    }
    if (a < dims) {
      backLast(v, from + a, rows, dims, y, w, a * WIDTH);
    }
  }

  private static void back2(
      float[] v, int at, int next, int rows, int dims, float[] y, float[] w, int to) {
    FloatVector p0 = FloatVector.fromArray(EIGHT, w, to);
    FloatVector p1 = FloatVector.fromArray(EIGHT, w, to + 8);
    FloatVector p2 = FloatVector.fromArray(EIGHT, w, to + 16);
    FloatVector p3 = FloatVector.fromArray(EIGHT, w, to + 24);
    FloatVector q0 = FloatVector.fromArray(EIGHT, w, to + 32);
    FloatVector q1 = FloatVector.fromArray(EIGHT, w, to + 40);
    FloatVector q2 = FloatVector.fromArray(EIGHT, w, to + 48);
    FloatVector q3 = FloatVector.fromArray(EIGHT, w, to + 56);
    for (int i = 0; i < rows; i++) {
      int o = i * WIDTH;
      FloatVector p = FloatVector.broadcast(EIGHT, v[at + i * dims]);
      FloatVector q = FloatVector.broadcast(EIGHT, v[at + i * dims + next]);
      FloatVector x = FloatVector.fromArray(EIGHT, y, o);
      p0 = p.fma(x, p0);
      q0 = q.fma(x, q0);
      x = FloatVector.fromArray(EIGHT, y, o + 8);
      p1 = p.fma(x, p1);
      q1 = q.fma(x, q1);
      x = FloatVector.fromArray(EIGHT, y, o + 16);
      p2 = p.fma(x, p2);
      q2 = q.fma(x, q2);
      x = FloatVector.fromArray(EIGHT, y, o + 24);
      p3 = p.fma(x, p3);
      q3 = q.fma(x, q3);
    }
    p0.intoArray(w, to);
    p1.intoArray(w, to + 8);
    p2.intoArray(w, to + 16);
    p3.intoArray(w, to + 24);
    q0.intoArray(w, to + 32);
    q1.intoArray(w, to + 40);
    q2.intoArray(w, to + 48);
    q3.intoArray(w, to + 56);
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
