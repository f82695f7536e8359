package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FunctionsTest {
  private static final int SIZE = 6;
  private static final int PAIRS = 1200;
  private static final int HELD_OUT = 200;

  private final List<String> unidentified = new ArrayList<>();

  /**
   * Learns two objects that are said to be computed from the one input object and from one another.
   * The first has random values, the second is what a rectifier leaves of it.
   *
   * @param confidence of both edges
   */
  private List<HiddenObject> learned(double confidence) {
    SplittableRandom random = new SplittableRandom(1);
    float[] inputs = new float[PAIRS * SIZE];
    double[][] codes = new double[2 * SIZE][PAIRS];
    double[][] map = new double[SIZE][SIZE];
    for (double[] row : map) {
      Arrays.setAll(row, a -> random.nextGaussian());
    }
    for (int i = 0; i < PAIRS; i++) {
      double[] z = random.doubles(SIZE).toArray();
      for (int j = 0; j < SIZE; j++) {
        inputs[i * SIZE + j] = random.nextFloat();
        codes[j][i] = z[j];
        codes[SIZE + j][i] = Math.max(0, Kernels.dot(map[j], 0, z, 0, SIZE));
      }
    }
    List<double[]> columns =
        IntStream.range(0, 2 * SIZE).mapToObj(j -> random.doubles(16, -1, 1).toArray()).toList();
    int learned = PAIRS - HELD_OUT;
    return new Functions(
            sample(inputs, 0, learned),
            columns,
            List.of(part(codes, 0, learned)),
            sample(inputs, learned, PAIRS),
            part(codes, learned, PAIRS),
            DataParallel.serial())
        .learn(List.of(object(0, 0, confidence), object(1, 1, confidence)), unidentified);
  }

  private static PairSample sample(float[] inputs, int from, int to) {
    float[] some = Arrays.copyOfRange(inputs, from * SIZE, to * SIZE);
    float[] sketches = new float[(to - from) * 16];
    sketches[0] = 1;
    return new PairSample(to - from, List.of(SIZE), some, 16, sketches);
  }

  private static double[][] part(double[][] codes, int from, int to) {
    return Arrays.stream(codes)
        .map(code -> Arrays.copyOfRange(code, from, to))
        .toArray(double[][]::new);
  }

  private static HiddenObject object(int number, int source, double confidence) {
    List<Integer> columns =
        IntStream.range(0, SIZE).mapToObj(j -> (1 + number) * SIZE + j).toList();
    return new HiddenObject(
        "hidden-" + number,
        columns,
        number + 1,
        List.of(new Edge(source, confidence)),
        Optional.empty());
  }

  @Test
  void doubtfulInputs_areClaimedOnlyWhereAFunctionConfirmsThem() {
    List<HiddenObject> objects = learned(0.75);
    assertThat(objects.get(0).inputs()).isEmpty();
    assertThat(objects.get(0).level()).isZero();
    assertThat(objects.get(1).function()).isPresent();
    assertThat(objects.get(1).inputs()).containsExactly(new Edge(1, 0.75));
    assertThat(objects.get(1).level()).isZero();
    assertThat(unidentified).hasSize(2);
    assertThat(unidentified.get(0))
        .startsWith(
            "hidden-0: what it is computed from; the likeliest inputs have a confidence of 0.75");
    assertThat(unidentified.get(1))
        .isEqualTo("hidden-1: its level, as that of one of its inputs is not known");
  }

  @Test
  void clearInputs_areClaimedWithoutAFunction() {
    List<HiddenObject> objects = learned(0.99);
    assertThat(objects.get(0).inputs()).containsExactly(new Edge(0, 0.99));
    assertThat(objects.get(0).function()).isEmpty();
    assertThat(objects).extracting(HiddenObject::level).containsExactly(1, 2);
    assertThat(unidentified).hasSize(1);
    assertThat(unidentified.get(0)).startsWith("hidden-0: what it does with its inputs;");
  }
}
