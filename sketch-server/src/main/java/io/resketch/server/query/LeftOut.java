package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.SketchRecord;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** Sketches that a question leaves out of its counts, and those of them that it came upon. */
final class LeftOut {
  private static final int MAX = 100;

  private final Set<String> ids = new TreeSet<>();
  private final NavigableSet<Long> hours = new TreeSet<>();
  private final Set<String> met = new TreeSet<>();

  /**
   * Looks the sketches up.
   *
   * @param names of sketches of the collection
   * @throws InvalidInputException naming {@code leave_out} if one is not there, or they are too
   *     many
   */
  LeftOut(StoreSnapshot snapshot, String collection, List<String> names) {
    if (names.size() > MAX) {
      throw new InvalidInputException(
          "leave_out", names.size() + " sketches, at most " + MAX + " are allowed");
    }
    for (int i = 0; i < names.size(); i++) {
      String field = "leave_out[" + i + "]";
      Names.SketchName name = Names.parseSketch(field, names.get(i));
      if (!name.collection().equals(collection)) {
        throw new InvalidInputException(
            field, "\"" + names.get(i) + "\" is not of collections/" + collection);
      }
      SketchRecord record =
          snapshot
              .find(collection, name.id())
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          field, "there is no sketch \"" + name.id() + "\"; correct the id"));
      ids.add(name.id());
      if (record.hasTime()) {
        hours.add(UtcHours.of(record.getTime()));
      }
    }
  }

  /** Hours whose roll-ups have one of them in. */
  NavigableSet<Long> hours() {
    return hours;
  }

  /** Whether a sketch that was come upon is one of them. */
  boolean has(String id) {
    if (!ids.contains(id)) {
      return false;
    }
    met.add(id);
    return true;
  }

  /** Ids of those that were come upon. */
  Set<String> met() {
    return met;
  }
}
