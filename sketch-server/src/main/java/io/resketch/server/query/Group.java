package io.resketch.server.query;

import java.time.Instant;
import java.util.Comparator;

/**
 * What makes a bucket of an answer.
 *
 * @param index hour of the day, or day of the week from 0; of a bucket of time the second since
 *     1970 in which it starts; else 0
 * @param nanos of a bucket of time where in that second; else 0
 * @param label value of the label, else empty
 */
record Group(long index, int nanos, String label) implements Comparable<Group> {
  private static final Comparator<Group> ORDER =
      Comparator.comparingLong(Group::index)
          .thenComparingInt(Group::nanos)
          .thenComparing(Group::label);

  static Group of(long index) {
    return new Group(index, 0, "");
  }

  /** Of the bucket of time that starts then. */
  static Group of(Instant start) {
    return new Group(start.getEpochSecond(), start.getNano(), "");
  }

  static Group ofLabel(String value) {
    return new Group(0, 0, value);
  }

  /** Start of a bucket of time. */
  Instant start() {
    return Instant.ofEpochSecond(index, nanos);
  }

  @Override
  public int compareTo(Group other) {
    return ORDER.compare(this, other);
  }
}
