package io.resketch.server.query;

import java.util.Comparator;

/**
 * What makes a bucket of an answer.
 *
 * @param index of the bucket of time, hour of the day, or day of the week from 0; else 0
 * @param label value of the label, else empty
 */
record Group(long index, String label) implements Comparable<Group> {
  private static final Comparator<Group> ORDER =
      Comparator.comparingLong(Group::index).thenComparing(Group::label);

  static Group of(long index) {
    return new Group(index, "");
  }

  @Override
  public int compareTo(Group other) {
    return ORDER.compare(this, other);
  }
}
