package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SketchStatisticsTest {
  private static final int ATTRIBUTES = 8;

  private final Operators operators = new Operators(new SketchSpec(2048, 16, 5));
  private final SplittableRandom random = new SplittableRandom(3);
  private final AtomicInteger prepared = new AtomicInteger();
  private final List<String> asked = List.of("m3", "m1", "m9");

  private List<ModuleStatistics> estimate(Sketch sketch, boolean places) {
    List<ModuleProfile> known = new ArrayList<>();
    for (int m = 0; m < 20; m++) {
      known.add(new ModuleProfile("m" + m, ATTRIBUTES, places, places, false));
    }
    return new SketchStatistics(
            operators,
            known,
            asked,
            (steps, step) -> {
              for (int i = 0; i < steps; i++) {
                step.run(i);
                prepared.incrementAndGet();
              }
            })
        .estimate(sketch);
  }

  /** m1 twice with an input below, m3 once without. */
  private Sketch run(List<float[]> drawn) {
    for (int i = 0; i < 3; i++) {
      drawn.add(RandomGraphs.unit(random, ATTRIBUTES));
    }
    return new Sketcher(operators)
        .sketch(
            Computation.builder()
                .object("stage", "m7", Attributes.dense(RandomGraphs.unit(random, ATTRIBUTES)))
                .object("a", "m1", Attributes.dense(drawn.get(0)), new WeightedInput("stage", 1))
                .object("b", "m1", Attributes.dense(drawn.get(1)), new WeightedInput("stage", 1))
                .object("c", "m3", Attributes.dense(drawn.get(2)))
                .root("a", 1f / 3)
                .root("b", 1f / 3)
                .root("c", 1f / 3)
                .build());
  }

  @Test
  void singleRun_isCountedByItsObjects_whateverPlacesAreKnown() {
    List<float[]> drawn = new ArrayList<>();
    List<ModuleStatistics> found = estimate(run(drawn), false);
    assertThat(found).extracting(ModuleStatistics::module).isEqualTo(asked);
    assertThat(found).allMatch(m -> m.method() == CountMethod.BLIND_DECODING);
    assertThat(found)
        .extracting(ModuleStatistics::presence)
        .containsExactly(Presence.PRESENT, Presence.PRESENT, Presence.ABSENT);
    double[] counts = {1, 2, 0};
    for (int k = 0; k < 3; k++) {
      assertThat(found.get(k).count().covers(counts[k])).as(asked.get(k)).isTrue();
      assertThat(found.get(k).count().halfWidth95()).isLessThan(0.1);
    }
    for (int j = 0; j < ATTRIBUTES; j++) {
      double x = drawn.get(0)[j];
      double y = drawn.get(1)[j];
      assertThat(found.get(1).mean().get(j).value()).isCloseTo((x + y) / 2, within());
      assertThat(found.get(1).secondMoment().get(j).value())
          .isCloseTo((x * x + y * y) / 2, within());
    }
    assertThat(found.get(2).mean()).noneMatch(Estimate::determined);
    assertThat(prepared).as("filters made").hasValue(0);
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(0.01);
  }

  @Test
  void sumOfRuns_andARunThatIsNotDecoded_areCountedByTheFit() {
    Sketch first = run(new ArrayList<>());
    Sketch sum = Sketch.weightedSum(List.of(first, run(new ArrayList<>())), new double[] {1, 1});
    double[] counts = {2, 4, 0};
    List<ModuleStatistics> found = estimate(sum, true);
    assertThat(found).allMatch(m -> m.method() == CountMethod.LINEAR_FIT);
    for (int k = 0; k < 3; k++) {
      assertThat(found.get(k).count().covers(counts[k]) || !found.get(k).count().determined())
          .as(asked.get(k))
          .isTrue();
    }
    assertThat(prepared).as("filters of the modules asked for alone").hasValue(3);
    assertThat(estimate(first.truncate(96), true))
        .allMatch(m -> m.method() == CountMethod.LINEAR_FIT);
  }
}
