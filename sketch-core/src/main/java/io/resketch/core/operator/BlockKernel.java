package io.resketch.core.operator;

/**
 * The innermost loops: signed adds of blocks of 16 floats, and their dot products. Adds give the
 * same bits in every implementation; dot products may differ in rounding. Stateless, thread-safe.
 */
abstract class BlockKernel {
  /** ±1 for the eight lanes of a sign byte: SIGNS[8 · byte + lane]. */
  static final float[] SIGNS = signs();

  /** The Vector API where the JVM was started with it, else plain Java. */
  static final BlockKernel BEST = best();

  private static float[] signs() {
    float[] table = new float[256 * 8];
    for (int i = 0; i < table.length; i++) {
      table[i] = ((i >> 3) >> (i & 7) & 1) == 0 ? 1f : -1f;
    }
    return table;
  }

  private static BlockKernel best() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      try {
        return Class.forName("io.resketch.core.operator.VectorKernel")
            .asSubclass(BlockKernel.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException | LinkageError e) {
        // The module of this JVM is not the one the class was compiled for: plain Java does as
        // well.
        return new PlainKernel();
      }
    }
    return new PlainKernel();
  }

  /**
   * Adds ±scale · x[offset + j] to the blocks of column {@code first} + j, for j from 0 to {@code
   * count}; zeros are skipped.
   *
   * @param out modified
   * @param starts where the blocks start in {@code out}, {@code c} per column
   * @param masks bit l is set where lane l is negative
   */
  abstract void add(
      float[] out,
      int[] starts,
      char[] masks,
      int c,
      int first,
      int count,
      float scale,
      float[] x,
      int offset);

  /**
   * Sums ±y over the blocks of a column.
   *
   * @param y not modified
   */
  abstract float sum(float[] y, int[] starts, char[] masks, int from, int to);

  /**
   * Adds ±value to the blocks of a column, in double precision.
   *
   * @param out modified
   */
  abstract void add(double[] out, int[] starts, char[] masks, int from, int to, double value);

  /** {@link #sum(float[], int[], char[], int, int)} in double precision. */
  abstract double sum(double[] y, int[] starts, char[] masks, int from, int to);

  /**
   * out += h · (in + R̂ in) in double precision.
   *
   * @param out modified, not the same array as {@code in}
   */
  abstract void addTransparent(double[] out, double h, double[] in, int[] source, float[] sign);

  /**
   * out += h · (in + R̂ in), (R̂ in)[t] = sign[t] · in[source[t]] for block t.
   *
   * @param out modified, not the same array as {@code in}
   * @param in not modified
   * @param source where each block comes from, in floats
   * @param sign one per block
   * @param workspace overwritten, as long as {@code in}
   */
  abstract void addTransparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace);

  /** out = 0 + h · (in + R̂ in), otherwise as {@link #addTransparent}. */
  abstract void transparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace);
}
