package io.resketch.core.solve;

/** A factorisation of H⁻¹ = AᵀPA + Λ. Not thread-safe. */
sealed interface NormalFactor permits GramFactor, RowFactor {
  /**
   * H Aᵀ P y.
   *
   * @param y not modified, d values
   */
  double[] solve(double[] y);

  /**
   * H b.
   *
   * @param b not modified, n values
   */
  double[] solveNormal(double[] b);
}
