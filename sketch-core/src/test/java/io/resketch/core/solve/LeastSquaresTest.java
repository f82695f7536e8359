package io.resketch.core.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.operator.PreciseLinearMap;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {
  /** A matrix given row by row. */
  private record Matrix(double[][] rows) implements PreciseLinearMap {
    @Override
    public int unknowns() {
      return rows[0].length;
    }

    @Override
    public int dimension() {
      return rows.length;
    }

    @Override
    public void apply(double[] x, double[] out) {
      for (int i = 0; i < rows.length; i++) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
          sum += rows[i][j] * x[j];
        }
        out[i] = sum;
      }
    }

    @Override
    public void adjoint(double[] y, double[] out) {
      Arrays.fill(out, 0);
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < out.length; j++) {
          out[j] += rows[i][j] * y[i];
        }
      }
    }

    double[] energies() {
      double[] out = new double[unknowns()];
      for (double[] row : rows) {
        for (int j = 0; j < out.length; j++) {
          out[j] += row[j] * row[j];
        }
      }
      return out;
    }
  }

  /** Sums of the first j values: applied in n steps, and ill-conditioned. */
  private record RunningSum(int unknowns) implements PreciseLinearMap {
    @Override
    public int dimension() {
      return unknowns;
    }

    @Override
    public void apply(double[] x, double[] out) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += x[i];
        out[i] = sum;
      }
    }

    @Override
    public void adjoint(double[] y, double[] out) {
      double sum = 0;
      for (int i = y.length - 1; i >= 0; i--) {
        sum += y[i];
        out[i] = sum;
      }
    }
  }

  private static Matrix random(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] out = new double[rows][];
    for (int i = 0; i < rows; i++) {
      out[i] = random.doubles(columns, -1, 1).toArray();
    }
    return new Matrix(out);
  }

  private static double[] image(PreciseLinearMap map, double[] x) {
    double[] out = new double[map.dimension()];
    map.apply(x, out);
    return out;
  }

  @Test
  void iteration_andFactorisation_giveTheSame() {
    // 1,100 unknowns are iterated, 40 factored.
    for (int n : new int[] {40, 1100}) {
      Matrix matrix = random(2 * n, n, n);
      double[] x = new SplittableRandom(1).doubles(n, -1, 1).toArray();
      LeastSquares solver =
          new LeastSquares(matrix, 2 * n, matrix.energies(), new double[n], false);
      LeastSquares.Solution solution = solver.solve(image(matrix, x), 1e-20, 0);
      assertThat(solution.converged()).isTrue();
      assertThat(solution.values()).containsExactly(x, within(1e-8));
      double[] factored = new GramFactor(matrix, 2 * n, new double[n]).inverseDiagonal();
      double mean = Arrays.stream(factored).average().orElseThrow();
      assertThat(Arrays.stream(solver.inverseDiagonal()).average().orElseThrow())
          .isCloseTo(mean, within(0.05 * mean));
    }
  }

  /** Fewer rows than unknowns: by the rows, and by the unknowns. */
  @Test
  void rows_andUnknowns_giveTheSame() {
    for (int rows : new int[] {40, 1100}) {
      int n = rows * 3 / 2;
      Matrix matrix = random(rows, n, rows);
      double[] ridge = new double[n];
      Arrays.setAll(ridge, j -> 20 + j % 7);
      double[] y = new SplittableRandom(3).doubles(rows, -1, 1).toArray();
      double[] b = new SplittableRandom(4).doubles(n, -1, 1).toArray();
      NormalFactor byUnknowns = new GramFactor(matrix, rows, ridge);
      for (NormalFactor factor : List.of(new RowFactor(matrix, rows, ridge), byUnknowns)) {
        LeastSquares solver = new LeastSquares(matrix, rows, matrix.energies(), ridge, false);
        assertThat(factor.solve(y))
            .containsExactly(solver.solve(y, 0, 1e-10).values(), within(1e-6));
        assertThat(factor.solveNormal(b))
            .containsExactly(solver.solveNormal(b, 1e-10), within(1e-6));
      }
    }
  }

  /** Columns that differ by a part in 10⁶: the Gram matrix has lost the difference, QR has not. */
  @Test
  void nearlyEqualColumns_areToldApart() {
    Matrix matrix = random(64, 2, 5);
    for (double[] row : matrix.rows) {
      row[1] = row[0] + 1e-6 * row[1];
    }
    LeastSquares solver = new LeastSquares(matrix, 64, matrix.energies(), new double[2], false);
    double[] x = {0.3, -0.7};
    assertThat(solver.solve(image(matrix, x), 0, 0).values()).containsExactly(x, within(1e-7));
    double[] inverse = solver.inverseDiagonal();
    double difference = 0;
    for (double[] row : random(64, 2, 5).rows) {
      difference += row[1] * row[1];
    }
    assertThat(inverse[1]).isBetween(0.9e12 / difference, 1.5e12 / difference);
  }

  @Test
  void equalColumns_haveNoErrorThatCouldBeStated() {
    Matrix matrix = random(64, 3, 6);
    for (double[] row : matrix.rows) {
      row[1] = row[0];
    }
    double[] inverse =
        new LeastSquares(matrix, 64, matrix.energies(), new double[3], false).inverseDiagonal();
    assertThat(inverse[0]).isGreaterThan(1e20);
    assertThat(inverse[1]).isGreaterThan(1e20);
    assertThat(inverse[2]).isLessThan(1);
  }

  /** More unknowns than are factored, and more iterations needed than are made. */
  @Test
  void whatDoesNotConverge_saysSo() {
    RunningSum sum = new RunningSum(5000);
    double[] energies = new double[5000];
    Arrays.setAll(energies, j -> 5000 - j);
    double[] x = new SplittableRandom(2).doubles(5000, -1, 1).toArray();
    LeastSquares solver = new LeastSquares(sum, 5000, energies, new double[5000], false);
    LeastSquares.Solution solution = solver.solve(image(sum, x), 1e-20, 0);
    double[] off = new double[5000];
    Arrays.setAll(off, j -> x[j] - solution.values()[j]);
    double energy = Arrays.stream(image(sum, off)).map(v -> v * v).sum();
    assertThat(solution.converged()).isFalse();
    assertThat(solution.unconverged()).isGreaterThan(energy / 10);
  }

  @Test
  void aColumnOfZeros_staysZero_andIsNotDetermined() {
    Matrix matrix = random(32, 3, 7);
    for (double[] row : matrix.rows) {
      row[1] = 0;
    }
    LeastSquares solver = new LeastSquares(matrix, 32, matrix.energies(), new double[3], false);
    assertThat(solver.solve(image(matrix, new double[] {1, 5, 2}), 0, 0).values())
        .containsExactly(new double[] {1, 0, 2}, within(1e-12));
    assertThat(solver.inverseDiagonal()[1]).isInfinite();
  }
}
