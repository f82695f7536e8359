package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FunctionFitTest {
  private static final int INPUTS = 10;
  private static final int OUTPUTS = 8;
  private static final int PAIRS = 3000;

  private final double[][] inputs = new double[INPUTS][PAIRS];

  private double[][] map(SplittableRandom random) {
    double[][] out = new double[OUTPUTS][INPUTS];
    for (double[] row : out) {
      Arrays.setAll(row, a -> random.nextGaussian());
    }
    return out;
  }

  /** Columns without a magnitude, which say nothing about scales. */
  private static List<double[]> anyColumns() {
    SplittableRandom random = new SplittableRandom(12);
    return IntStream.range(0, OUTPUTS).mapToObj(j -> random.doubles(32, -1, 1).toArray()).toList();
  }

  /** Columns of one magnitude before they were scaled to length 1, as the codes are scaled. */
  private static List<double[]> stepColumns() {
    return IntStream.range(0, OUTPUTS)
        .mapToObj(j -> new double[] {-1 / scale(j), 0, 2 / scale(j)})
        .toList();
  }

  private static double scale(int attribute) {
    return 1 + 0.1 * attribute;
  }

  private ObjectFunction learned(Consumer<double[]> function) {
    return learned(map(new SplittableRandom(10)), function, anyColumns());
  }

  /** Learns from the codes of a map followed by a function, each attribute at a scale. */
  private ObjectFunction learned(
      double[][] map, Consumer<double[]> function, List<double[]> columns) {
    SplittableRandom random = new SplittableRandom(11);
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
        codes[j][i] = scale(j) * z[j];
      }
    }
    return new FunctionFit(List.of(inputs), codes, columns).best();
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
  void greatestOfColumnsOfOneMagnitude_areLearnedExactly() {
    ObjectFunction found =
        learned(
            map(new SplittableRandom(10)),
            z -> {
              rectify(z);
              keep(z, 3);
            },
            stepColumns());
    assertIs(found, 3, true, false);
    assertThat(found.heldOutRelativeError()).isLessThan(1e-6);
  }

  @Test
  void attributeKeptInFewerPairsThanItHasInputs_isLearnedByWhereItIsNotKept() {
    double[][] map = map(new SplittableRandom(10));
    double[] seldom = map[4];
    Arrays.setAll(seldom, a -> seldom[a] - 0.34);
    int[] kept = new int[1];
    ObjectFunction found =
        learned(
            map,
            z -> {
              rectify(z);
              keep(z, 3);
              kept[0] += z[4] > 0 ? 1 : 0;
            },
            stepColumns());
    assertThat(kept[0]).isBetween(3, INPUTS);
    assertIs(found, 3, true, false);
    assertThat(found.sameActive()).isGreaterThan(0.999);
    assertThat(Kernels.dot(found.map()[4], 0, found.map()[4], 0, INPUTS)).isPositive();
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
