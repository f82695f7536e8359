package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import io.resketch.core.spec.RandomStream;
import java.util.Arrays;

/**
 * R̂: permutes blocks of 16 and flips the signs of whole blocks, (R̂ x)[t] = sign[t] · x[source[t]]
 * for block t. Exactly orthonormal. Immutable.
 */
final class BlockSignedPermutation {
  private final int[] source;

  /** The sign of block t, repeated for its 16 values. */
  private final float[] sign;

  private BlockSignedPermutation(int[] source, float[] sign) {
    this.source = source;
    this.sign = sign;
  }

  /** Fisher–Yates from the end; draw t moves block t and the lowest bit of it is block t's sign. */
  static BlockSignedPermutation draw(RandomStream stream, int blocks) {
    int[] source = new int[blocks];
    float[] sign = new float[blocks * BLOCK_SIZE];
    for (int t = 0; t < blocks; t++) {
      source[t] = t;
    }
    for (int t = blocks - 1; t >= 0; t--) {
      long bits = stream.bits(t);
      int other = RandomStream.below(bits, t + 1);
      int swap = source[t];
      source[t] = source[other];
      source[other] = swap;
      fillBlock(sign, t, (bits & 1) == 0 ? 1f : -1f);
    }
    for (int t = 0; t < blocks; t++) {
      source[t] *= BLOCK_SIZE;
    }
    return new BlockSignedPermutation(source, sign);
  }

  /** R̂ᵀ, the inverse. */
  BlockSignedPermutation transpose() {
    int[] inverse = new int[source.length];
    float[] inverseSign = new float[sign.length];
    for (int t = 0; t < source.length; t++) {
      int from = source[t] / BLOCK_SIZE;
      inverse[from] = t * BLOCK_SIZE;
      fillBlock(inverseSign, from, sign[t * BLOCK_SIZE]);
    }
    return new BlockSignedPermutation(inverse, inverseSign);
  }

  private static void fillBlock(float[] sign, int block, float value) {
    Arrays.fill(sign, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE, value);
  }

  /**
   * out += h · (I + R̂) in. Cost: 4 · d flops.
   *
   * @param out modified, d values, not the same array as {@code in}
   * @param in not modified, d values
   * @param scratch overwritten, d values, a third array
   */
  void addTransparent(float[] out, float h, float[] in, float[] scratch) {
    BlockKernel.BEST.addTransparent(out, h, in, source, sign, scratch);
  }
}
