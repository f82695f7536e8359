package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight lanes at a time with the Vector API. Loaded by name, where the JVM was started with {@code
 * --add-modules jdk.incubator.vector}; compiled apart from the rest, as javac warns of the module.
 */
final class VectorKernel extends BlockKernel {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;

  @Override
  void add(float[] out, int[] starts, char[] masks, int from, int to, float v) {
    FloatVector value = FloatVector.broadcast(EIGHT, v);
    for (int k = from; k < to; k++) {
      int o = starts[k];
      FloatVector low = FloatVector.fromArray(EIGHT, SIGNS, (masks[k] & 0xff) << 3);
      FloatVector high = FloatVector.fromArray(EIGHT, SIGNS, masks[k] >> 8 << 3);
      FloatVector.fromArray(EIGHT, out, o).add(value.mul(low)).intoArray(out, o);
      FloatVector.fromArray(EIGHT, out, o + 8).add(value.mul(high)).intoArray(out, o + 8);
    }
  }

  @Override
  float sum(float[] y, int[] starts, char[] masks, int from, int to) {
    FloatVector low = FloatVector.zero(EIGHT);
    FloatVector high = FloatVector.zero(EIGHT);
    for (int k = from; k < to; k++) {
      int o = starts[k];
      FloatVector a = FloatVector.fromArray(EIGHT, SIGNS, (masks[k] & 0xff) << 3);
      FloatVector b = FloatVector.fromArray(EIGHT, SIGNS, masks[k] >> 8 << 3);
      low = low.add(FloatVector.fromArray(EIGHT, y, o).mul(a));
      high = high.add(FloatVector.fromArray(EIGHT, y, o + 8).mul(b));
    }
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  @Override
  void addTransparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace) {
    FloatVector weight = FloatVector.broadcast(EIGHT, h);
    for (int t = 0, o = 0; t < source.length; t++, o += BLOCK_SIZE) {
      FloatVector flip = FloatVector.broadcast(EIGHT, sign[t]);
      for (int l = 0; l < BLOCK_SIZE; l += EIGHT.length()) {
        FloatVector rotated = FloatVector.fromArray(EIGHT, in, source[t] + l).mul(flip);
        FloatVector sum = FloatVector.fromArray(EIGHT, in, o + l).add(rotated);
        FloatVector.fromArray(EIGHT, out, o + l).add(weight.mul(sum)).intoArray(out, o + l);
      }
    }
  }
}
