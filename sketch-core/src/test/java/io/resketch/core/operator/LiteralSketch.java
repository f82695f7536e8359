package io.resketch.core.operator;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;

/**
 * The sketch as the formulas are written, by plain recursion and without any of the sharing, slots
 * and tables of the product: columns as dense arrays, permutations drawn anew each time.
 */
final class LiteralSketch {
  private final SketchSpec spec;
  private final Computation computation;
  private final Skeleton skeleton;

  LiteralSketch(SketchSpec spec, Computation computation) {
    this.spec = spec;
    this.computation = computation;
    this.skeleton = computation.skeleton();
  }

  float[] values() {
    float[] sum = new float[spec.dimension()];
    for (int k = 0; k < skeleton.rootCount(); k++) {
      int position = skeleton.rootPosition(k);
      add(sum, skeleton.rootWeight(k), object(skeleton.root(k)), Role.POSITION, position);
    }
    return sum;
  }

  private float[] object(int i) {
    float[] own = new float[spec.dimension()];
    float[] x = computation.attributes(i).toArray();
    for (int j = 0; j < x.length; j++) {
      addColumn(own, Role.ATTRIBUTE, skeleton.module(i), j, x[j]);
    }
    addColumn(own, Role.SIGNATURE, skeleton.module(i), 0, 1f);
    if (skeleton.inputCount(i) == 0) {
      return own;
    }
    float[] tuple = new float[spec.dimension()];
    for (int k = 0; k < skeleton.inputCount(i); k++) {
      int position = skeleton.position(i, k);
      add(tuple, skeleton.weight(i, k), object(skeleton.input(i, k)), Role.POSITION, position);
    }
    float[] sum = new float[spec.dimension()];
    float share = skeleton.ownWeight(i);
    add(sum, share, own, Role.OWN_POSITION, 0);
    add(sum, 1 - share, tuple, Role.OWN_POSITION, 1);
    return sum;
  }

  private void addColumn(float[] out, Role role, String module, int j, float x) {
    RandomStream stream = RandomStream.of(spec.seed(), role, RandomStream.moduleHash(module), j);
    int c = ((Family.BlockSparse) spec.family()).blocksPerColumn();
    float magnitude = 0.5f * (float) (1 / Math.sqrt(16.0 * c));
    int stratum = spec.dimension() / 16 / c;
    for (int k = 0; k < c; k++) {
      long bits = stream.bits(k);
      int block = k * stratum + (int) (((bits >>> 32) * stratum) >>> 32);
      for (int l = 0; l < 16; l++) {
        float value = magnitude * x;
        out[block * 16 + l] += ((bits >> l) & 1) == 0 ? value : -value;
      }
    }
  }

  /** out += (2 − 2τ) · ½ w · (v + R̂ v), then, unless τ is ½, out += (4τ − 2) · ½ w · v. */
  private void add(float[] out, float w, float[] v, Role role, int position) {
    float tau = (float) spec.transparency();
    float half = 0.5f * w;
    float h = (2 - 2 * tau) * half;
    RandomStream stream = RandomStream.of(spec.seed(), role, 0, position);
    int blocks = spec.dimension() / 16;
    int[] source = new int[blocks];
    boolean[] negative = new boolean[blocks];
    for (int t = 0; t < blocks; t++) {
      source[t] = t;
    }
    for (int t = blocks - 1; t >= 0; t--) {
      long bits = stream.bits(t);
      int other = (int) (((bits >>> 32) * (t + 1)) >>> 32);
      int moved = source[t];
      source[t] = source[other];
      source[other] = moved;
      negative[t] = (bits & 1) == 1;
    }
    for (int i = 0; i < out.length; i++) {
      float rotated = v[source[i / 16] * 16 + i % 16];
      out[i] += h * (v[i] + (negative[i / 16] ? -rotated : rotated));
    }
    if (tau != 0.5f) {
      float identity = (4 * tau - 2) * half;
      for (int i = 0; i < out.length; i++) {
        out[i] += identity * v[i];
      }
    }
  }
}
