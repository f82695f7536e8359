package io.resketch.server.storage;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Timestamp;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import io.resketch.v1.RequestRecord;
import io.resketch.v1.RollUp;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRecord;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.rocksdb.WriteBatch;

/** Writes that happen together or not at all. Belongs to one thread; close it after use. */
public final class StoreBatch implements AutoCloseable {
  private final RocksStore store;
  private final WriteBatch batch = new WriteBatch();

  StoreBatch(RocksStore store) {
    this.store = store;
  }

  void put(Family family, byte[] key, byte[] value) {
    store.use(
        "writing",
        () -> {
          batch.put(store.handle(family), key, value);
          return null;
        });
  }

  void delete(Family family, byte[] key) {
    store.use(
        "writing",
        () -> {
          batch.delete(store.handle(family), key);
          return null;
        });
  }

  void put(Family family, byte[] key, MessageLite value) {
    put(family, key, value.toByteArray());
  }

  /** Writes a collection under its id. */
  public void collection(String id, Collection collection) {
    put(Family.COLLECTIONS, Keys.utf8(id), collection);
  }

  /** Writes a module. */
  public void module(String collection, Module module) {
    put(Family.MODULES, Keys.in(collection, module.getName()), module);
  }

  /** Writes that a sketch was put or deleted; part of the batch that does it. */
  public void change(String collection, long sequence, String id) {
    put(Family.CHANGES, Keys.sequence(collection, sequence), Keys.utf8(id));
  }

  /** Removes changes. */
  void deleteChanges(String collection, long from, long to) {
    deleteRange(Family.CHANGES, Keys.sequence(collection, from), Keys.sequence(collection, to));
  }

  /** Removes what has keys of [from, to). */
  void deleteRange(Family family, byte[] from, byte[] to) {
    store.use(
        "writing",
        () -> {
          batch.deleteRange(store.handle(family), from, to);
          return null;
        });
  }

  /** Writes a sketch and its place in time. */
  public void sketch(String collection, String id, SketchRecord record) {
    put(Family.SKETCHES, Keys.in(collection, id), record);
    Timestamp time = record.hasTime() ? record.getTime() : null;
    put(Family.TIMES, Keys.time(collection, time, id), new byte[0]);
  }

  /** Removes a sketch from its place in time, too. */
  public void deleteSketch(String collection, String id, SketchRecord record) {
    delete(Family.SKETCHES, Keys.in(collection, id));
    Timestamp time = record.hasTime() ? record.getTime() : null;
    delete(Family.TIMES, Keys.time(collection, time, id));
  }

  /** Writes what is kept of a call; part of the batch of what the call changes. */
  public void request(UUID id, RequestRecord record) {
    put(Family.REQUESTS, Keys.request(id), record);
  }

  void forgetRequest(byte[] key) {
    delete(Family.REQUESTS, key);
  }

  /** Writes a skeleton under its content hash. */
  public void skeleton(String collection, byte[] hash, Skeleton skeleton) {
    put(Family.SKELETONS, Keys.in(collection, hash), skeleton);
  }

  /** Writes how many sketches have a skeleton; with 0 the skeleton goes. */
  public void skeletonUses(String collection, byte[] hash, long uses) {
    byte[] key = Keys.in(collection, hash);
    if (uses > 0) {
      put(Family.SKELETON_USES, key, ByteBuffer.allocate(Long.BYTES).putLong(uses).array());
    } else {
      delete(Family.SKELETON_USES, key);
      delete(Family.SKELETONS, key);
    }
  }

  /** Removes a collection with all it holds. */
  public void deleteCollection(String id) {
    for (Family family : Family.OF_COLLECTIONS) {
      deleteAllIn(family, id);
    }
    delete(Family.COLLECTIONS, Keys.utf8(id));
  }

  /** Removes what has keys that start with an id and a zero byte. */
  void deleteAllIn(Family family, String id) {
    byte[] from = Keys.prefix(id);
    byte[] behind = from.clone();
    behind[behind.length - 1]++; // the keys go on behind the zero byte
    deleteRange(family, from, behind);
  }

  /** Says that all hours with sketches of a collection are marked, from now on and before. */
  public void marksHours(String collection) {
    put(Family.DIRTY, Keys.prefix(collection), new byte[0]);
  }

  /** Marks an hour: its roll-ups may be behind its sketches. */
  public void dirty(String collection, long hour) {
    put(Family.DIRTY, Keys.dirty(collection, hour), new byte[0]);
  }

  /** Takes the mark of an hour away. */
  public void clean(String collection, long hour) {
    delete(Family.DIRTY, Keys.dirty(collection, hour));
  }

  /**
   * Writes a roll-up, or takes it away if it is of no sketches.
   *
   * @param part hour of the week of a MONTH_HOUR, number of the label of a LABEL_HOUR or LABEL_DAY,
   *     else 0
   */
  public void cell(String collection, Level level, long hour, int part, RollUp cell) {
    byte[] key = Keys.cell(collection, level, hour, part);
    if (cell.getSketches() == 0) {
      delete(Family.ROLLUPS, key);
    } else {
      put(Family.ROLLUPS, key, cell);
    }
  }

  /**
   * Writes the batch and returns when it is on disk.
   *
   * @throws StorageException if the disk refuses: nothing is written then, or, if the disk failed
   *     after it took the bytes, all of it is there when the directory is opened again
   */
  public void commit() {
    store.write(batch);
  }

  @Override
  public void close() {
    batch.close();
  }
}
