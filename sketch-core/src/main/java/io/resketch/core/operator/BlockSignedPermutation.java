package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import io.resketch.core.spec.RandomStream;

/**
 * BLOCK_SPARSE tuple operator: permutes blocks of 16 and flips the signs of whole blocks, (R̂ x)[t]
 * = sign[t] · x[source[t]] for block t. Exactly orthonormal. Immutable.
 */
final class BlockSignedPermutation implements TupleOperator {
  /** Where each block comes from, in floats. */
  private final int[] source;

  /** The sign of each block. */
  private final float[] sign;

  private final int[] inverseSource;
  private final float[] inverseSign;

  private BlockSignedPermutation(int[] blocks, float[] sign) {
    int count = blocks.length;
    this.source = new int[count];
    this.sign = sign;
    this.inverseSource = new int[count];
    this.inverseSign = new float[count];
    for (int t = 0; t < count; t++) {
      source[t] = blocks[t] * BLOCK_SIZE;
      inverseSource[blocks[t]] = t * BLOCK_SIZE;
      inverseSign[blocks[t]] = sign[t];
    }
  }

  /** Fisher–Yates from the end; draw t moves block t and the lowest bit of it is block t's sign. */
  static BlockSignedPermutation draw(RandomStream stream, int blocks) {
    int[] source = new int[blocks];
    float[] sign = new float[blocks];
    for (int t = 0; t < blocks; t++) {
      source[t] = t;
    }
    for (int t = blocks - 1; t >= 0; t--) {
      long bits = stream.bits(t);
      int other = RandomStream.below(bits, t + 1);
      int swap = source[t];
      source[t] = source[other];
      source[other] = swap;
      sign[t] = (bits & 1) == 0 ? 1f : -1f;
    }
    return new BlockSignedPermutation(source, sign);
  }

  /** The block that comes to block {@code t}. */
  int source(int t) {
    return source[t] / BLOCK_SIZE;
  }

  /** The sign of block {@code t}. */
  float sign(int t) {
    return sign[t];
  }

  @Override
  public void addTransparent(float[] out, float h, float[] in, float[] workspace) {
    BlockKernel.BEST.addTransparent(out, h, in, source, sign, workspace);
  }

  @Override
  public void transparent(float[] out, float h, float[] in, float[] workspace) {
    BlockKernel.BEST.transparent(out, h, in, source, sign, workspace);
  }

  @Override
  public void transposed(float[] out, float h, float[] in, float[] workspace) {
    BlockKernel.BEST.transparent(out, h, in, inverseSource, inverseSign, workspace);
  }

  @Override
  public void addTransposed(float[] out, float h, float[] in, float[] workspace) {
    BlockKernel.BEST.addTransparent(out, h, in, inverseSource, inverseSign, workspace);
  }

  @Override
  public void addTransparent(double[] out, double h, double[] in, double[] workspace) {
    BlockKernel.BEST.addTransparent(out, h, in, source, sign);
  }

  @Override
  public void addTransposed(double[] out, double h, double[] in, double[] workspace) {
    BlockKernel.BEST.addTransparent(out, h, in, inverseSource, inverseSign);
  }
}
