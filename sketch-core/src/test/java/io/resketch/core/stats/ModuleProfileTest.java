package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleProfileTest {
  @Test
  void profilesMerge_andDisagreementIsNamed() {
    ModuleProfile seen = new ModuleProfile("cat", 4, true, false, false);
    assertThat(seen.merge(ModuleProfile.unseen("cat"))).isEqualTo(seen);
    assertThatThrownBy(() -> seen.merge(new ModuleProfile("cat", 5, false, true, false)))
        .hasMessageContaining("modules[cat].dimension: 5");
  }

  @Test
  void profilesKnowEveryDepth() {
    Computation graph =
        Computation.builder()
            .object("leaf", "a", Attributes.none())
            .object("mid", "a", Attributes.none(), new WeightedInput("leaf", 1))
            .object(
                "top",
                "b",
                Attributes.none(),
                new WeightedInput("mid", 0.5f),
                new WeightedInput("leaf", 0.5f))
            .root("top", 0.5f)
            .root("mid", 0.5f)
            .build();
    assertThat(ModuleProfile.of(graph.skeleton()))
        .containsExactly(
            new ModuleProfile("a", 0, false, true, true, 0b110, 0b10, 0.5f, false),
            new ModuleProfile("b", 0, false, true, false, 0, 0, 0.5f, false));
  }

  @Test
  void profile_knowsOwnWeights_andWhatIsPooled() {
    assertThat(profile(0.25f, 1).ownWeight()).isEqualTo(0.25f);
    assertThat(profile(0.25f, 1).pooled()).isFalse();
    assertThat(profile(0.25f, 0).pooled()).isTrue();
    ModuleProfile merged = profile(0.25f, 0).merge(profile(0.25f, 1));
    assertThat(merged.ownWeight()).isEqualTo(0.25f);
    assertThat(merged.pooled()).isTrue();
    assertThat(merged.merge(ModuleProfile.unseen("m")).ownWeight()).isEqualTo(0.25f);
    assertThat(merged.merge(profile(0.5f, 1)).ownWeightsDiffer()).isTrue();
  }

  private static ModuleProfile profile(float own, int second) {
    List<WeightedInput> inputs =
        List.of(new WeightedInput("x", 0.5f, 0), new WeightedInput("y", 0.5f, second));
    return ModuleProfile.of(
            Computation.builder()
                .object("x", "m", Attributes.none())
                .object("y", "m", Attributes.none())
                .object("top", "m", Attributes.none(), inputs, own)
                .root("top", 1)
                .build()
                .skeleton())
        .get(0);
  }
}
