package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeparationTest {
  private static final int ROWS = 1000;
  private static final int ATTRIBUTES = 8;

  /** Rows in which the last attribute of the first object is above 0, all after one another. */
  private static final int SELDOM = 8;

  /** Two objects of unit vectors, three of eight above 0, by attribute. */
  private static double[][] codes(SplittableRandom random) {
    double[][] out = new double[2 * ATTRIBUTES][ROWS];
    for (int i = 0; i < ROWS; i++) {
      for (int o = 0; o < 2; o++) {
        int first = o * ATTRIBUTES;
        boolean seldom = i < SELDOM;
        double[] values = random.doubles(ATTRIBUTES, 0.1, 1).toArray();
        if (o == 0) {
          values[ATTRIBUTES - 1] *= seldom ? 1 : 0;
        }
        if (seldom) {
          values[0] += 3; // kept wherever the seldom one is, and so are two of the other object
          values[1] += o == 0 ? 0 : 3;
          values[ATTRIBUTES - 1] += o == 0 ? 1 : 0;
        }
        Integer[] order = IntStream.range(0, ATTRIBUTES).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparing(j -> -values[j]));
        double squares = 0;
        for (int k = 0; k < 3; k++) {
          squares += values[order[k]] * values[order[k]];
        }
        for (int k = 0; k < 3; k++) {
          out[first + order[k]][i] = values[order[k]] / Math.sqrt(squares);
        }
      }
    }
    return out;
  }

  /** Takes the greatest multiple away that leaves nothing below 0; how much. */
  private static double take(double[] code, double[] other) {
    double times = Double.POSITIVE_INFINITY;
    for (int i = 0; i < SELDOM; i++) {
      times = Math.min(times, code[i] / other[i]);
    }
    for (int i = 0; i < SELDOM; i++) {
      double left = code[i] - times * other[i];
      code[i] = left < 1e-12 ? 0 : left;
    }
    return times;
  }

  @Test
  void multiplesTakenAway_areFoundInItsOwnObjectAndInAnother() {
    double[][] codes = codes(new SplittableRandom(3));
    double[][] truth = Arrays.stream(codes).map(double[]::clone).toArray(double[][]::new);
    int seldom = ATTRIBUTES - 1;
    for (int j : List.of(0, ATTRIBUTES, ATTRIBUTES + 1)) {
      assertThat(take(codes[j], truth[seldom])).isBetween(0.1, 10.0);
    }
    Separation separation = Separation.of(codes, 1e-6);
    for (Separation.Part part : separation.parts()) {
      assertThat(part.other()).isEqualTo(seldom);
      for (int i = 0; i < ROWS; i++) {
        codes[part.code()][i] += part.times() * codes[seldom][i];
      }
    }
    for (int j = 0; j < codes.length; j++) {
      for (int i = 0; i < ROWS; i++) {
        assertThat(codes[j][i]).isCloseTo(truth[j][i], within(1e-6));
      }
    }
    assertThat(separation.unclear()).isEmpty();
  }

  @Test
  void codesThatAreRight_lackNothing() {
    Separation separation = Separation.of(codes(new SplittableRandom(4)), 1e-6);
    assertThat(separation.parts()).isEmpty();
    assertThat(separation.unclear()).isEmpty();
  }

  @Test
  void relationThatNoMultipleMakesHold_isNamed() {
    double[][] codes = codes(new SplittableRandom(5));
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < SELDOM; i++) {
      codes[ATTRIBUTES][i] *= 0.5 + random.nextDouble();
    }
    Separation separation = Separation.of(codes, 1e-6);
    assertThat(separation.parts()).isEmpty();
    assertThat(separation.unclear()).containsExactly(ATTRIBUTES - 1);
  }
}
