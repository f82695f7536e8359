package io.resketch.server.query;

import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.function.UnaryOperator;

/**
 * Buckets of whole dates of a time zone, from the first moment of the first to that of the next.
 *
 * @param zone whose dates
 * @param first the first date of the bucket that a date is in
 * @param next the first date of the next bucket, of that of one
 */
record DateBuckets(ZoneId zone, UnaryOperator<LocalDate> first, UnaryOperator<LocalDate> next)
    implements TimeBuckets {

  /** Of a unit of the calendar. */
  static DateBuckets of(ZoneId zone, CalendarUnit unit) {
    return switch (unit) {
      case CALENDAR_UNIT_DAY -> ofDays(zone, 1);
      case CALENDAR_UNIT_WEEK ->
          new DateBuckets(
              zone,
              date -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)),
              date -> date.plusWeeks(1));
      case CALENDAR_UNIT_MONTH ->
          new DateBuckets(zone, date -> date.withDayOfMonth(1), date -> date.plusMonths(1));
      case CALENDAR_UNIT_YEAR ->
          new DateBuckets(zone, date -> date.withDayOfYear(1), date -> date.plusYears(1));
      case CALENDAR_UNIT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(unit.name());
    };
  }

  /** Of a number of days, counted from 1970-01-01. */
  static DateBuckets ofDays(ZoneId zone, long days) {
    return new DateBuckets(
        zone,
        date -> LocalDate.ofEpochDay(Math.floorDiv(date.toEpochDay(), days) * days),
        date -> date.plusDays(days));
  }

  @Override
  public Bucket at(Instant time) {
    LocalDate from = first.apply(LocalDate.ofInstant(time, zone));
    // Clocks that are put back over midnight show the day before in what is the next day already.
    while (!start(next.apply(from)).isAfter(time)) {
      from = next.apply(from);
    }
    return new Bucket(start(from), start(next.apply(from)));
  }

  private Instant start(LocalDate date) {
    return date.atStartOfDay(zone).toInstant();
  }
}
