package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Inputs that are linearly dependent by themselves are no evidence of an edge. */
class WiringTest {
  private static final int SIZE = 4;
  private static final int ROWS = 800;
  private final SplittableRandom random = new SplittableRandom(2);

  private double[][] drawn() {
    double[][] out = new double[SIZE][];
    Arrays.setAll(out, j -> random.doubles(ROWS).toArray());
    return out;
  }

  /** A rectified map of some inputs. */
  private double[][] computed(double[][]... inputs) {
    List<double[]> all = new ArrayList<>();
    for (double[][] input : inputs) {
      all.addAll(List.of(input));
    }
    double[][] out = new double[SIZE][ROWS];
    for (double[] code : out) {
      double[] map = all.stream().mapToDouble(u -> random.nextGaussian()).toArray();
      for (int i = 0; i < ROWS; i++) {
        for (int a = 0; a < map.length; a++) {
          code[i] += map[a] * all.get(a)[i];
        }
        code[i] = Math.max(0, code[i]);
      }
    }
    return out;
  }

  private static double[] constant(double value) {
    double[] out = new double[ROWS];
    Arrays.fill(out, value);
    return out;
  }

  private static List<Integer> sources(List<double[][]> inputs, double[][] object) {
    List<Wiring.Placed> placed =
        new Wiring(inputs, DataParallel.serial()).place(List.<double[][]>of(object));
    return placed.get(0).edges().stream().map(Wiring.Edge::source).toList();
  }

  @Test
  void objectOfOneInput_hasThatEdge() {
    double[][] a = drawn();
    double[][] b = drawn();
    assertThat(sources(List.of(a, b), computed(b))).containsExactly(1);
    assertThat(sources(List.of(a, b), computed(a, b))).containsExactly(0, 1);
  }

  @Test
  void constantAttributes_takeNoEdgeAndGiveNone() {
    double[][] a = drawn();
    double[][] b = drawn();
    a[1] = constant(1);
    a[2] = constant(0.5);
    b[0] = constant(2);
    assertThat(sources(List.of(a, b), computed(b))).containsExactly(1);
    assertThat(sources(List.of(a, b), computed(a))).containsExactly(0);
    double[][] all = {constant(0.5), constant(0.25), constant(1), constant(2)};
    assertThat(sources(List.of(all, all), drawn())).isEmpty();
    assertThat(sources(List.<double[][]>of(new double[SIZE][ROWS]), drawn())).isEmpty();
  }

  @Test
  void attributeThatIsThereTwice_isNoEvidence() {
    double[][] a = drawn();
    double[][] b = drawn();
    a[3] = a[0].clone();
    assertThat(sources(List.of(a, b), computed(a))).containsExactly(0);
    assertThat(sources(List.of(a, b), computed(b))).containsExactly(1);
    assertThat(sources(List.of(b, b), computed(b))).isEmpty();
    assertThat(sources(List.of(a, a), drawn())).isEmpty();
  }
}
