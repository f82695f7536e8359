package io.resketch.server.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which sketches of a collection were put or deleted, numbered in order. An index that has followed
 * the changes before a number needs those from there on only; what it has followed is dropped.
 * Written with the sketches, in one batch. Thread-safe.
 */
public final class ChangeLog {
  private static final int MARK_BYTES = 3 * Long.BYTES;

  private final RocksStore store;
  private final String collection;

  ChangeLog(RocksStore store, String collection) {
    this.store = store;
    this.collection = collection;
  }

  /** A sketch was put or deleted. */
  public record Change(long sequence, String id) {}

  /**
   * Where the log begins.
   *
   * @param index the index that it is kept for
   * @param begin number of its first change; earlier ones were dropped
   */
  public record Mark(UUID index, long begin) {}

  /** Empty before an index was begun. */
  public Optional<Mark> mark() {
    byte[] value = store.get(Family.CHANGES, Keys.prefix(collection));
    if (value == null || value.length != MARK_BYTES) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    return Optional.of(new Mark(new UUID(in.getLong(), in.getLong()), in.getLong()));
  }

  /** The changes from a number on, at most {@code limit}. */
  public List<Change> from(long sequence, int limit) {
    byte[] prefix = Keys.prefix(collection);
    List<Change> out = new ArrayList<>();
    store.scan(
        Family.CHANGES,
        prefix,
        Keys.sequence(collection, sequence),
        (key, value) -> {
          long number = ByteBuffer.wrap(key, prefix.length, Long.BYTES).getLong();
          out.add(new Change(number, new String(value, StandardCharsets.UTF_8)));
          return out.size() < limit;
        });
    return out;
  }

  /** The number of the next change, when no change is under way. */
  public long next() {
    long[] next = {mark().map(Mark::begin).orElse(0L)};
    byte[] prefix = Keys.prefix(collection);
    store.scan(
        Family.CHANGES,
        prefix,
        Keys.sequence(collection, next[0]),
        (key, value) -> {
          next[0] = ByteBuffer.wrap(key, prefix.length, Long.BYTES).getLong() + 1;
          return true;
        });
    return next[0];
  }

  /**
   * Drops the changes before a number, which an index has followed.
   *
   * @param keepFrom those from this number on are kept all the same, for another follower
   */
  public void dropBefore(UUID index, long sequence, long keepFrom) {
    try (StoreBatch batch = store.batch()) {
      batch.put(
          Family.CHANGES,
          Keys.prefix(collection),
          ByteBuffer.allocate(MARK_BYTES)
              .putLong(index.getMostSignificantBits())
              .putLong(index.getLeastSignificantBits())
              .putLong(sequence)
              .array());
      batch.deleteChanges(collection, 0, Math.min(sequence, keepFrom));
      batch.commit();
    }
  }
}
