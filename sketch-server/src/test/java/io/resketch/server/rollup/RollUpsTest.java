package io.resketch.server.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.query.Estimators;
import io.resketch.server.query.TimeStatistics;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.Level;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.PutItem;
import io.resketch.v1.RollUp;
import io.resketch.v1.StatisticsBucket;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RollUpsTest {
  private static final int HOURS = 150;
  private static final int PUTS_AN_HOUR = 3;

  @TempDir private Path directory;

  private static PutItem item(int hour, int i) {
    Computation run =
        Computation.builder().object("x", "cat", Attributes.dense(1f)).root("x", 1f).build();
    return PutItem.newBuilder()
        .setComputation(
            Graphs.computation(run).toBuilder()
                .setId("run-" + hour + "-" + i)
                .setTime(Timestamp.newBuilder().setSeconds(3600L * hour + i)))
        .build();
  }

  private static List<RollUp> cells(RocksStore store, Level level) {
    List<RollUp> out = new ArrayList<>();
    try (StoreSnapshot snapshot = store.snapshot()) {
      snapshot.cells(
          "rooms",
          level,
          UtcHours.FIRST,
          UtcHours.LAST,
          (hour, hourOfWeek, cell) -> out.add(cell.read()));
    }
    return out;
  }

  /** Puts that come between the sum of their hour and the writing of it. */
  @Test
  void putsWhileTheirHourIsRolledUp_areNotLost() throws Exception {
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, InstantSource.system());
      SketchSpec spec = new SketchSpec(256, 16, 7);
      repository.create(
          "rooms", Collection.newBuilder().setSpec(Sketches.spec(spec)).build(), Receipt.none());
      SketchCollection rooms = repository.collection("rooms");
      RollUps rollUps = new RollUps(store);
      AtomicBoolean done = new AtomicBoolean();
      Thread roller =
          new Thread(
              () -> {
                while (!done.get()) {
                  rollUps.roll(rooms, UtcHours.FIRST, UtcHours.LAST);
                }
              });
      roller.start();
      for (int hour = 0; hour < HOURS; hour++) {
        for (int i = 0; i < PUTS_AN_HOUR; i++) {
          repository.put(rooms, item(hour, i));
        }
      }
      done.set(true);
      roller.join();
      rollUps.roll(rooms, UtcHours.FIRST, UtcHours.LAST);
      assertThat(cells(store, Level.HOUR))
          .hasSize(HOURS)
          .allMatch(cell -> cell.getSketches() == PUTS_AN_HOUR);
      assertThat(cells(store, Level.DAY)).hasSize((HOURS + 23) / 24);
      for (Level level : List.of(Level.HOUR, Level.DAY, Level.MONTH_HOUR)) {
        assertThat(cells(store, level).stream().mapToLong(RollUp::getSketches).sum())
            .isEqualTo(HOURS * PUTS_AN_HOUR);
      }
    }
  }

  /** Roll-ups of a release that kept no energies: read as they are, and made anew. */
  @Test
  void rollUpsWithoutEnergies_areRead_thenRenewed() throws Exception {
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, InstantSource.system());
      SketchSpec spec = new SketchSpec(256, 16, 7);
      repository.create(
          "rooms", Collection.newBuilder().setSpec(Sketches.spec(spec)).build(), Receipt.none());
      SketchCollection rooms = repository.collection("rooms");
      for (int i = 0; i < 30; i++) {
        repository.put(rooms, item(i / 10, i));
      }
      RollUps rollUps = new RollUps(store);
      rollUps.roll(rooms, UtcHours.FIRST, UtcHours.LAST);
      try (StoreBatch batch = store.batch()) {
        List<Level> levels = List.of(Level.HOUR, Level.DAY);
        for (Level level : levels) {
          List<RollUp> cells = cells(store, level);
          for (int hour = 0; hour < cells.size(); hour++) {
            RollUp old = cells.get(hour).toBuilder().clearEnergy().clearStrongest().build();
            batch.cell("rooms", level, hour, 0, old);
          }
        }
        batch.commit();
      }
      TimeStatistics statistics = new TimeStatistics(repository, rollUps, new Estimators());
      AggregateStatisticsRequest request =
          AggregateStatisticsRequest.newBuilder().setParent("collections/rooms").build();
      assertThatThrownBy(() -> statistics.aggregate(rooms, request, () -> true))
          .as("a call that has ended")
          .isInstanceOf(CancellationException.class);
      StatisticsBucket before = statistics.aggregate(rooms, request, () -> false).getBuckets(0);
      assertThat(before.getDominanceKnown()).isFalse();
      assertThat(before.getDominantList()).isEmpty();
      assertThat(before.getSketches()).isEqualTo(30);
      StatisticsBucket after = statistics.aggregate(rooms, request, () -> false).getBuckets(0);
      assertThat(after.getDominanceKnown()).isTrue();
      assertThat(after.getSketchesRead()).isZero();
      assertThat(after.getEstimatesList()).isEqualTo(before.getEstimatesList());
    }
  }
}
