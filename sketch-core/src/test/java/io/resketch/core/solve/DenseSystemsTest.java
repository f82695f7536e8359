package io.resketch.core.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.ejml.data.DMatrixRMaj;
import org.junit.jupiter.api.Test;

class DenseSystemsTest {
  private static DMatrixRMaj matrix(int n, double... values) {
    return new DMatrixRMaj(n, n, true, values);
  }

  @Test
  void invert_ofARegularMatrix_isItsInverse() {
    DMatrixRMaj matrix = matrix(2, 4, 1, 1, 3);
    DenseSystems.invert(matrix, "it");
    assertThat(matrix.data)
        .containsExactly(new double[] {3 / 11.0, -1 / 11.0, -1 / 11.0, 4 / 11.0}, within(1e-15));
  }

  @Test
  void invert_ofASingularMatrix_isNamed() {
    assertThatThrownBy(() -> DenseSystems.invert(matrix(2, 1, 2, 2, 4), "the correlations"))
        .isInstanceOf(UnsolvableException.class)
        .hasMessageStartingWith("the correlations cannot be solved");
    DMatrixRMaj large = new DMatrixRMaj(8, 8);
    assertThatThrownBy(() -> DenseSystems.invert(large, "zeros"))
        .isInstanceOf(UnsolvableException.class);
  }

  /** EJML's Cholesky decomposition takes what is not a number for positive. */
  @Test
  void positive_ofValuesThatAreNotFinite_isNoSolution() {
    DMatrixRMaj bad = matrix(2, Double.NaN, 0, 0, 1);
    assertThatThrownBy(() -> DenseSystems.positive(bad, "it").solve(new double[] {1, 1}))
        .isInstanceOf(UnsolvableException.class);
    DenseSystems.Positive good = DenseSystems.positive(matrix(1, 1), "it");
    assertThatThrownBy(() -> good.solve(new double[] {Double.NaN}))
        .isInstanceOf(UnsolvableException.class);
  }

  @Test
  void positive_solvesForAnyRightSide_andRefusesWhatIsNotPositive() {
    DenseSystems.Positive system = DenseSystems.positive(matrix(2, 4, 1, 1, 3), "it");
    double[] right = {5, 4};
    assertThat(system.solve(right)).containsExactly(new double[] {1, 1}, within(1e-15));
    assertThat(system.solve(new double[] {8, 2}))
        .containsExactly(new double[] {2, 0}, within(1e-15));
    assertThat(right).containsExactly(5, 4);
    DMatrixRMaj indefinite = matrix(2, 1, 2, 2, 1);
    assertThatThrownBy(() -> DenseSystems.positive(indefinite, "it"))
        .isInstanceOf(UnsolvableException.class);
  }

  @Test
  void ifSolvable_isEmptyWhereItIsNot_andHidesNothingElse() {
    assertThat(DenseSystems.ifSolvable(() -> 3)).contains(3);
    DMatrixRMaj negative = matrix(1, -1);
    assertThat(DenseSystems.ifSolvable(() -> DenseSystems.positive(negative, "it"))).isEmpty();
    assertThatThrownBy(
            () ->
                DenseSystems.ifSolvable(
                    () -> {
                      throw new IllegalArgumentException("other");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void requireSolved_readsBothTheBooleanAndTheValues() {
    DenseSystems.requireSolved(true, Optional.of(matrix(1, 1)), "it");
    assertThatThrownBy(() -> DenseSystems.requireSolved(false, Optional.empty(), "it"))
        .isInstanceOf(UnsolvableException.class);
    Optional<DMatrixRMaj> bad = Optional.of(matrix(1, Double.NaN));
    assertThatThrownBy(() -> DenseSystems.requireSolved(true, bad, "it"))
        .isInstanceOf(UnsolvableException.class);
  }
}
