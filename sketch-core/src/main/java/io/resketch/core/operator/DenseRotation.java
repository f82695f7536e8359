package io.resketch.core.operator;

/** DENSE tuple operator: a Haar-distributed orthonormal matrix. Immutable. */
final class DenseRotation implements TupleOperator {
  private final DenseMatrix matrix;

  DenseRotation(DenseMatrix matrix) {
    this.matrix = matrix;
  }

  @Override
  public void addTransparent(float[] out, float h, float[] in, float[] workspace) {
    matrix.apply(in, 0, workspace);
    add(out, h, in, workspace);
  }

  @Override
  public void addTransposed(float[] out, float h, float[] in, float[] workspace) {
    matrix.applyTransposed(in, workspace, 0);
    add(out, h, in, workspace);
  }

  private static void add(float[] out, float h, float[] in, float[] rotated) {
    for (int i = 0; i < in.length; i++) {
      out[i] += h * (in[i] + rotated[i]);
    }
  }

  @Override
  public void addTransparent(double[] out, double h, double[] in, double[] workspace) {
    matrix.apply(in, 0, workspace);
    add(out, h, in, workspace);
  }

  @Override
  public void addTransposed(double[] out, double h, double[] in, double[] workspace) {
    matrix.applyTransposed(in, workspace, 0);
    add(out, h, in, workspace);
  }

  private static void add(double[] out, double h, double[] in, double[] rotated) {
    for (int i = 0; i < in.length; i++) {
      out[i] += h * (in[i] + rotated[i]);
    }
  }
}
