package io.resketch.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.resketch.server.storage.StorageException.Reason;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SkeletonObject;
import io.resketch.v1.Sketch;
import io.resketch.v1.SketchRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

final class RocksStoreTest {
  @TempDir private Path directory;
  private RocksStore store;

  @BeforeEach
  void open() {
    store = RocksStore.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Timestamp time(long seconds, int nanos) {
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  private static SketchRecord record(Timestamp time, String content) {
    SketchRecord.Builder out =
        SketchRecord.newBuilder()
            .setSketch(Sketch.newBuilder().setImage(ByteString.copyFromUtf8(content)));
    return time == null ? out.build() : out.setTime(time).build();
  }

  private void put(String collection, String id, Timestamp time) {
    try (StoreBatch batch = store.batch()) {
      batch.sketch(collection, id, record(time, id));
      batch.commit();
    }
  }

  private List<String> ids(String collection, Timestamp start, Timestamp end, byte[] after) {
    List<String> out = new ArrayList<>();
    store.visitByTime(
        collection,
        start,
        end,
        after,
        (position, id, record) -> {
          assertThat(record.getSketch().getImage().toStringUtf8()).isEqualTo(id);
          return out.add(id);
        });
    return out;
  }

  @Test
  void visit_isInOrderOfTimeThenId_withThoseWithoutATimeFirst() {
    put("rooms", "z", time(5, 0));
    put("rooms", "b", null);
    put("rooms", "c", time(-1, 999_999_999));
    put("rooms", "d", time(0, 0));
    put("rooms", "a", time(5, 0));
    put("rooms", "e", time(5, 1));
    put("rooms", "f", time(253_402_300_799L, 999_999_999));
    put("rooms", "g", time(-62_135_596_800L, 0));
    put("rooms", "a-without", null);
    put("room", "other", time(1, 0));
    put("rooms2", "other", null);

    assertThat(ids("rooms", null, null, null))
        .containsExactly("a-without", "b", "g", "c", "d", "a", "z", "e", "f");
    assertThat(ids("rooms", time(0, 0), time(5, 1), null)).containsExactly("d", "a", "z");
    assertThat(ids("rooms", time(-1, 999_999_999), time(0, 0), null)).containsExactly("c");
    assertThat(ids("rooms", time(5, 0), time(5, 0), null)).isEmpty();
    assertThat(ids("rooms", time(5, 1), null, null)).containsExactly("e", "f");
    assertThat(ids("attic", null, null, null)).isEmpty();
  }

  @Test
  void visit_takesUpBehindAPosition_andKeepsTheRange() {
    for (int i = 0; i < 10; i++) {
      put("rooms", "run-" + i, time(i / 2, 0));
    }
    byte[][] at = new byte[1][];
    store.visitByTime(
        "rooms",
        time(1, 0),
        null,
        null,
        (position, id, record) -> {
          at[0] = position;
          return !id.equals("run-4");
        });
    put("rooms", "run-39", time(2, 0)); // right behind the position
    put("rooms", "run-3x", time(1, 0)); // before it
    put("rooms", "run-40", time(2, 0)); // behind it
    assertThat(ids("rooms", time(1, 0), time(4, 0), at[0]))
        .containsExactly("run-40", "run-5", "run-6", "run-7");
  }

  @Test
  void visit_seesTheStateAtItsStart() {
    put("rooms", "a", time(1, 0));
    put("rooms", "b", time(2, 0));
    List<String> seen = new ArrayList<>();
    store.visitByTime(
        "rooms",
        null,
        null,
        null,
        (position, id, record) -> {
          put("rooms", "c", time(3, 0));
          return seen.add(id);
        });
    assertThat(seen).containsExactly("a", "b");
    assertThat(ids("rooms", null, null, null)).containsExactly("a", "b", "c");
  }

  @Test
  void batch_isNotSeenBeforeItsCommit_norEverWithoutOne() {
    try (StoreBatch batch = store.batch()) {
      batch.collection("rooms", Collection.newBuilder().setSketchCount(1).build());
      batch.sketch("rooms", "a", record(time(1, 0), "a"));
      assertThat(store.collections()).isEmpty();
      assertThat(store.sketch("rooms", "a")).isEmpty();
    }
    assertThat(store.collections()).isEmpty();
    assertThat(ids("rooms", null, null, null)).isEmpty();
  }

  @Test
  void reopen_findsEverything() {
    Collection collection =
        Collection.newBuilder().setName("collections/rooms").setSketchCount(1).build();
    Module cat = Module.newBuilder().setName("cat").setDimension(2).setRootLeaf(true).build();
    Module dog = Module.newBuilder().setName("dog").build();
    Skeleton skeleton =
        Skeleton.newBuilder().addObjects(SkeletonObject.newBuilder().setId("x")).build();
    SketchRecord record = record(time(1, 0), "a").toBuilder().putLabels("camera", "door").build();
    byte[] hash = new byte[32];
    new Random(1).nextBytes(hash);
    try (StoreBatch batch = store.batch()) {
      batch.collection("rooms", collection);
      batch.module("rooms", dog);
      batch.module("rooms", cat);
      batch.skeleton("rooms", hash, skeleton);
      batch.skeletonUses("rooms", hash, 2);
      batch.sketch("rooms", "a", record);
      batch.commit();
    }
    store.close();
    store = RocksStore.open(directory);

    assertThat(store.collections()).containsExactly(collection);
    assertThat(store.modules("rooms")).containsExactly(cat, dog);
    assertThat(store.modules("room")).isEmpty();
    assertThat(store.skeletonUses("rooms", hash)).isEqualTo(2);
    assertThat(store.skeleton("rooms", hash)).isEqualTo(skeleton);
    assertThat(store.sketch("rooms", "a")).contains(record);
    assertThat(ids("rooms", null, null, null)).containsExactly("a");
  }

  @Test
  void sketchOfTheTimeIndexThatIsMissing_isDamage() throws Exception {
    put("rooms", "a", time(1, 0));
    put("rooms", "b", time(2, 0));
    store.close();
    try (RawStore raw = new RawStore(directory)) {
      raw.delete("sketches", Keys.in("rooms", "a"));
    }
    store = RocksStore.open(directory);
    assertThatThrownBy(() -> ids("rooms", null, null, null))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory + " is damaged: the sketch rooms/a");
  }

  @Test
  void missingSkeleton_isDamage() {
    assertThatThrownBy(() -> store.skeleton("rooms", new byte[32]))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("skeleton");
  }

  @Test
  void open_whileAnotherHasIt_isRefused() {
    StorageException e =
        catchThrowableOfType(StorageException.class, () -> RocksStore.open(directory));
    assertThat(e.reason()).isEqualTo(Reason.DATA_NOT_OURS);
    assertThat(e)
        .hasMessage(
            directory + " is in use by another server; stop it or choose another directory");
  }

  @Test
  void open_ofAnUnknownFormat_isRefusedAndGivesTheDirectoryBack() throws Exception {
    store.close();
    try (RawStore raw = new RawStore(directory)) {
      raw.put("default", Keys.utf8("format"), Keys.utf8("2"));
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> RocksStore.open(directory))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith(directory.toString())
          .hasMessageContaining("it has storage format 2, this release reads format 1");
    }
  }

  @Test
  void open_ofAnotherProgramsDatabase_isRefusedAndLeavesItAlone(@TempDir Path foreign)
      throws Exception {
    try (Options options = new Options().setCreateIfMissing(true);
        RocksDB db = RocksDB.open(options, foreign.toString())) {
      db.put("key".getBytes(UTF_8), "value".getBytes(UTF_8));
    }
    assertThatThrownBy(() -> RocksStore.open(foreign))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(foreign + " was written by another release or program");
    store.close();
    try (RawStore raw = new RawStore(directory)) {
      raw.addFamily("concepts");
    }
    assertThatThrownBy(() -> RocksStore.open(directory))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("this release does not know: [concepts]");
  }

  @Test
  void open_ofSomethingThatIsNoDirectory_isRefused() {
    Path file = directory.resolve("CURRENT");
    assertThatThrownBy(() -> RocksStore.open(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void usesAfterClose_fail_andCloseWaitsForUsesUnderWay() throws Exception {
    put("rooms", "a", time(1, 0));
    put("rooms", "b", time(2, 0));
    CountDownLatch visiting = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      List<String> seen = new ArrayList<>();
      Future<?> visit =
          executor.submit(
              () ->
                  store.visitByTime(
                      "rooms",
                      null,
                      null,
                      null,
                      (position, id, record) -> {
                        visiting.countDown();
                        try {
                          closing.await();
                          Thread.sleep(50); // time for close() to go wrong
                        } catch (InterruptedException e) {
                          throw new IllegalStateException(e);
                        }
                        return seen.add(id);
                      }));
      visiting.await();
      Future<?> close =
          executor.submit(
              () -> {
                closing.countDown();
                store.close();
              });
      visit.get();
      close.get();
      assertThat(seen).containsExactly("a", "b");
    } finally {
      executor.shutdownNow();
    }
    StorageException e =
        catchThrowableOfType(StorageException.class, () -> store.sketch("rooms", "a"));
    assertThat(e.reason()).isEqualTo(Reason.STORAGE_CLOSED);
    assertThatThrownBy(() -> put("rooms", "c", null)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> ids("rooms", null, null, null)).isInstanceOf(StorageException.class);
    store.close();
  }

  @Test
  void failures_areToldApart() {
    DataDirectory data = new DataDirectory(directory);
    StorageException full =
        data.failure(
            "writing",
            new RocksDBException(
                "IO error: No space left on device",
                new Status(Status.Code.IOError, Status.SubCode.NoSpace, null)));
    assertThat(full.reason()).isEqualTo(Reason.DISK_FULL);
    assertThat(full).hasMessageContaining(directory + ": the disk is full");
    StorageException broken =
        data.failure(
            "writing",
            new RocksDBException(
                "IO error: Input/output error",
                new Status(Status.Code.IOError, Status.SubCode.None, null)));
    assertThat(broken.reason()).isEqualTo(Reason.STORAGE_FAILED);
    assertThat(broken).hasMessageContaining(directory + ": writing failed");
    StorageException corrupt =
        data.failure(
            "reading",
            new RocksDBException(
                "block checksum mismatch",
                new Status(Status.Code.Corruption, Status.SubCode.None, null)));
    assertThat(corrupt.reason()).isEqualTo(Reason.DATA_DAMAGED);
    assertThat(corrupt).hasMessageContaining(directory + " is damaged: block checksum mismatch");
  }
}
