package io.resketch.core.operator;

/**
 * τ I + (1 − τ) R̂ in place of ½ (I + R̂), as 2(1 − τ) · ½ (I + R̂) + (2τ − 1) I: first the terms
 * of the even operator, then those of the identity. Thread-safe.
 */
final class WeightedTransparency implements TupleOperator {
  private final TupleOperator even;

  /** 2(1 − τ), exact. */
  private final float share;

  /** 2(2τ − 1), exact: h stands for half a weight. */
  private final float identity;

  WeightedTransparency(TupleOperator even, double transparency) {
    this.even = even;
    this.share = (float) (2 * (1 - transparency));
    this.identity = (float) (2 * (2 * transparency - 1));
  }

  @Override
  public void addTransparent(float[] out, float h, float[] in, float[] workspace) {
    even.addTransparent(out, share * h, in, workspace);
    addIdentity(out, identity * h, in);
  }

  @Override
  public void addTransposed(float[] out, float h, float[] in, float[] workspace) {
    even.addTransposed(out, share * h, in, workspace);
    addIdentity(out, identity * h, in);
  }

  @Override
  public void addTransparent(double[] out, double h, double[] in, double[] workspace) {
    even.addTransparent(out, share * h, in, workspace);
    addIdentity(out, identity * h, in);
  }

  @Override
  public void addTransposed(double[] out, double h, double[] in, double[] workspace) {
    even.addTransposed(out, share * h, in, workspace);
    addIdentity(out, identity * h, in);
  }

  @Override
  public TupleOperator rotation() {
    return even;
  }

  private static void addIdentity(float[] out, float scale, float[] in) {
    for (int i = 0; i < out.length; i++) {
      out[i] += scale * in[i];
    }
  }

  private static void addIdentity(double[] out, double scale, double[] in) {
    for (int i = 0; i < out.length; i++) {
      out[i] += scale * in[i];
    }
  }
}
