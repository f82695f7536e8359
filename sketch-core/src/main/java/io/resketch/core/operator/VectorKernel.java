package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Eight lanes at a time with the Vector API. Loaded by name, where the JVM was started with {@code
 * --add-modules jdk.incubator.vector}; compiled apart from the rest, as javac warns of the module.
 */
final class VectorKernel extends BlockKernel {
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
  private static final VectorSpecies<Double> FOUR = DoubleVector.SPECIES_256;
  private static final VectorSpecies<Integer> EIGHT_INTS = IntVector.SPECIES_256;

  /** How far a lane's bit of a mask is from the place of the sign, lanes 0 to 7 and 8 to 15. */
  private static final IntVector LOW =
      IntVector.broadcast(EIGHT_INTS, 31).sub(IntVector.zero(EIGHT_INTS).addIndex(1));

  private static final IntVector HIGH = LOW.sub(8);

  /** {@link BlockKernel#SIGNS} as doubles. */
  private static final double[] DOUBLE_SIGNS = doubleSigns();

  private static double[] doubleSigns() {
    double[] out = new double[SIGNS.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = SIGNS[i];
    }
    return out;
  }

  @Override
  void add(
      float[] out,
      int[] starts,
      char[] masks,
      int c,
      int first,
      int count,
      float scale,
      float[] x,
      int offset) {
    for (int j = 0, from = first * c; j < count; j++, from += c) {
      if (x[offset + j] == 0) {
        continue;
      }
      IntVector value = FloatVector.broadcast(EIGHT, scale * x[offset + j]).reinterpretAsInts();
      for (int k = from; k < from + c; k++) {
        int o = starts[k];
        IntVector mask = IntVector.broadcast(EIGHT_INTS, masks[k]);
        FloatVector low = FloatVector.fromArray(EIGHT, out, o).add(signed(value, mask, LOW));
        FloatVector high = FloatVector.fromArray(EIGHT, out, o + 8).add(signed(value, mask, HIGH));
        low.intoArray(out, o);
        high.intoArray(out, o + 8);
      }
    }
  }

  /** Negates the lanes whose bit is set. Faster than a table of signs. */
  private static FloatVector signed(IntVector value, IntVector mask, IntVector shift) {
    IntVector sign = mask.lanewise(VectorOperators.LSHL, shift).and(Integer.MIN_VALUE);
    return value.lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
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
    for (int t = 0, o = 0; t < source.length; t++, o += BLOCK_SIZE) {
      FloatVector low = part(h, in, o, source[t], sign[t]);
      FloatVector high = part(h, in, o + 8, source[t] + 8, sign[t]);
      FloatVector lowSum = FloatVector.fromArray(EIGHT, out, o).add(low);
      FloatVector highSum = FloatVector.fromArray(EIGHT, out, o + 8).add(high);
      lowSum.intoArray(out, o);
      highSum.intoArray(out, o + 8);
    }
  }

  @Override
  void transparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace) {
    for (int t = 0, o = 0; t < source.length; t++, o += BLOCK_SIZE) {
      FloatVector low = part(h, in, o, source[t], sign[t]).add(0f);
      FloatVector high = part(h, in, o + 8, source[t] + 8, sign[t]).add(0f);
      low.intoArray(out, o);
      high.intoArray(out, o + 8);
    }
  }

  /** h · (in[o …] + sign · in[source …]). */
  private static FloatVector part(float h, float[] in, int o, int source, float sign) {
    FloatVector rotated = FloatVector.fromArray(EIGHT, in, source).mul(sign);
    return FloatVector.fromArray(EIGHT, in, o).add(rotated).mul(h);
  }

  @Override
  void add(double[] out, int[] starts, char[] masks, int from, int to, double value) {
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      addFour(out, o, a, value);
      addFour(out, o + 4, a + 4, value);
      addFour(out, o + 8, b, value);
      addFour(out, o + 12, b + 4, value);
    }
  }

  private static void addFour(double[] out, int o, int signs, double value) {
    DoubleVector signed = DoubleVector.fromArray(FOUR, DOUBLE_SIGNS, signs).mul(value);
    DoubleVector.fromArray(FOUR, out, o).add(signed).intoArray(out, o);
  }

  @Override
  double sum(double[] y, int[] starts, char[] masks, int from, int to) {
    DoubleVector low = DoubleVector.zero(FOUR);
    DoubleVector high = DoubleVector.zero(FOUR);
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      low = low.add(four(y, o, a)).add(four(y, o + 4, a + 4));
      high = high.add(four(y, o + 8, b)).add(four(y, o + 12, b + 4));
    }
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  private static DoubleVector four(double[] y, int o, int signs) {
    return DoubleVector.fromArray(FOUR, y, o)
        .mul(DoubleVector.fromArray(FOUR, DOUBLE_SIGNS, signs));
  }

  @Override
  void addTransparent(double[] out, double h, double[] in, int[] source, float[] sign) {
    for (int t = 0, o = 0; t < source.length; t++, o += BLOCK_SIZE) {
      double signed = h * sign[t];
      for (int l = 0; l < BLOCK_SIZE; l += 4) {
        DoubleVector own = DoubleVector.fromArray(FOUR, in, o + l).mul(h);
        DoubleVector rotated = DoubleVector.fromArray(FOUR, in, source[t] + l).mul(signed);
        DoubleVector.fromArray(FOUR, out, o + l).add(own).add(rotated).intoArray(out, o + l);
      }
    }
  }
}
