package io.resketch.core.operator;

/** HADAMARD tuple operator, R̂ = (1/d) H D₁ H D₀. Immutable. */
final class HadamardRotation implements TupleOperator {
  private final WalshHadamard matrix;

  HadamardRotation(WalshHadamard matrix) {
    this.matrix = matrix;
  }

  @Override
  public void addTransparent(float[] out, float h, float[] in, float[] workspace) {
    System.arraycopy(in, 0, workspace, 0, in.length);
    matrix.apply(workspace);
    add(out, h, in, workspace);
  }

  @Override
  public void addTransposed(float[] out, float h, float[] in, float[] workspace) {
    System.arraycopy(in, 0, workspace, 0, in.length);
    matrix.applyTransposed(workspace);
    add(out, h, in, workspace);
  }

  private static void add(float[] out, float h, float[] in, float[] rotated) {
    float scale = 1f / in.length; // a power of two: exact
    for (int i = 0; i < in.length; i++) {
      out[i] += h * (in[i] + scale * rotated[i]);
    }
  }

  @Override
  public void addTransparent(double[] out, double h, double[] in, double[] workspace) {
    System.arraycopy(in, 0, workspace, 0, in.length);
    matrix.apply(workspace);
    add(out, h, in, workspace);
  }

  @Override
  public void addTransposed(double[] out, double h, double[] in, double[] workspace) {
    System.arraycopy(in, 0, workspace, 0, in.length);
    matrix.applyTransposed(workspace);
    add(out, h, in, workspace);
  }

  private static void add(double[] out, double h, double[] in, double[] rotated) {
    double scale = 1.0 / in.length;
    for (int i = 0; i < in.length; i++) {
      out[i] += h * (in[i] + scale * rotated[i]);
    }
  }
}
