package io.resketch.core.solve;

import io.resketch.core.operator.PreciseLinearMap;

/**
 * L Lᵀ = P A Λ⁻¹ Aᵀ P + I, for fewer rows than unknowns: H Aᵀ P = Λ⁻¹ Aᵀ P (P A Λ⁻¹ Aᵀ P + I)⁻¹,
 * and by Woodbury's formula H = Λ⁻¹ − Λ⁻¹ Aᵀ P (…)⁻¹ P A Λ⁻¹. All ridges are above 0.
 *
 * <p>Cost: as many applications of the map and its adjoint as there are rows p, and p³/3
 * multiplications. Holds workspace: not thread-safe.
 */
final class RowFactor implements NormalFactor {
  private static final int REFINEMENTS = 2;

  private final PreciseLinearMap map;
  private final int rows;
  private final double[] ridge;
  private final SymmetricFactor factor;
  private final double[] image;
  private final double[] padded;
  private final double[] weighted;

  RowFactor(PreciseLinearMap map, int rows, double[] ridge) {
    this.map = map;
    this.rows = rows;
    this.ridge = ridge;
    this.image = new double[map.dimension()];
    this.padded = new double[map.dimension()];
    this.weighted = new double[map.unknowns()];
    double[] matrix = new double[rows * rows];
    double[] unit = new double[rows];
    for (int i = 0; i < rows; i++) {
      unit[i] = 1;
      times(unit);
      unit[i] = 0;
      System.arraycopy(image, 0, matrix, i * rows, rows);
    }
    this.factor = SymmetricFactor.cholesky(rows, matrix);
    if (factor == null) {
      throw new IllegalStateException(
          "rows=" + rows + ": the matrix of the rows is not positive definite");
    }
  }

  /** image = (P A Λ⁻¹ Aᵀ P + I) u; weighted = Λ⁻¹ Aᵀ P u. */
  private void times(double[] u) {
    System.arraycopy(u, 0, padded, 0, rows);
    map.adjoint(padded, weighted);
    for (int j = 0; j < weighted.length; j++) {
      weighted[j] /= ridge[j];
    }
    map.apply(weighted, image);
    for (int i = 0; i < rows; i++) {
      image[i] += u[i];
    }
  }

  /** Λ⁻¹ Aᵀ P (P A Λ⁻¹ Aᵀ P + I)⁻¹ P y. */
  @Override
  public double[] solve(double[] y) {
    double[] u = new double[rows];
    double[] correction = new double[rows];
    for (int round = 0; round <= REFINEMENTS; round++) {
      if (round > 0) {
        times(u);
      }
      for (int i = 0; i < rows; i++) {
        correction[i] = y[i] - (round > 0 ? image[i] : 0);
      }
      factor.solve(correction);
      for (int i = 0; i < rows; i++) {
        u[i] += correction[i];
      }
    }
    times(u);
    return weighted.clone();
  }

  @Override
  public double[] solveNormal(double[] b) {
    double[] out = new double[b.length];
    for (int j = 0; j < b.length; j++) {
      out[j] = b[j] / ridge[j];
    }
    double[] y = new double[map.dimension()];
    map.apply(out, y);
    double[] taken = solve(y);
    for (int j = 0; j < b.length; j++) {
      out[j] -= taken[j];
    }
    return out;
  }
}
