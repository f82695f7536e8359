package io.resketch.core.operator;

/** A linear map A from unknowns to sketches and its adjoint, applied without forming a matrix. */
public interface LinearMap {
  /** Number of unknowns n. */
  int unknowns();

  /**
   * out = A x.
   *
   * @param x not modified, n values
   * @param out overwritten, d values
   */
  void apply(float[] x, float[] out);

  /**
   * out = Aᵀ y.
   *
   * @param y not modified, d values
   * @param out overwritten, n values
   */
  void adjoint(float[] y, float[] out);
}
