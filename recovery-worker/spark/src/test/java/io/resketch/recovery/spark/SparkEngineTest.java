package io.resketch.recovery.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.EngineProvider;
import io.resketch.core.recovery.PairSample;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In one process; what is sent is sent by serialization all the same. */
final class SparkEngineTest {
  private static EngineProvider provider() {
    return ServiceLoader.load(EngineProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(found -> found.name().equals("spark"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void map_keepsTheOrderOfManyParts_andNulls_andFailsWithItsTask() {
    try (EngineProvider.Engine engine = provider().open("local[2]")) {
      List<Integer> parts = IntStream.range(0, 100).boxed().toList();
      List<Integer> squares = engine.map(parts, part -> part % 7 == 0 ? null : part * part);
      assertThat(squares).hasSize(100);
      for (int i = 0; i < 100; i++) {
        assertThat(squares.get(i)).isEqualTo(i % 7 == 0 ? null : Integer.valueOf(i * i));
      }
      assertThat(engine.map(List.<Integer>of(), part -> part)).isEmpty();
      assertThatThrownBy(() -> engine.map(parts, part -> 1 / (part - 50)))
          .hasStackTraceContaining("/ by zero");
    }
  }

  @Test
  void recovery_isThatOfTheLocalEngine() {
    PairSample pairs = Pairs.sample();
    try (EngineProvider.Engine engine = provider().open("local[2]")) {
      Pairs.assertSame(
          Pairs.recover(pairs, engine, (stage, done, all) -> {}),
          Pairs.recover(pairs, DataParallel.serial(), (stage, done, all) -> {}));
    }
  }
}
