package io.resketch.core.operator;

import java.util.Arrays;

/**
 * The transparent operator T = τ I + (1 − τ) R̂ of one position, R̂ a random orthonormal d×d
 * matrix, with its transpose. Where h and I + R̂ are written below, τ is ½; for any τ, h · (v + R̂
 * v) stands for 2h · T v. Thread-safe.
 */
sealed interface TupleOperator
    permits BlockSignedPermutation, HadamardRotation, DenseRotation, WeightedTransparency {
  /**
   * out += h · (in + R̂ in), entry by entry as out + (h · (in + (R̂ in))).
   *
   * @param out modified, d values, not the same array as {@code in}
   * @param in not modified, d values
   * @param workspace overwritten, d values, a third array
   */
  void addTransparent(float[] out, float h, float[] in, float[] workspace);

  /** out += h · (in + R̂ᵀ in); parameters as in {@link #addTransparent}. */
  void addTransposed(float[] out, float h, float[] in, float[] workspace);

  /** {@link #addTransparent(float[], float, float[], float[])} in double precision. */
  void addTransparent(double[] out, double h, double[] in, double[] workspace);

  /** {@link #addTransposed(float[], float, float[], float[])} in double precision. */
  void addTransposed(double[] out, double h, double[] in, double[] workspace);

  /** The operator of τ = ½ with the same R̂. */
  default TupleOperator rotation() {
    return this;
  }

  /** out = 0 + h · (in + R̂ in), the bits that {@link #addTransparent} leaves in a vector of +0. */
  default void transparent(float[] out, float h, float[] in, float[] workspace) {
    Arrays.fill(out, 0f);
    addTransparent(out, h, in, workspace);
  }

  /** out = 0 + h · (in + R̂ᵀ in). */
  default void transposed(float[] out, float h, float[] in, float[] workspace) {
    Arrays.fill(out, 0f);
    addTransposed(out, h, in, workspace);
  }
}
