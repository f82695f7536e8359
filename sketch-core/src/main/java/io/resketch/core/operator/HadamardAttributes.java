package io.resketch.core.operator;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;

/** HADAMARD columns: the first m columns of an orthonormal d×d matrix. Applied in O(d log d). */
final class HadamardAttributes implements AttributeOperator {
  private final int dimension;
  private final float scale;
  private final WalshHadamard attributes;
  private final WalshHadamard signature;

  HadamardAttributes(SketchSpec spec, String module, int dimension) {
    requireAtMost(spec, module, dimension);
    long hash = RandomStream.moduleHash(module);
    this.dimension = dimension;
    this.scale = 0.5f / spec.dimension();
    this.attributes = new WalshHadamard(spec.seed(), Role.ATTRIBUTE, hash, 0, spec.dimension());
    this.signature = new WalshHadamard(spec.seed(), Role.SIGNATURE, hash, 0, spec.dimension());
  }

  /** An orthonormal d×d matrix has d columns. */
  static void requireAtMost(SketchSpec spec, String module, int dimension) {
    if (dimension > spec.dimension()) {
      throw new InvalidInputException(
          "modules[" + module + "].dimension",
          dimension
              + " attributes, but "
              + spec.family().label()
              + " has at most d="
              + spec.dimension()
              + "; use BLOCK_SPARSE or a larger dimension");
    }
  }

  @Override
  public void add(float[] out, Attributes x, float[] workspace) {
    Arrays.fill(workspace, 0f);
    for (int i = 0; i < x.entries(); i++) {
      workspace[x.index(i)] = x.value(i);
    }
    addTransformed(out, attributes, workspace);
  }

  @Override
  public void add(float[] out, float[] x, int offset, float[] workspace) {
    Arrays.fill(workspace, 0f);
    System.arraycopy(x, offset, workspace, 0, dimension);
    addTransformed(out, attributes, workspace);
  }

  @Override
  public void addSignature(float[] out, float weight, float[] workspace) {
    Arrays.fill(workspace, 0f);
    workspace[0] = weight;
    addTransformed(out, signature, workspace);
  }

  private void addTransformed(float[] out, WalshHadamard matrix, float[] v) {
    matrix.apply(v);
    for (int i = 0; i < out.length; i++) {
      out[i] += scale * v[i];
    }
  }

  @Override
  public void adjoint(float[] y, float[] out, int offset, float[] workspace) {
    System.arraycopy(y, 0, workspace, 0, y.length);
    attributes.applyTransposed(workspace);
    for (int j = 0; j < dimension; j++) {
      out[offset + j] = scale * workspace[j];
    }
  }

  @Override
  public void add(double[] out, double[] x, int offset, double[] workspace) {
    Arrays.fill(workspace, 0);
    System.arraycopy(x, offset, workspace, 0, dimension);
    addTransformed(out, attributes, workspace);
  }

  @Override
  public void addSignature(double[] out, double weight, double[] workspace) {
    Arrays.fill(workspace, 0);
    workspace[0] = weight;
    addTransformed(out, signature, workspace);
  }

  private void addTransformed(double[] out, WalshHadamard matrix, double[] v) {
    matrix.apply(v);
    for (int i = 0; i < out.length; i++) {
      out[i] += scale * v[i];
    }
  }

  @Override
  public void adjoint(double[] y, double[] out, int offset, double[] workspace) {
    System.arraycopy(y, 0, workspace, 0, y.length);
    attributes.applyTransposed(workspace);
    for (int j = 0; j < dimension; j++) {
      out[offset + j] = scale * workspace[j];
    }
  }

  @Override
  public float dotSignature(float[] y, float[] workspace) {
    System.arraycopy(y, 0, workspace, 0, y.length);
    signature.applyTransposed(workspace);
    return scale * workspace[0];
  }

  /** The second round of signs meets H y, of norm √d ‖y‖, times 1/d. */
  @Override
  public double signatureDeviation(float[] y) {
    return DenseAttributes.deviation(y);
  }
}
