package io.resketch.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.server.storage.ChangeLog.Change;
import io.resketch.server.storage.ChangeLog.Mark;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangeLogTest {
  private static final UUID INDEX = new UUID(3, -4);

  @TempDir private Path directory;

  private static void change(RocksStore store, String collection, long sequence, String id) {
    try (StoreBatch batch = store.batch()) {
      batch.change(collection, sequence, id);
      batch.commit();
    }
  }

  @Test
  void changes_areInOrder_ofTheirCollectionOnly_andThereAgain() {
    try (RocksStore store = RocksStore.open(directory)) {
      assertThat(store.changes("rooms").next()).isZero();
      assertThat(store.changes("rooms").mark()).isEmpty();
      for (int i = 0; i < 300; i++) { // over more than one byte of the number
        change(store, "rooms", i, "s" + i);
      }
      change(store, "room", 0, "other");
      change(store, "roomsx", 7, "other");
    }
    try (RocksStore store = RocksStore.open(directory)) {
      ChangeLog log = store.changes("rooms");
      assertThat(log.next()).isEqualTo(300);
      assertThat(log.from(0, 1000)).hasSize(300);
      assertThat(log.from(254, 3))
          .containsExactly(
              new Change(254, "s254"), new Change(255, "s255"), new Change(256, "s256"));
      assertThat(log.from(300, 3)).isEmpty();
      assertThat(store.changes("roomsx").next()).isEqualTo(8);
    }
  }

  @Test
  void whatWasDropped_isGone_andItsNumbersAreNotUsedAgain() {
    try (RocksStore store = RocksStore.open(directory)) {
      for (int i = 0; i < 10; i++) {
        change(store, "rooms", i, "s" + i);
      }
      change(store, "roomsx", 0, "other");
      store.changes("rooms").dropBefore(INDEX, 8, Long.MAX_VALUE);
      assertThat(store.changes("rooms").from(0, 100))
          .containsExactly(new Change(8, "s8"), new Change(9, "s9"));
      store.changes("rooms").dropBefore(INDEX, 10, Long.MAX_VALUE);
    }
    try (RocksStore store = RocksStore.open(directory)) {
      ChangeLog log = store.changes("rooms");
      assertThat(log.from(0, 100)).isEmpty();
      assertThat(log.next()).isEqualTo(10);
      assertThat(log.mark()).contains(new Mark(INDEX, 10));
      assertThat(store.changes("roomsx").from(0, 100)).containsExactly(new Change(0, "other"));
      try (StoreBatch batch = store.batch()) {
        batch.deleteCollection("rooms");
        batch.commit();
      }
      assertThat(log.next()).isZero();
      assertThat(log.mark()).isEmpty();
    }
  }

  @Test
  void whatAnotherFollowerNeeds_staysUntilItDoesNot() {
    try (RocksStore store = RocksStore.open(directory)) {
      for (int i = 0; i < 10; i++) {
        change(store, "rooms", i, "s" + i);
      }
      ChangeLog log = store.changes("rooms");
      log.dropBefore(INDEX, 8, 5);
      assertThat(log.from(0, 100)).hasSize(5).startsWith(new Change(5, "s5"));
      assertThat(log.mark()).contains(new Mark(INDEX, 8));
      assertThat(log.next()).isEqualTo(10);
      log.dropBefore(INDEX, 8, Long.MAX_VALUE);
      assertThat(log.from(0, 100)).hasSize(2);
    }
  }
}
