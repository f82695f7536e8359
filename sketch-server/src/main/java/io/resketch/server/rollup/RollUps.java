package io.resketch.server.rollup;

import io.resketch.core.sketch.Sketch;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.Level;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.RollUp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes roll-ups: the sum of an hour from its single sketches, those of days and of hours of the
 * week in a month from the hours; likewise those of hours and days by the values of the
 * collection's labels. An hour is marked on disk in the batch of every write to it, and loses the
 * mark in the batch that writes its roll-ups, if nothing was written to it meanwhile. So what is
 * not marked is exact, whenever the server is killed. Thread-safe.
 */
public final class RollUps {
  /** Hours are rolled up together as far as their sums stay below this many floats. */
  private static final int MAX_FLOATS = 1 << 23;

  private final RocksStore store;

  /**
   * An hour.
   *
   * @param all of all its sketches
   * @param labels by the values of each label of the collection
   */
  private record Hour(RollUp all, List<RollUp> labels) {}

  public RollUps(RocksStore store) {
    this.store = store;
  }

  /**
   * Rolls up the marked hours of [from, to), in hours since 1970. Those that are written to at the
   * same time may stay marked.
   *
   * @throws io.resketch.server.repository.RepositoryException if the collection was deleted
   */
  public void roll(SketchCollection collection, long from, long to) {
    synchronized (collection.rolling()) {
      int dimension = collection.operators().spec().dimension();
      int sums = 1 + collection.rollUpLabels().size() * LabelSums.limit(dimension);
      int together = Math.max(1, MAX_FLOATS / sums / dimension);
      Optional<Long> next = firstDirty(collection, from);
      while (next.isPresent() && next.get() < to) {
        long hour = next.get();
        long end = Math.min(to, Math.min(UtcHours.day(hour) + UtcHours.DAY, hour + together));
        rollWithinDay(collection, hour, end);
        next = firstDirty(collection, end);
      }
    }
  }

  /**
   * Has those roll-ups of [from, to) made anew, in hours since 1970, that are of a release which
   * did not keep energies: by the next question, or in the background.
   */
  public void renew(SketchCollection collection, long from, long to) {
    List<Long> old = new ArrayList<>();
    try (StoreSnapshot snapshot = store.snapshot()) {
      snapshot.cells(
          collection.id(),
          Level.HOUR,
          from,
          to,
          (hour, part, cell) -> {
            if (!cell.read().hasEnergy()) {
              old.add(hour);
            }
          });
    }
    synchronized (collection) {
      old.forEach(collection.dirtyHours()::renew);
    }
  }

  private static Optional<Long> firstDirty(SketchCollection collection, long from) {
    synchronized (collection) {
      return collection.dirtyHours().from(from);
    }
  }

  private void rollWithinDay(SketchCollection collection, long from, long to) {
    Map<Long, Long> versions;
    synchronized (collection) {
      versions = collection.dirtyHours().versions(from, to);
    }
    Map<Long, Hour> hours = new TreeMap<>();
    try (StoreSnapshot snapshot = store.snapshot()) {
      versions.keySet().forEach(hour -> hours.put(hour, sum(snapshot, collection, hour)));
    }
    while (!hours.isEmpty() && !write(collection, versions, hours)) {
      synchronized (collection) {
        collection.dirtyHours().changed(versions).forEach(versions::remove);
      }
      hours.keySet().retainAll(versions.keySet());
    }
  }

  private static Hour sum(StoreSnapshot snapshot, SketchCollection collection, long hour) {
    SketchSums sums = new SketchSums();
    Map<String, LabelSums> labels = new LinkedHashMap<>();
    for (String key : collection.rollUpLabels()) {
      labels.put(key, new LabelSums(LabelSums.limit(collection.operators().spec().dimension())));
    }
    snapshot.visitByTime(
        collection.id(),
        UtcHours.start(hour),
        UtcHours.start(hour + 1),
        null,
        (position, id, record) -> {
          Sketch sketch = Repository.sketch(record);
          sums.add(id, sketch);
          labels.forEach(
              (key, values) -> {
                String value = record.getLabelsMap().get(key);
                if (value != null) {
                  values.add(value, id, sketch);
                }
              });
          return true;
        });
    return new Hour(sums.toRollUp(), labels.values().stream().map(LabelSums::toRollUp).toList());
  }

  /**
   * Writes the roll-ups of hours of one day and all above them, which nobody else does meanwhile.
   *
   * @return false, with nothing written, if an hour has been written to
   */
  private boolean write(
      SketchCollection collection, Map<Long, Long> versions, Map<Long, Hour> hours) {
    String id = collection.id();
    long day = UtcHours.day(hours.keySet().iterator().next());
    Map<Long, RollUp> known = new HashMap<>();
    hours.forEach((hour, sums) -> known.put(hour, sums.all));
    try (StoreBatch batch = store.batch()) {
      writeLabels(batch, collection, day, hours);
      batch.cell(id, Level.DAY, day, 0, sum(id, known, day, day + UtcHours.DAY, 1));
      hours.forEach(
          (hour, cell) -> {
            long month = UtcHours.month(hour);
            long first = month + Math.floorMod(hour - month, (long) UtcHours.WEEK);
            RollUp week = sum(id, known, first, UtcHours.nextMonth(hour), UtcHours.WEEK);
            batch.cell(id, Level.MONTH_HOUR, month, UtcHours.ofWeek(hour), week);
            batch.cell(id, Level.HOUR, hour, 0, cell.all);
            batch.clean(id, hour);
          });
      synchronized (collection) {
        collection.requireLive();
        if (!collection.dirtyHours().changed(versions).isEmpty()) {
          return false;
        }
        batch.commit();
        hours.keySet().forEach(collection.dirtyHours()::clean);
        return true;
      }
    }
  }

  private void writeLabels(
      StoreBatch batch, SketchCollection collection, long day, Map<Long, Hour> hours) {
    for (int i = 0; i < collection.rollUpLabels().size(); i++) {
      int label = i;
      LabelSums ofDay = new LabelSums(LabelSums.limit(collection.operators().spec().dimension()));
      for (long hour = day; hour < day + UtcHours.DAY; hour++) {
        Hour sums = hours.get(hour);
        if (sums != null) {
          ofDay.add(sums.labels.get(label));
          batch.cell(collection.id(), Level.LABEL_HOUR, hour, label, sums.labels.get(label));
        } else {
          store.cell(collection.id(), Level.LABEL_HOUR, hour, label).ifPresent(ofDay::add);
        }
      }
      batch.cell(collection.id(), Level.LABEL_DAY, day, label, ofDay.toRollUp());
    }
  }

  private RollUp sum(String collection, Map<Long, RollUp> known, long from, long to, int step) {
    SketchSums sums = new SketchSums();
    for (long hour = from; hour < to; hour += step) {
      RollUp cell = known.get(hour);
      if (cell != null) {
        sums.add(cell);
      } else {
        store.cell(collection, Level.HOUR, hour, 0).ifPresent(sums::add);
      }
    }
    return sums.toRollUp();
  }
}
