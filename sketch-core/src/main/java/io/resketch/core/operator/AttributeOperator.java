package io.resketch.core.operator;

import io.resketch.core.graph.Attributes;

/**
 * The operators of one module: R_{M,1} on its m attributes and its signature column R_{M,2}e_1,
 * both already halved as in a(θ) = ½ R_{M,1} x + ½ R_{M,2} e_1. Every column has norm ½ over the
 * full sketch. Immutable as seen from outside, thread-safe.
 *
 * <p>In all methods {@code workspace} has d values and is overwritten; it is a third array.
 */
sealed interface AttributeOperator
    permits BlockSparseAttributes, HadamardAttributes, DenseAttributes {
  /** out += ½ R_{M,1} x. */
  void add(float[] out, Attributes x, float[] workspace);

  /** out += ½ R_{M,1} (x[offset], …, x[offset + m − 1]). */
  void add(float[] out, float[] x, int offset, float[] workspace);

  /** out += ½ R_{M,2} e_1 · scale. */
  void addSignature(float[] out, float scale, float[] workspace);

  /** out[offset + j] = ⟨½ R_{M,1} e_j, y⟩ for every attribute j. */
  void adjoint(float[] y, float[] out, int offset, float[] workspace);

  /** {@link #add(float[], float[], int, float[])} in double precision. */
  void add(double[] out, double[] x, int offset, double[] workspace);

  /** {@link #addSignature(float[], float, float[])} in double precision. */
  void addSignature(double[] out, double scale, double[] workspace);

  /** {@link #adjoint(float[], float[], int, float[])} in double precision. */
  void adjoint(double[] y, double[] out, int offset, double[] workspace);

  /** ⟨½ R_{M,2} e_1, y⟩. */
  float dotSignature(float[] y, float[] workspace);

  /**
   * Deviation of ⟨½ R_{M,2} e_1, y⟩ over the random signs of the column alone: the root of the sum
   * of squares of the terms that the signs belong to.
   */
  double signatureDeviation(float[] y);
}
