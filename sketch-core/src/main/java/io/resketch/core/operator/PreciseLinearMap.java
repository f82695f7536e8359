package io.resketch.core.operator;

/** A linear map A from n unknowns to d values and its adjoint, in double precision. */
public interface PreciseLinearMap {
  /** Number of unknowns n. */
  int unknowns();

  /** Number of values d. */
  int dimension();

  /**
   * out = A x.
   *
   * @param x not modified, n values
   * @param out overwritten, d values
   */
  void apply(double[] x, double[] out);

  /**
   * out = Aᵀ y.
   *
   * @param y not modified, d values
   * @param out overwritten, n values
   */
  void adjoint(double[] y, double[] out);

  /** The map of some of the unknowns: column k of the result is column {@code columns[k]} of A. */
  default PreciseLinearMap restrictedTo(int[] columns) {
    return new ColumnSubset(this, columns);
  }
}
