package io.resketch.server.query;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.wire.ZoneText;
import java.math.BigInteger;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Reads from a request how its sketches are put together. */
final class Groupings {
  private static final BigInteger DAY = BigInteger.valueOf(86_400_000_000_000L);
  private static final int MAX_OFFSET_SECONDS = 18 * 3600;

  private Groupings() {}

  /**
   * Checks all that is about the grouping.
   *
   * @throws InvalidInputException naming the field
   */
  static void check(AggregateStatisticsRequest request) {
    boolean timed = isTimed(request);
    if (timed) {
      var unused = buckets(request);
    }
    if (request.hasCycle()
        && request.getCycle() != Cycle.CYCLE_HOUR_OF_DAY
        && request.getCycle() != Cycle.CYCLE_DAY_OF_WEEK) {
      throw new InvalidInputException(
          "cycle",
          request.getCycleValue() + " must be CYCLE_HOUR_OF_DAY (1) or CYCLE_DAY_OF_WEEK (2)");
    }
    if (request.hasLabel() && request.getLabel().isEmpty()) {
      throw new InvalidInputException("label", "is empty; give the key of a label");
    }
    checkOffset(request);
    if (!request.getTimeZone().isEmpty()) {
      var unused = ZoneText.zone("time_zone", request.getTimeZone());
      if (!timed && !request.hasCycle()) {
        throw new InvalidInputException(
            "time_zone",
            "\"" + request.getTimeZone() + "\" goes with bucket, calendar_unit or cycle only");
      }
    }
    if (request.getIncludeEmptyBuckets() && !timed) {
      throw new InvalidInputException(
          "include_empty_buckets", "goes with bucket or calendar_unit only");
    }
  }

  private static void checkOffset(AggregateStatisticsRequest request) {
    Duration offset = request.getUtcOffset();
    if (!Durations.isValid(offset)
        || offset.getNanos() != 0
        || offset.getSeconds() % 60 != 0
        || Math.abs(offset.getSeconds()) > MAX_OFFSET_SECONDS) {
      throw new InvalidInputException(
          "utc_offset",
          "seconds="
              + offset.getSeconds()
              + ", nanos="
              + offset.getNanos()
              + " must be whole minutes, -18 to 18 hours");
    }
    if (offset.getSeconds() != 0 && !request.hasCycle()) {
      throw new InvalidInputException(
          "utc_offset", "goes with cycle only; for buckets of time give time_zone");
    }
    if (offset.getSeconds() != 0 && !request.getTimeZone().isEmpty()) {
      throw new InvalidInputException(
          "utc_offset", "does not go with time_zone, which has its own offsets; leave one out");
    }
  }

  /** Whether a bucket of the answer is one of time. */
  static boolean isTimed(AggregateStatisticsRequest request) {
    return request.hasBucket() || request.hasCalendarUnit();
  }

  /** The buckets of a request for buckets of time. */
  private static TimeBuckets buckets(AggregateStatisticsRequest request) {
    if (request.hasCalendarUnit()) {
      CalendarUnit unit = request.getCalendarUnit();
      if (unit == CalendarUnit.CALENDAR_UNIT_UNSPECIFIED || unit == CalendarUnit.UNRECOGNIZED) {
        throw new InvalidInputException(
            "calendar_unit",
            request.getCalendarUnitValue()
                + " must be CALENDAR_UNIT_DAY (1), WEEK (2), MONTH (3) or YEAR (4)");
      }
      return DateBuckets.of(zone(request), unit);
    }
    BigInteger length = Nanos.ofBucket(request.getBucket());
    if (request.getTimeZone().isEmpty()) {
      return new FixedBuckets(length);
    }
    if (length.mod(DAY).signum() == 0) {
      return DateBuckets.ofDays(zone(request), length.divide(DAY).longValueExact());
    }
    if (DAY.mod(length).signum() == 0) {
      return new ClockBuckets(zone(request).getRules(), length.longValueExact());
    }
    throw new InvalidInputException(
        "bucket",
        Durations.toString(request.getBucket())
            + " neither divides a day nor is whole days, so that it has no place on the clocks of a"
            + " time zone; take one that does, such as 15 minutes or 6 hours, or leave time_zone"
            + " out");
  }

  private static ZoneId zone(AggregateStatisticsRequest request) {
    return request.getTimeZone().isEmpty()
        ? ZoneOffset.ofTotalSeconds((int) request.getUtcOffset().getSeconds())
        : ZoneText.zone("time_zone", request.getTimeZone());
  }

  /**
   * The grouping of a request.
   *
   * @param known its range, from the first sketch to the last where it is open
   * @param asked its range
   */
  static Grouping of(
      AggregateStatisticsRequest request, SketchCollection collection, Span known, Span asked) {
    return switch (request.getGroupingCase()) {
      case BUCKET, CALENDAR_UNIT -> new Grouping.Timed(buckets(request), asked);
      case CYCLE -> new Grouping.Cyclic(request.getCycle(), zone(request).getRules());
      case LABEL -> new Grouping.Label(request.getLabel(), label(collection, request.getLabel()));
      case GROUPING_NOT_SET -> new Grouping.Whole(known);
    };
  }

  /** Number of a label among those of roll-ups, -1 if it is none. */
  static int label(SketchCollection collection, String key) {
    return collection.rollUpLabels().indexOf(key);
  }
}
