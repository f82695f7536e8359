package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

/**
 * Plain Java. The lanes are written out: JDK 17 compiles a short inner loop to slow scalar code.
 */
final class PlainKernel extends BlockKernel {
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
    for (int j = 0; j < count; j++) {
      if (x[offset + j] != 0) {
        int from = (first + j) * c;
        add(out, starts, masks, from, from + c, scale * x[offset + j]);
      }
    }
  }

  private static void add(float[] out, int[] starts, char[] masks, int from, int to, float v) {
    float[] s = SIGNS;
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      out[o] += v * s[a];
      out[o + 1] += v * s[a + 1];
      out[o + 2] += v * s[a + 2];
      out[o + 3] += v * s[a + 3];
      out[o + 4] += v * s[a + 4];
      out[o + 5] += v * s[a + 5];
      out[o + 6] += v * s[a + 6];
      out[o + 7] += v * s[a + 7];
      out[o + 8] += v * s[b];
      out[o + 9] += v * s[b + 1];
      out[o + 10] += v * s[b + 2];
      out[o + 11] += v * s[b + 3];
      out[o + 12] += v * s[b + 4];
      out[o + 13] += v * s[b + 5];
      out[o + 14] += v * s[b + 6];
      out[o + 15] += v * s[b + 7];
    }
  }

  @Override
  float sum(float[] y, int[] starts, char[] masks, int from, int to) {
    float[] s = SIGNS;
    float low = 0;
    float high = 0;
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      for (int l = 0; l < 8; l++) {
        low += y[o + l] * s[a + l];
        high += y[o + 8 + l] * s[b + l];
      }
    }
    return low + high;
  }

  /** Gathers first and computes after, so that the compiler vectorises the arithmetic. */
  @Override
  void addTransparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace) {
    rotate(in, source, sign, workspace);
    for (int i = 0; i < in.length; i++) {
      out[i] += h * (in[i] + workspace[i]);
    }
  }

  @Override
  void transparent(
      float[] out, float h, float[] in, int[] source, float[] sign, float[] workspace) {
    rotate(in, source, sign, workspace);
    for (int i = 0; i < in.length; i++) {
      out[i] = 0f + h * (in[i] + workspace[i]);
    }
  }

  private static void rotate(float[] in, int[] source, float[] sign, float[] workspace) {
    for (int t = 0; t < source.length; t++) {
      System.arraycopy(in, source[t], workspace, t * BLOCK_SIZE, BLOCK_SIZE);
      if (sign[t] < 0) {
        negate(workspace, t * BLOCK_SIZE);
      }
    }
  }

  private static void negate(float[] v, int o) {
    v[o] = -v[o];
    v[o + 1] = -v[o + 1];
    v[o + 2] = -v[o + 2];
    v[o + 3] = -v[o + 3];
    v[o + 4] = -v[o + 4];
    v[o + 5] = -v[o + 5];
    v[o + 6] = -v[o + 6];
    v[o + 7] = -v[o + 7];
    v[o + 8] = -v[o + 8];
    v[o + 9] = -v[o + 9];
    v[o + 10] = -v[o + 10];
    v[o + 11] = -v[o + 11];
    v[o + 12] = -v[o + 12];
    v[o + 13] = -v[o + 13];
    v[o + 14] = -v[o + 14];
    v[o + 15] = -v[o + 15];
  }

  @Override
  void add(double[] out, int[] starts, char[] masks, int from, int to, double value) {
    float[] s = SIGNS;
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      for (int l = 0; l < 8; l++) {
        out[o + l] += value * s[a + l];
        out[o + 8 + l] += value * s[b + l];
      }
    }
  }

  @Override
  double sum(double[] y, int[] starts, char[] masks, int from, int to) {
    float[] s = SIGNS;
    double low = 0;
    double high = 0;
    for (int k = from; k < to; k++) {
      int o = starts[k];
      int a = (masks[k] & 0xff) << 3;
      int b = masks[k] >> 8 << 3;
      for (int l = 0; l < 8; l++) {
        low += y[o + l] * s[a + l];
        high += y[o + 8 + l] * s[b + l];
      }
    }
    return low + high;
  }

  @Override
  void addTransparent(double[] out, double h, double[] in, int[] source, float[] sign) {
    for (int t = 0, o = 0; t < source.length; t++, o += BLOCK_SIZE) {
      double signed = h * sign[t];
      int from = source[t];
      for (int l = 0; l < BLOCK_SIZE; l++) {
        out[o + l] += h * in[o + l] + signed * in[from + l];
      }
    }
  }
}
