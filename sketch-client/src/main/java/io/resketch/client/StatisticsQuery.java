package io.resketch.client;

import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import java.time.Duration;
import java.time.ZoneOffset;
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
   * In buckets of time from the start of the range on, or from the first run where that is open.
   * Buckets of whole hours that start on whole hours are answered fastest.
   */
  public StatisticsQuery inBuckets(Duration length) {
    return new StatisticsQuery(ungrouped().setBucket(Times.duration(length)));
  }

  /**
   * By hour of the day.
   *
   * @param offset of the clocks, whole hours, −14 to 14
   */
  public StatisticsQuery byHourOfDay(ZoneOffset offset) {
    return by(Cycle.CYCLE_HOUR_OF_DAY, offset);
  }

  /**
   * By day of the week.
   *
   * @param offset of the clocks, whole hours, −14 to 14
   */
  public StatisticsQuery byDayOfWeek(ZoneOffset offset) {
    return by(Cycle.CYCLE_DAY_OF_WEEK, offset);
  }

  private StatisticsQuery by(Cycle cycle, ZoneOffset offset) {
    Duration utcOffset = Duration.ofSeconds(offset.getTotalSeconds());
    return new StatisticsQuery(ungrouped().setCycle(cycle).setUtcOffset(Times.duration(utcOffset)));
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
    return message.toBuilder().setParent(parent).build();
  }
}
