package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.solve.UnsolvableException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What cannot be solved is no answer of zeros, and no certainty. */
class UnsolvableTest {
  private static final double[] NAN = {Double.NaN, 1, 1};

  @Test
  void leastSquares_withoutSolution_isRefused() {
    double[] system = {Double.NaN, 1, 0, 1};
    assertThatThrownBy(() -> LinearMaps.leastSquares(system, 2, 1, 1e-12))
        .isInstanceOf(UnsolvableException.class)
        .hasMessageContaining("least squares of 2 rows of 1");
  }

  @Test
  void rowOfAMapThatCannotBeSolved_isNotKnown() {
    double[] inputs = new double[40];
    Arrays.setAll(inputs, i -> i + 1);
    double[] good = inputs.clone();
    double[] bad = inputs.clone();
    bad[3] = Double.POSITIVE_INFINITY;
    double[][] map = new LinearMaps(List.of(inputs), new double[][] {good, bad}).direct();
    assertThat(map[0][0]).isBetween(0.999, 1.001);
    assertThat(map[1][0]).isZero();
    assertThat(SeldomKept.row(inputs, 1, bad, new double[40])).isEmpty();
  }

  /** A matrix whose least eigenvalue is unknown must not look singular: that proves dependence. */
  @Test
  void leastEigenvalues_ofWhatCannotBeFactored_areNotTakenForZero() {
    double[] indefinite = {1, 2, 2, 1};
    Symmetric.Least least = Symmetric.least(indefinite, 2, new double[] {1, 0});
    assertThat(least.first()).isEqualTo(least.second()).isPositive();
  }

  @Test
  void columnsThatAreNotFinite_haveNoDualsAndNoFit() {
    assertThatThrownBy(() -> Spans.duals(List.of(NAN, new double[] {0, 1, 0})))
        .isInstanceOf(UnsolvableException.class);
    assertThatThrownBy(
            () -> new Fit(List.of(NAN), new double[3], List.of()).codes(new double[] {1, 1, 1}))
        .isInstanceOf(UnsolvableException.class);
  }
}
