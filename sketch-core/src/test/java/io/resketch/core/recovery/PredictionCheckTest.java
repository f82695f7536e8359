package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PredictionCheckTest {
  private static final int D = 5;
  private static final int P = 2;
  private static final int ROWS = 90;

  /** Sketch = offset + 2 x_0 a_0 + 0.5 x_1 a_1, and an offset that is large against the rest. */
  private static final RecoveredNetwork NETWORK =
      new RecoveredNetwork(
          D,
          List.of(P),
          new double[] {2, 0.5},
          List.of(new double[] {1, 0, 0, 0, 0}, new double[] {0, 0.6, 0, -0.8, 0}),
          new double[] {3000, 2000, -1000, 4000, 500},
          List.of(),
          List.of(),
          List.of(),
          0,
          0,
          OptionalDouble.empty(),
          List.of());

  private final float[] inputs = new float[ROWS * P];
  private final float[] sketches = new float[ROWS * D];

  /** Every third pair is off by 0.5 to 2 % of its length. */
  private void draw() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) (50 + 100 * random.nextDouble());
    }
    for (int i = 0; i < ROWS; i++) {
      float[] made = NETWORK.function().predict(Arrays.copyOfRange(inputs, i * P, (i + 1) * P));
      System.arraycopy(made, 0, sketches, i * D, D);
      sketches[i * D + 2] += i % 3 == 0 ? (float) (length(i) * (0.005 + 0.015 * i / ROWS)) : 0;
    }
  }

  /** ‖y − offset‖. */
  private double length(int row) {
    double out = 0;
    for (int b = 0; b < D; b++) {
      out += Math.pow(sketches[row * D + b] - NETWORK.offset()[b], 2);
    }
    return Math.sqrt(out);
  }

  private PredictionCheck check(int from, int to) {
    PredictionCheck out = new PredictionCheck(NETWORK.function());
    out.predict(
        Arrays.copyOfRange(inputs, from * P, to * P),
        Arrays.copyOfRange(sketches, from * D, to * D));
    return out;
  }

  @Test
  void partsAddedUp_giveWhatAPlainComputationOfAllPairsGives() {
    draw();
    double missed = 0;
    double varied = 0;
    int predicted = 0;
    for (int b = 0; b < D; b++) {
      double mean = 0;
      for (int i = 0; i < ROWS; i++) {
        mean += sketches[i * D + b] / (double) ROWS;
      }
      for (int i = 0; i < ROWS; i++) {
        varied += Math.pow(sketches[i * D + b] - mean, 2);
      }
    }
    for (int i = 0; i < ROWS; i++) {
      float[] made = NETWORK.function().predict(Arrays.copyOfRange(inputs, i * P, (i + 1) * P));
      double away = 0;
      for (int b = 0; b < D; b++) {
        away += Math.pow(sketches[i * D + b] - (double) made[b], 2);
      }
      missed += away;
      predicted += Math.sqrt(away) <= 0.01 * length(i) ? 1 : 0;
    }

    PredictionCheck sum = new PredictionCheck(NETWORK.function());
    sum.add(check(40, ROWS));
    sum.add(check(0, 1));
    sum.add(check(1, 40));
    assertThat(sum.pairs()).isEqualTo(ROWS);
    double error = Math.sqrt(missed / varied);
    assertThat(sum.relativeError()).isCloseTo(error, within(1e-12));
    assertThat(error).isGreaterThan(1e-3);
    assertThat(predicted).isBetween(ROWS * 2 / 3 + 5, ROWS - 5);
    assertThat(sum.predictedShare()).isEqualTo(predicted / (double) ROWS);
  }
}
