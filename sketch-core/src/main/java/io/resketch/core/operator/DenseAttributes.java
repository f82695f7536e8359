package io.resketch.core.operator;

import io.resketch.core.graph.Attributes;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;

/** DENSE columns: m orthonormal columns, and one more for the signature. */
final class DenseAttributes implements AttributeOperator {
  private final int dimension;
  private final DenseMatrix attributes;
  private final DenseMatrix signature;

  DenseAttributes(SketchSpec spec, String module, int dimension) {
    HadamardAttributes.requireAtMost(spec, module, dimension);
    long hash = RandomStream.moduleHash(module);
    int d = spec.dimension();
    this.dimension = dimension;
    this.attributes =
        DenseMatrix.draw(RandomStream.of(spec.seed(), Role.ATTRIBUTE, hash, 0), d, dimension);
    this.signature = DenseMatrix.draw(RandomStream.of(spec.seed(), Role.SIGNATURE, hash, 0), d, 1);
  }

  @Override
  public void add(float[] out, Attributes x, float[] workspace) {
    add(out, x.toArray(), 0, workspace);
  }

  @Override
  public void add(float[] out, float[] x, int offset, float[] workspace) {
    attributes.apply(x, offset, workspace);
    addHalf(out, workspace);
  }

  @Override
  public void addSignature(float[] out, float scale, float[] workspace) {
    signature.apply(new float[] {scale}, 0, workspace);
    addHalf(out, workspace);
  }

  private static void addHalf(float[] out, float[] v) {
    for (int i = 0; i < out.length; i++) {
      out[i] += 0.5f * v[i];
    }
  }

  @Override
  public void adjoint(float[] y, float[] out, int offset, float[] workspace) {
    attributes.applyTransposed(y, out, offset);
    for (int j = 0; j < dimension; j++) {
      out[offset + j] *= 0.5f;
    }
  }

  @Override
  public void add(double[] out, double[] x, int offset, double[] workspace) {
    attributes.apply(x, offset, workspace);
    addHalf(out, workspace);
  }

  @Override
  public void addSignature(double[] out, double scale, double[] workspace) {
    signature.apply(new double[] {scale}, 0, workspace);
    addHalf(out, workspace);
  }

  private static void addHalf(double[] out, double[] v) {
    for (int i = 0; i < out.length; i++) {
      out[i] += 0.5 * v[i];
    }
  }

  @Override
  public void adjoint(double[] y, double[] out, int offset, double[] workspace) {
    attributes.applyTransposed(y, out, offset);
    for (int j = 0; j < dimension; j++) {
      out[offset + j] *= 0.5;
    }
  }

  @Override
  public float dotSignature(float[] y, float[] workspace) {
    signature.applyTransposed(y, workspace, 0);
    return 0.5f * workspace[0];
  }

  @Override
  public double signatureDeviation(float[] y) {
    return deviation(y);
  }

  /** Of a direction drawn evenly, and halved: ½ ‖y‖ / √d. */
  static double deviation(float[] y) {
    double sum = 0;
    for (float v : y) {
      sum += (double) v * v;
    }
    return 0.5 * Math.sqrt(sum / y.length);
  }
}
