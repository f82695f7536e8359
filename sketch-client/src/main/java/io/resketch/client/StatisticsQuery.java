package io.resketch.client;

import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A question for statistics of modules. Without more than a range: the counts of every module seen
 * as a root, over the range as a whole. Immutable; every method returns a new question.
 */
public final class StatisticsQuery {
  private final AggregateStatisticsRequest message;

  private StatisticsQuery(AggregateStatisticsRequest.Builder message) {
    this.message = message.build();
  }

  /** Over a range. */
  public static StatisticsQuery over(TimeRange range) {
    return new StatisticsQuery(AggregateStatisticsRequest.newBuilder().setRange(range.toMessage()));
  }

  /** Of these modules only, in this order. */
  public StatisticsQuery modules(List<String> modules) {
    return new StatisticsQuery(message.toBuilder().clearModules().addAllModules(modules));
  }

  /**
   * In buckets of time that start on the clock: at the multiples of the length since 1970, UTC, or
   * with {@link #inZone} whenever its clocks show a multiple of it since midnight. The length must
   * then divide a day, or be whole days. Buckets of whole hours are answered fastest.
   */
  public StatisticsQuery inBuckets(Duration length) {
    return new StatisticsQuery(ungrouped().setBucket(Times.duration(length)));
  }

  /**
   * In days, weeks from Monday on, months or years, of the zone of {@link #inZone}, else of UTC.
   *
   * @param unit one of these
   * @throws IllegalArgumentException if it is another
   */
  public StatisticsQuery inCalendar(ChronoUnit unit) {
    return new StatisticsQuery(
        ungrouped()
            .setCalendarUnit(
                switch (unit) {
                  case DAYS -> CalendarUnit.CALENDAR_UNIT_DAY;
                  case WEEKS -> CalendarUnit.CALENDAR_UNIT_WEEK;
                  case MONTHS -> CalendarUnit.CALENDAR_UNIT_MONTH;
                  case YEARS -> CalendarUnit.CALENDAR_UNIT_YEAR;
                  default ->
                      throw new IllegalArgumentException(
                          "unit=" + unit + ": must be DAYS, WEEKS, MONTHS or YEARS");
                }));
  }

  /**
   * Buckets of time, hours of the day and days of the week are those of a time zone, with its
   * daylight saving time.
   *
   * @param zone with an id of the IANA database, such as Europe/Berlin
   */
  public StatisticsQuery inZone(ZoneId zone) {
    return new StatisticsQuery(message.toBuilder().setTimeZone(zone.getId()));
  }

  /** By hour of the day, of the zone of {@link #inZone}, else of UTC. */
  public StatisticsQuery byHourOfDay() {
    return byHourOfDay(ZoneOffset.UTC);
  }

  /**
   * By hour of the day.
   *
   * @param offset of the clocks, whole minutes, the same all year
   */
  public StatisticsQuery byHourOfDay(ZoneOffset offset) {
    return by(Cycle.CYCLE_HOUR_OF_DAY, offset);
  }

  /** By day of the week, of the zone of {@link #inZone}, else of UTC. */
  public StatisticsQuery byDayOfWeek() {
    return byDayOfWeek(ZoneOffset.UTC);
  }

  /**
   * By day of the week.
   *
   * @param offset of the clocks, whole minutes, the same all year
   */
  public StatisticsQuery byDayOfWeek(ZoneOffset offset) {
    return by(Cycle.CYCLE_DAY_OF_WEEK, offset);
  }

  private StatisticsQuery by(Cycle cycle, ZoneOffset offset) {
    Duration utcOffset = Duration.ofSeconds(offset.getTotalSeconds());
    return new StatisticsQuery(ungrouped().setCycle(cycle).setUtcOffset(Times.duration(utcOffset)));
  }

  /** Buckets of time without a run are answered, too. */
  public StatisticsQuery withEmptyBuckets() {
    return new StatisticsQuery(message.toBuilder().setIncludeEmptyBuckets(true));
  }

  /**
   * Without these runs.
   *
   * @param ids of runs of the collection, at most 100
   */
  public StatisticsQuery leavingOut(List<String> ids) {
    return new StatisticsQuery(message.toBuilder().clearLeaveOut().addAllLeaveOut(ids));
  }

  /** By the value of a label; runs without the label are left out. Reads every sketch. */
  public StatisticsQuery byLabel(String key) {
    return new StatisticsQuery(ungrouped().setLabel(key));
  }

  private AggregateStatisticsRequest.Builder ungrouped() {
    return message.toBuilder().clearGrouping().clearUtcOffset();
  }

  /** Also in how many runs each module occurs. Reads every sketch. */
  public StatisticsQuery withPresence() {
    return new StatisticsQuery(message.toBuilder().setPresence(true));
  }

  /** Also the means of the modules' attributes. */
  public StatisticsQuery withMeans() {
    return new StatisticsQuery(message.toBuilder().setMeans(true));
  }

  /**
   * Where the standard error of a count is larger, single sketches are read and counted, each
   * rounded to a whole number where it is certain enough, if that makes the error smaller.
   *
   * @param error above 0; 0: no demand
   */
  public StatisticsQuery maxStandardError(double error) {
    return new StatisticsQuery(message.toBuilder().setMaxStandardError(error));
  }

  AggregateStatisticsRequest toMessage(String parent) {
    return message.toBuilder()
        .setParent(parent)
        .clearLeaveOut()
        .addAllLeaveOut(
            message.getLeaveOutList().stream().map(id -> parent + "/sketches/" + id).toList())
        .build();
  }
}
