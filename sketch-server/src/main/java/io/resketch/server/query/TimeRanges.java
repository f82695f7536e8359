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
    if (range.hasStart() && !Timestamps.isValid(range.getStart())) {
      throw new InvalidInputException("range.start", range.getStart() + " is not a time");
    }
    if (range.hasEnd() && !Timestamps.isValid(range.getEnd())) {
      throw new InvalidInputException("range.end", range.getEnd() + " is not a time");
    }
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

  /** Inclusive lower end, null if open. */
  public static Timestamp start(TimeRange range) {
    return range.hasStart() ? range.getStart() : null;
  }

  /** Exclusive upper end, null if open. */
  public static Timestamp end(TimeRange range) {
    return range.hasEnd() ? range.getEnd() : null;
  }
}
