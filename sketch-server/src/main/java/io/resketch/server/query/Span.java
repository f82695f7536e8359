package io.resketch.server.query;

import com.google.protobuf.Timestamp;
import io.resketch.server.repository.UtcHours;
import io.resketch.v1.TimeRange;

/**
 * A range of time, and the UTC hours in it.
 *
 * @param start inclusive, null if open
 * @param end exclusive, null if open
 */
record Span(Timestamp start, Timestamp end) {
  static Span of(TimeRange range) {
    return new Span(TimeRanges.start(range), TimeRanges.end(range));
  }

  /** Whether it is open on both sides, so that sketches without a time are in it. */
  boolean isAll() {
    return start == null && end == null;
  }

  /** The hour in which it starts. */
  long firstHour() {
    return start == null ? UtcHours.FIRST : UtcHours.of(start);
  }

  /** The first hour behind those that it touches. */
  long hoursEnd() {
    return end == null ? UtcHours.LAST : UtcHours.of(end) + (UtcHours.isStart(end) ? 0 : 1);
  }

  /** The first hour that starts in it. */
  long firstWholeHour() {
    return start == null || UtcHours.isStart(start) ? firstHour() : firstHour() + 1;
  }

  /** The first hour behind those that end in it. */
  long wholeHoursEnd() {
    return end == null ? UtcHours.LAST : UtcHours.of(end);
  }

  /** Whether all of the hours [from, to) are in it. */
  boolean hasHours(long from, long to) {
    return firstWholeHour() <= from && to <= wholeHoursEnd();
  }

  /** What of the hours [from, to) is in it. */
  Span within(long from, long to) {
    return new Span(
        start != null && UtcHours.of(start) >= from ? start : UtcHours.start(from),
        end != null && UtcHours.of(end) < to ? end : UtcHours.start(to));
  }
}
