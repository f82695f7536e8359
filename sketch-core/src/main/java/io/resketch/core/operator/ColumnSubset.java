package io.resketch.core.operator;

/** Some columns of a map. Holds workspace: not thread-safe. */
final class ColumnSubset implements PreciseLinearMap {
  private final PreciseLinearMap map;
  private final int[] columns;

  /** Zero outside the columns. */
  private final double[] all;

  private final double[] gathered;

  ColumnSubset(PreciseLinearMap map, int[] columns) {
    this.map = map;
    this.columns = columns.clone();
    this.all = new double[map.unknowns()];
    this.gathered = new double[map.unknowns()];
  }

  @Override
  public int unknowns() {
    return columns.length;
  }

  @Override
  public int dimension() {
    return map.dimension();
  }

  @Override
  public void apply(double[] x, double[] out) {
    for (int k = 0; k < columns.length; k++) {
      all[columns[k]] = x[k];
    }
    map.apply(all, out);
  }

  @Override
  public void adjoint(double[] y, double[] out) {
    map.adjoint(y, gathered);
    for (int k = 0; k < columns.length; k++) {
      out[k] = gathered[columns[k]];
    }
  }
}
