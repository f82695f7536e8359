package io.resketch.server.repository;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.time.Instant;
import java.time.LocalDate;

/** Hours since 1970-01-01T00:00Z, and the days and months they lie in, all in UTC. */
public final class UtcHours {
  public static final int DAY = 24;
  public static final int WEEK = 7 * DAY;
  private static final int SECONDS = 3600;

  /** The hour of the week in which 1970 began, a Thursday; weeks begin on Mondays. */
  private static final int EPOCH_HOUR_OF_WEEK = 3 * DAY;

  /** The first hour of the year 1, and the first behind 9999: where timestamps end. */
  public static final long FIRST = Timestamps.MIN_VALUE.getSeconds() / SECONDS;

  public static final long LAST = (Timestamps.MAX_VALUE.getSeconds() + 1) / SECONDS;

  private UtcHours() {}

  /** The hour of a time. */
  public static long of(Timestamp time) {
    return Math.floorDiv(time.getSeconds(), SECONDS);
  }

  /** Whether an hour starts at a time. */
  public static boolean isStart(Timestamp time) {
    return time.getNanos() == 0 && Math.floorMod(time.getSeconds(), SECONDS) == 0;
  }

  /** The first moment of an hour. */
  public static Timestamp start(long hour) {
    return Timestamp.newBuilder().setSeconds(hour * SECONDS).build();
  }

  /** Likewise. */
  public static Instant instant(long hour) {
    return Instant.ofEpochSecond(hour * SECONDS);
  }

  /** The first hour of its day. */
  public static long day(long hour) {
    return Math.floorDiv(hour, DAY) * DAY;
  }

  /** The first hour of its month. */
  public static long month(long hour) {
    return date(hour).withDayOfMonth(1).toEpochDay() * DAY;
  }

  /** The first hour of the next month. */
  public static long nextMonth(long hour) {
    return date(hour).withDayOfMonth(1).plusMonths(1).toEpochDay() * DAY;
  }

  /**
   * The first hour of a month that is an hour of the week.
   *
   * @param month its first hour
   * @param hourOfWeek as of {@link #ofWeek}
   */
  public static long firstInMonth(long month, int hourOfWeek) {
    return month + Math.floorMod(hourOfWeek - ofWeek(month), WEEK);
  }

  private static LocalDate date(long hour) {
    return LocalDate.ofEpochDay(Math.floorDiv(hour, DAY));
  }

  /** 0 to 167, Monday 0:00 being 0. */
  public static int ofWeek(long hour) {
    return (int) Math.floorMod(hour + EPOCH_HOUR_OF_WEEK, (long) WEEK);
  }
}
