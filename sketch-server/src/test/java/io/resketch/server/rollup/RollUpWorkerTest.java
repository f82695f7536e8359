package io.resketch.server.rollup;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.Timestamp;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Collection;
import io.resketch.v1.PutItem;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RollUpWorkerTest {
  private static final int HOURS = 50;

  @TempDir private Path directory;
  private RocksStore store;
  private Repository repository;
  private SketchCollection rooms;

  @BeforeEach
  void fill() {
    store = RocksStore.open(directory);
    repository = new Repository(store, InstantSource.system());
    repository.create(
        "rooms",
        Collection.newBuilder().setSpec(Sketches.spec(new SketchSpec(256, 16, 7))).build(),
        Receipt.none());
    rooms = repository.collection("rooms");
    Computation run =
        Computation.builder().object("x", "cat", Attributes.dense(1f)).root("x", 1f).build();
    for (int i = 0; i < HOURS; i++) {
      Timestamp time = Timestamp.newBuilder().setSeconds(3600L * i).build();
      repository.put(
          rooms,
          PutItem.newBuilder()
              .setComputation(Graphs.computation(run).toBuilder().setId("run-" + i).setTime(time))
              .build());
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  private int dirty() {
    SketchCollection collection = rooms;
    synchronized (collection) {
      return collection.dirtyHours().size();
    }
  }

  private void whileWorking(Duration idle, Runnable test) {
    RollUpWorker worker = new RollUpWorker(repository, new RollUps(store), idle);
    try {
      test.run();
    } finally {
      worker.close();
    }
  }

  @Test
  void quietHours_areRolledUp_andOthersWait() {
    Duration period = Duration.ofSeconds(2);
    whileWorking(Duration.ofDays(1), () -> await().during(period).until(() -> dirty() == HOURS));
    whileWorking(
        Duration.ZERO, () -> await().atMost(Duration.ofSeconds(20)).until(() -> dirty() == 0));
  }

  @Test
  void closedStore_isLeftAlone() {
    store.close();
    Duration period = Duration.ofSeconds(2);
    whileWorking(Duration.ZERO, () -> await().during(period).until(() -> dirty() == HOURS));
  }
}
