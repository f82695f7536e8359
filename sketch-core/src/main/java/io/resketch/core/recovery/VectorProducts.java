package io.resketch.core.recovery;

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
    for (int i = 0; i < rows; i += 4) {
      forward4(v, from + i * dims, dims, w, z, i * WIDTH);
    }
  }

  private static void forward4(float[] v, int at, int dims, float[] w, float[] z, int to) {
    FloatVector p0 = FloatVector.zero(EIGHT);
    FloatVector p1 = p0;
    FloatVector q0 = p0;
    FloatVector q1 = p0;
    FloatVector r0 = p0;
    FloatVector r1 = p0;
    FloatVector s0 = p0;
    FloatVector s1 = p0;
    for (int a = 0; a < dims; a++) {
      FloatVector x = FloatVector.fromArray(EIGHT, w, a * WIDTH);
      FloatVector y = FloatVector.fromArray(EIGHT, w, a * WIDTH + 8);
      FloatVector p = FloatVector.broadcast(EIGHT, v[at + a]);
      p0 = p.fma(x, p0);
      p1 = p.fma(y, p1);
      FloatVector q = FloatVector.broadcast(EIGHT, v[at + dims + a]);
      q0 = q.fma(x, q0);
      q1 = q.fma(y, q1);
      FloatVector r = FloatVector.broadcast(EIGHT, v[at + 2 * dims + a]);
      r0 = r.fma(x, r0);
      r1 = r.fma(y, r1);
      FloatVector s = FloatVector.broadcast(EIGHT, v[at + 3 * dims + a]);
      s0 = s.fma(x, s0);
      s1 = s.fma(y, s1);
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

  @Override
  void back(float[] v, int from, int rows, int dims, float[] y, float[] w) {
    int a = 0;
    for (; a + 4 <= dims; a += 4) {
      back4(v, from + a, rows, dims, y, w, a * WIDTH);
    }
    for (; a < dims; a++) {
      backLast(v, from + a, rows, dims, y, w, a * WIDTH);
    }
  }

  private static void back4(float[] v, int at, int rows, int dims, float[] y, float[] w, int to) {
    FloatVector p0 = FloatVector.fromArray(EIGHT, w, to);
    FloatVector p1 = FloatVector.fromArray(EIGHT, w, to + 8);
    FloatVector q0 = FloatVector.fromArray(EIGHT, w, to + 16);
    FloatVector q1 = FloatVector.fromArray(EIGHT, w, to + 24);
    FloatVector r0 = FloatVector.fromArray(EIGHT, w, to + 32);
    FloatVector r1 = FloatVector.fromArray(EIGHT, w, to + 40);
    FloatVector s0 = FloatVector.fromArray(EIGHT, w, to + 48);
    FloatVector s1 = FloatVector.fromArray(EIGHT, w, to + 56);
    for (int i = 0; i < rows; i++) {
      FloatVector x = FloatVector.fromArray(EIGHT, y, i * WIDTH);
      FloatVector z = FloatVector.fromArray(EIGHT, y, i * WIDTH + 8);
      FloatVector p = FloatVector.broadcast(EIGHT, v[at + i * dims]);
      p0 = p.fma(x, p0);
      p1 = p.fma(z, p1);
      FloatVector q = FloatVector.broadcast(EIGHT, v[at + i * dims + 1]);
      q0 = q.fma(x, q0);
      q1 = q.fma(z, q1);
      FloatVector r = FloatVector.broadcast(EIGHT, v[at + i * dims + 2]);
      r0 = r.fma(x, r0);
      r1 = r.fma(z, r1);
      FloatVector s = FloatVector.broadcast(EIGHT, v[at + i * dims + 3]);
      s0 = s.fma(x, s0);
      s1 = s.fma(z, s1);
    }
    p0.intoArray(w, to);
    p1.intoArray(w, to + 8);
    q0.intoArray(w, to + 16);
    q1.intoArray(w, to + 24);
    r0.intoArray(w, to + 32);
    r1.intoArray(w, to + 40);
    s0.intoArray(w, to + 48);
    s1.intoArray(w, to + 56);
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
