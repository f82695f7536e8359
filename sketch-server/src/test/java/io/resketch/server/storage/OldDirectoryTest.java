package io.resketch.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.rollup.RollUps;
import io.resketch.v1.Collection;
import io.resketch.v1.PutItem;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory from before there were roll-ups. */
final class OldDirectoryTest {
  private static final long[] SECONDS = {-62_135_596_800L, -1, 0, 3599, 3600, 253_402_300_799L};

  @TempDir private Path directory;

  private static PutItem item(int i) {
    Computation run =
        Computation.builder().object("x", "cat", Attributes.dense(1f)).root("x", 1f).build();
    io.resketch.v1.Computation.Builder message = Graphs.computation(run).toBuilder();
    message.setId("run-" + i);
    if (i < SECONDS.length) {
      message.setTime(Timestamp.newBuilder().setSeconds(SECONDS[i]).setNanos(999_999_999));
    }
    return PutItem.newBuilder().setComputation(message).build();
  }

  private static NavigableSet<Long> dirty(RocksStore store) {
    try (StoreSnapshot snapshot = store.snapshot()) {
      return snapshot.dirtyHours("rooms", UtcHours.FIRST, UtcHours.LAST);
    }
  }

  private static long cells(RocksStore store) {
    long[] sketches = {0};
    try (StoreSnapshot snapshot = store.snapshot()) {
      snapshot.cells(
          "rooms",
          Level.HOUR,
          UtcHours.FIRST,
          UtcHours.LAST,
          (hour, unused, cell) -> sketches[0] += cell.read().getSketches());
    }
    return sketches[0];
  }

  @Test
  void allItsHours_areMarkedWhenItIsOpened_andOnlyOnce() throws Exception {
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, InstantSource.system());
      Collection collection =
          Collection.newBuilder().setSpec(Sketches.spec(new SketchSpec(256, 16, 7))).build();
      repository.create("rooms", collection, Receipt.none());
      for (int i = 0; i <= SECONDS.length; i++) {
        repository.put(repository.collection("rooms"), item(i));
      }
    }
    try (RawStore raw = new RawStore(directory)) {
      raw.dropFamily("rollups");
      raw.dropFamily("dirty");
    }
    try (RocksStore store = RocksStore.open(directory)) {
      assertThat(dirty(store)).isEmpty();
      Repository repository = new Repository(store, InstantSource.system());
      assertThat(dirty(store)).containsExactly(UtcHours.FIRST, -1L, 0L, 1L, UtcHours.LAST - 1);
      new RollUps(store).roll(repository.collection("rooms"), UtcHours.FIRST, UtcHours.LAST);
      assertThat(dirty(store)).isEmpty();
      assertThat(cells(store)).isEqualTo(SECONDS.length);
    }
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, InstantSource.system());
      assertThat(List.copyOf(dirty(store))).isEmpty();
      repository.put(repository.collection("rooms"), item(0)); // is there already
      assertThat(dirty(store)).isEmpty();
    }
  }
}
