package io.resketch.server.query;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.TimeRange;

/** The ends of a time range, null where open. */
public final class TimeRanges {
  private TimeRanges() {}

  /**
   * Checks a range.
   *
   * @throws InvalidInputException if an end is not a time or the range ends before it starts
   */
  public static void check(TimeRange range) {
    checkTime("range.start", range.getStart());
    checkTime("range.end", range.getEnd());
    if (range.hasStart()
        && range.hasEnd()
        && Timestamps.compare(range.getStart(), range.getEnd()) > 0) {
      throw new InvalidInputException(
          "range.end",
          Timestamps.toString(range.getEnd())
              + " is before range.start="
              + Timestamps.toString(range.getStart()));
    }
  }

  private static void checkTime(String field, Timestamp time) {
    if (!Timestamps.isValid(time)) {
      throw new InvalidInputException(
          field,
          "seconds="
              + time.getSeconds()
              + ", nanos="
              + time.getNanos()
              + " must be of the years 1 to 9999, nanos 0 to 999999999");
    }
  }

  /** Inclusive lower end, null if open. */
  public static Timestamp start(TimeRange range) {
    return range.hasStart() ? range.getStart() : null;
  }

  /** Exclusive upper end, null if open. */
  public static Timestamp end(TimeRange range) {
    return range.hasEnd() ? range.getEnd() : null;
  }
}
