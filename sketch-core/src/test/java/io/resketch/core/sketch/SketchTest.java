package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class SketchTest {
  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 9);
  private static final Sketcher SKETCHER = new Sketcher(SPEC);

  private static Computation one(String module, float x, float y) {
    return Computation.builder().object("a", module, Attributes.dense(x, y)).root("a", 1f).build();
  }

  @Test
  void similarity_followsModulesAndAttributes() {
    Sketch cat = SKETCHER.sketch(one("cat", 1, 0));
    Sketch sameCat = SKETCHER.sketch(one("cat", 1, 0));
    Sketch otherCat = SKETCHER.sketch(one("cat", 0, 1));
    Sketch dog = SKETCHER.sketch(one("dog", 1, 0));
    assertThat(cat.cosine(sameCat)).isCloseTo(1, within(1e-12));
    assertThat(cat.cosine(otherCat)).isCloseTo(0.5, within(0.1));
    assertThat(cat.cosine(dog)).isCloseTo(0, within(0.1));
  }

  @Test
  void prefix_isASmallerSketch() {
    Sketch full = SKETCHER.sketch(RandomGraphs.dag(3, 9, 12));
    Sketch half = full.truncate(1024);
    assertThat(half.prefixLength()).isEqualTo(1024);
    assertThat(half.dimension()).isEqualTo(2048);
    assertThat(half.cosine(full)).isCloseTo(1, within(1e-12));
    assertThat(half.energy()).isCloseTo(full.energy() / 2, within(0.1 * full.energy()));
    assertThatThrownBy(() -> half.truncate(1040))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("prefixLength: 1040 must be a multiple of 16 from 16 to 1024");
    assertThatThrownBy(() -> half.truncate(0)).hasMessageContaining("prefixLength: 0");
  }

  @Test
  void weightedSum_addsMassTimesSketch() {
    Sketch a = SKETCHER.sketch(RandomGraphs.dag(1, 9, 12));
    Sketch b = SKETCHER.sketch(RandomGraphs.dag(2, 9, 12));
    Sketch sum = Sketch.weightedSum(List.of(a, b), new double[] {1, 2});
    assertThat(sum.mass()).isEqualTo(a.mass() + 2 * b.mass());
    assertThat(sum.runs()).isEqualTo(2);
    for (int i = 0; i < 2048; i += 97) {
      assertThat(sum.mass() * sum.value(i))
          .isCloseTo(a.mass() * a.value(i) + 2 * b.mass() * b.value(i), within(1e-6));
    }
    Sketch again = Sketch.weightedSum(List.of(sum, b), new double[] {1, -2});
    assertThat(again.mass()).isCloseTo(a.mass(), within(1e-12));
    assertThat(again.runs()).isEqualTo(1);
    assertThat(again.cosine(a)).isGreaterThan(0.999999);
  }

  @Test
  void combiningAndSubtracting_areInverse_forUnequalPrefixesToo() {
    Sketch a = SKETCHER.sketch(RandomGraphs.dag(1, 9, 12));
    Sketch b = SKETCHER.sketch(RandomGraphs.dag(2, 9, 12));
    Sketch c = SKETCHER.sketch(RandomGraphs.dag(3, 9, 12)).truncate(512);
    Sketch all = Sketch.weightedSum(List.of(a, b, c), new double[] {1, 1, 1});
    assertThat(all.prefixLength()).isEqualTo(512);
    assertThat(all.runs()).isEqualTo(3);
    Sketch pairs =
        Sketch.weightedSum(
            List.of(Sketch.weightedSum(List.of(b, c), new double[] {1, 1}), a),
            new double[] {1, 1});
    assertAlike(pairs, all);
    Sketch back = Sketch.weightedSum(List.of(all, a, b), new double[] {1, -1, -1});
    assertAlike(back, c);
    assertThat(back.runs()).isEqualTo(1);
  }

  @Test
  void scaling_multipliesTheMassOnly_andGoesThroughSums() {
    Sketch a = SKETCHER.sketch(RandomGraphs.dag(1, 9, 12));
    Sketch b = SKETCHER.sketch(RandomGraphs.dag(2, 9, 12));
    Sketch scaled = Sketch.weightedSum(List.of(a), new double[] {2.5});
    assertThat(scaled.mass()).isEqualTo(2.5 * a.mass());
    assertThat(scaled.toArray()).isEqualTo(a.toArray());
    assertThat(scaled.runs()).isEqualTo(1);
    assertAlike(
        Sketch.weightedSum(List.of(scaled, b), new double[] {2, 1}),
        Sketch.weightedSum(List.of(a, b), new double[] {5, 1}));
    Sketch sum = Sketch.weightedSum(List.of(a, b), new double[] {1, 2});
    assertThat(sum.truncate(1024))
        .isEqualTo(Sketch.weightedSum(List.of(a.truncate(1024), b), new double[] {1, 2}));
  }

  @Test
  void sketch_isLinearInTheAttributes() {
    Sketch sum =
        Sketch.weightedSum(
            List.of(SKETCHER.sketch(one("cat", 0.5f, -0.25f)), SKETCHER.sketch(one("cat", 1, 3))),
            new double[] {3, 1});
    assertThat(sum.mass()).isEqualTo(4);
    assertAlike(
        Sketch.weightedSum(List.of(SKETCHER.sketch(one("cat", 0.625f, 0.5625f))), new double[] {4}),
        sum);
  }

  private static void assertAlike(Sketch actual, Sketch expected) {
    assertThat(actual.mass()).isCloseTo(expected.mass(), within(1e-12 * expected.mass()));
    assertThat(actual.prefixLength()).isEqualTo(expected.prefixLength());
    assertThat(actual.toArray()).containsExactly(expected.toArray(), within(1e-7f));
    assertThat(expected.energy()).isGreaterThan(0.001);
  }

  @Test
  void weightedSum_takesTheShortestPrefix_andRefusesNonsense() {
    Sketch a = SKETCHER.sketch(one("cat", 1, 0));
    Sketch b = SKETCHER.sketch(one("dog", 1, 0)).truncate(512);
    double[] ones = {1, 1};
    assertThat(Sketch.weightedSum(List.of(a, b), ones).prefixLength()).isEqualTo(512);
    assertThatThrownBy(() -> Sketch.weightedSum(List.of(), new double[0]))
        .hasMessageContaining("at least one");
    assertThatThrownBy(() -> Sketch.weightedSum(List.of(a, b), new double[] {1, -1}))
        .hasMessageContaining("nothing is left");
    assertThatThrownBy(() -> Sketch.weightedSum(List.of(a), new double[] {Double.NaN}))
        .hasMessageContaining("weights[0]: NaN");
    Sketch foreign = new Sketcher(new SketchSpec(2048, 16, 10)).sketch(one("cat", 1, 0));
    assertThatThrownBy(() -> Sketch.weightedSum(List.of(a, foreign), ones))
        .isInstanceOf(MismatchException.class);
    assertThatThrownBy(() -> a.cosine(foreign)).isInstanceOf(MismatchException.class);
  }

  @Test
  void zeroEnergy_hasNoDirection() {
    Sketch zero = Sketch.of(SPEC.fingerprint(), 2048, new float[16], 1, 1);
    assertThat(zero.cosine(SKETCHER.sketch(one("cat", 1, 0)))).isZero();
  }

  @Test
  void attributesOfUnequalForm_sketchAlike() {
    Computation sparse =
        Computation.builder()
            .object("a", "cat", Attributes.sparse(2, new int[] {1}, new float[] {0.5f}))
            .root("a", 1f)
            .build();
    assertThat(SKETCHER.sketch(sparse)).isEqualTo(SKETCHER.sketch(one("cat", 0, 0.5f)));
  }
}
