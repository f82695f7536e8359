package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FunctionFitTest {
  private static final int INPUTS = 10;
  private static final int OUTPUTS = 8;
  private static final int PAIRS = 3000;

  private final double[][] inputs = new double[INPUTS][PAIRS];

  /** Learns from the codes of a random map followed by a function, each attribute at a scale. */
  private ObjectFunction learned(Consumer<double[]> function) {
    SplittableRandom random = new SplittableRandom(11);
    double[][] map = new double[OUTPUTS][INPUTS];
    for (double[] row : map) {
      Arrays.setAll(row, a -> random.nextGaussian());
    }
    double[][] codes = new double[OUTPUTS][PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      double[] u = random.doubles(INPUTS).toArray();
      double[] z = new double[OUTPUTS];
      for (int j = 0; j < OUTPUTS; j++) {
        z[j] = Kernels.dot(map[j], 0, u, 0, INPUTS);
      }
      function.accept(z);
      for (int a = 0; a < INPUTS; a++) {
        inputs[a][i] = u[a];
      }
      for (int j = 0; j < OUTPUTS; j++) {
        codes[j][i] = (1 + 0.1 * j) * z[j];
      }
    }
    return new FunctionFit(List.of(inputs), codes).best();
  }

  private static void rectify(double[] z) {
    Arrays.setAll(z, j -> Math.max(z[j], 0));
  }

  private static void keep(double[] z, int kept) {
    double least = Arrays.stream(z).map(Math::abs).sorted().toArray()[z.length - kept];
    Arrays.setAll(z, j -> Math.abs(z[j]) < least ? 0 : z[j]);
  }

  private static void assertIs(ObjectFunction found, int kept, boolean rectified, boolean unit) {
    assertThat(found.kept()).isEqualTo(kept);
    assertThat(found.rectified()).isEqualTo(rectified);
    assertThat(found.unit()).isEqualTo(unit);
  }

  @Test
  void rectifier_isLearnedExactly() {
    ObjectFunction found = learned(FunctionFitTest::rectify);
    assertIs(found, OUTPUTS, true, false);
    assertThat(found.heldOutRelativeError()).isLessThan(1e-6);
  }

  @Test
  void rectifierOfUnitLength_isLearnedExactly() {
    ObjectFunction found =
        learned(
            z -> {
              rectify(z);
              Symmetric.unit(z);
            });
    assertIs(found, OUTPUTS, true, true);
    assertThat(found.heldOutRelativeError()).isLessThan(1e-5);
  }

  @Test
  void greatestOfSignedValues_areLearnedButForNearTies() {
    ObjectFunction found = learned(z -> keep(z, 3));
    assertIs(found, 3, false, false);
    assertThat(found.sameActive()).isGreaterThan(0.99);
  }

  @Test
  void greatestOfSignedValuesOfUnitLength_areLearnedExactly() {
    ObjectFunction found =
        learned(
            z -> {
              keep(z, 3);
              Symmetric.unit(z);
            });
    assertIs(found, 3, false, true);
    assertThat(found.heldOutRelativeError()).isLessThan(1e-5);
  }

  @Test
  void softmax_isNotUnderstood() {
    ObjectFunction found =
        learned(
            z -> {
              double sum = Arrays.stream(z).map(Math::exp).sum();
              Arrays.setAll(z, j -> Math.exp(z[j]) / sum);
            });
    assertThat(found.heldOutRelativeError()).isGreaterThan(0.1);
  }
}
