package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DecodingBudgetTest {
  private final Operators operators = new Operators(new SketchSpec(1024, 16, 5));
  private final BlindDecoder decoder =
      new BlindDecoder(operators, List.of(new ModuleProfile("cat", 4, true, false, false)));

  private Sketch sketch() {
    SplittableRandom random = new SplittableRandom(1);
    Computation.Builder run = Computation.builder();
    for (int i = 0; i < 4; i++) {
      run.object("o" + i, "cat", Attributes.dense(RandomGraphs.unit(random, 4)));
      run.root("o" + i, 0.25f);
    }
    return new Sketcher(operators).sketch(run.build());
  }

  @Test
  void work_endsWhereTheCallerWishes() {
    AtomicInteger steps = new AtomicInteger();
    BlindTree tree = decoder.decode(sketch(), new DecodingBudget(steps::incrementAndGet));
    assertThat(tree.status()).isEqualTo(BlindTree.Status.COMPLETE);
    assertThat(steps).hasValueGreaterThan(5);
    AtomicInteger until = new AtomicInteger();
    DecodingBudget budget =
        new DecodingBudget(
            () -> {
              if (until.incrementAndGet() == 5) {
                throw new CancellationException();
              }
            });
    assertThatThrownBy(() -> decoder.decode(sketch(), budget))
        .isInstanceOf(CancellationException.class);
    assertThat(until).hasValue(5);
  }

  @Test
  void spentBudget_leavesATreeThatSaysSo_andIsSharedBySketches() {
    DecodingBudget budget = new DecodingBudget(() -> {});
    assertThat(decoder.decode(sketch(), budget).status()).isEqualTo(BlindTree.Status.COMPLETE);
    assertThat(budget.spent()).isFalse();
    budget.fit(5_000_000);
    assertThat(budget.spent()).isTrue();
    BlindTree tree = decoder.decode(sketch(), budget);
    assertThat(tree.status()).isNotEqualTo(BlindTree.Status.COMPLETE);
    assertThat(tree.reason()).contains("more work than the decoder does");
  }

  @Test
  void timeThatIsOver_isASpentBudget() {
    DecodingBudget budget = new DecodingBudget(() -> {}, Duration.ZERO);
    assertThat(budget.spent()).isTrue();
    assertThat(decoder.decode(sketch(), budget).status()).isNotEqualTo(BlindTree.Status.COMPLETE);
  }
}
