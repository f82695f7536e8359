package io.resketch.server.repository;

import com.google.protobuf.Timestamp;
import io.resketch.server.storage.StoreBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The hours of a collection whose roll-ups may be behind their sketches, as the marks on disk say,
 * and when each was last written to. All calls by the holder of the collection's lock.
 */
public final class DirtyHours {
  /**
   * A write to an hour.
   *
   * @param version never the same twice in a collection
   * @param nanoTime when
   */
  private record Touch(long version, long nanoTime) {}

  private final String collection;
  private final NavigableMap<Long, Touch> hours = new TreeMap<>();
  private long versions;

  DirtyHours(String collection) {
    this.collection = collection;
  }

  /** Takes up an hour that is marked on disk. */
  void load(long hour) {
    hours.put(hour, new Touch(versions++, System.nanoTime()));
  }

  /**
   * Every change of a sketch goes through here, before its batch is committed and under the same
   * lock: marks the hour of its time in the batch. A mark that is there already costs a few bytes;
   * a batch that fails leaves an hour that is rolled up once for nothing.
   *
   * @param time null if the sketch has none, and so no roll-up
   */
  void touch(StoreBatch batch, Timestamp time) {
    if (time != null) {
      long hour = UtcHours.of(time);
      load(hour);
      batch.dirty(collection, hour);
    }
  }

  /**
   * Has an hour rolled up anew although its roll-ups are not behind: without a mark on disk, where
   * it is none that questions must heed.
   */
  public void renew(long hour) {
    load(hour);
  }

  /** Number of hours. */
  public int size() {
    return hours.size();
  }

  /** The first at or after {@code hour}. */
  public Optional<Long> from(long hour) {
    return Optional.ofNullable(hours.ceilingKey(hour));
  }

  /** The first at or after {@code hour} that has not been written to for a while. */
  public Optional<Long> idleFrom(long hour, long nanos) {
    long now = System.nanoTime();
    return hours.tailMap(hour, true).entrySet().stream()
        .filter(entry -> now - entry.getValue().nanoTime >= nanos)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The versions of the hours of [from, to). */
  public Map<Long, Long> versions(long from, long to) {
    Map<Long, Long> out = new TreeMap<>();
    hours.subMap(from, to).forEach((hour, touch) -> out.put(hour, touch.version));
    return out;
  }

  /** Those that have been written to since they had these versions. */
  public List<Long> changed(Map<Long, Long> versions) {
    List<Long> out = new ArrayList<>();
    versions.forEach(
        (hour, version) -> {
          Touch touch = hours.get(hour);
          if (touch == null || touch.version != version) {
            out.add(hour);
          }
        });
    return out;
  }

  /** Called when the hour has been rolled up on disk. */
  public void clean(long hour) {
    hours.remove(hour);
  }
}
