package io.resketch.server.storage;

import com.google.protobuf.Timestamp;
import io.resketch.server.storage.RocksStore.SketchVisitor;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/**
 * The records of a store as they were at one moment, so that sketches, roll-ups and marks fit
 * together. To be closed soon: it keeps the disk space of what is deleted. Belongs to one thread.
 */
public final class StoreSnapshot implements AutoCloseable {
  private final RocksStore store;
  private final Snapshot snapshot;
  private final ReadOptions at;

  StoreSnapshot(RocksStore store, Snapshot snapshot) {
    this.store = store;
    this.snapshot = snapshot;
    this.at = new ReadOptions().setSnapshot(snapshot);
  }

  /**
   * Visits sketches in order of time, then id.
   *
   * @param start null for no lower bound, which includes sketches without a time
   * @param end null for no upper bound; exclusive
   * @param after null, or the position to take up behind
   */
  public void visitByTime(
      String collection, Timestamp start, Timestamp end, byte[] after, SketchVisitor visitor) {
    byte[] first =
        after != null
            ? after
            : start == null ? Keys.prefix(collection) : Keys.time(collection, start, "");
    byte[] limit = end == null ? null : Keys.time(collection, end, "");
    store.scan(
        at,
        Family.TIMES,
        Keys.prefix(collection),
        first,
        (key, value) -> {
          if (after != null && Arrays.equals(key, after)) {
            return true;
          }
          if (limit != null && Arrays.compareUnsigned(key, limit) >= 0) {
            return false;
          }
          String id = Keys.sketchId(collection, key);
          return visitor.visit(key, id, sketch(collection, id));
        });
  }

  /** A sketch by its id. */
  public Optional<SketchRecord> find(String collection, String id) {
    return store.get(at, Family.SKETCHES, Keys.in(collection, id), SketchRecord.parser());
  }

  private SketchRecord sketch(String collection, String id) {
    return find(collection, id)
        .orElseThrow(
            () ->
                store.damaged(
                    "the sketch " + collection + "/" + id + " of the time index is missing"));
  }

  /** The first time of a sketch at or after {@code start}. */
  public Optional<Timestamp> timeFrom(String collection, Timestamp start) {
    Timestamp[] found = {null};
    store.scan(
        at,
        Family.TIMES,
        Keys.prefix(collection),
        Keys.time(collection, start, ""),
        (key, value) -> {
          found[0] = Keys.time(collection, key);
          return false;
        });
    return Optional.ofNullable(found[0]);
  }

  /** The last time of a sketch. */
  public Optional<Timestamp> lastTime(String collection) {
    return Optional.ofNullable(store.lastKey(at, Family.TIMES, Keys.prefix(collection)))
        .map(key -> Keys.time(collection, key));
  }

  /** Hours of [from, to) whose roll-ups may be behind. */
  public NavigableSet<Long> dirtyHours(String collection, long from, long to) {
    NavigableSet<Long> out = new TreeSet<>();
    store.scan(
        at,
        Family.DIRTY,
        Keys.prefix(collection),
        Keys.dirty(collection, from),
        (key, value) -> {
          long hour = Keys.dirtyHour(collection, key);
          return hour < to && out.add(hour);
        });
    return out;
  }

  /** A roll-up not read yet. */
  public interface Cell {
    RollUp read();
  }

  /** Takes up roll-ups. */
  public interface CellVisitor {
    /**
     * Called for each roll-up in order of time, then part.
     *
     * @param hour the first of the hour, day or month, since 1970 UTC
     * @param part as in {@link StoreBatch#cell}
     */
    void visit(long hour, int part, Cell cell);
  }

  /** Visits the roll-ups of a level that start in [from, to), in hours since 1970 UTC. */
  public void cells(String collection, Level level, long from, long to, CellVisitor visitor) {
    store.scan(
        at,
        Family.ROLLUPS,
        Keys.prefix(collection),
        Keys.cell(collection, level, from, 0),
        (key, value) -> {
          ByteBuffer rest = Keys.rest(collection, key);
          if (rest.get() != level.code()) {
            return false;
          }
          long hour = rest.getLong() ^ Long.MIN_VALUE;
          if (hour >= to) {
            return false;
          }
          visitor.visit(
              hour, Byte.toUnsignedInt(rest.get()), () -> store.parse(value, RollUp.parser()));
          return true;
        });
  }

  @Override
  public void close() {
    at.close();
    store.release(snapshot);
  }
}
