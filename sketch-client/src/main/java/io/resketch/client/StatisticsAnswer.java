package io.resketch.client;

import io.resketch.v1.AggregateStatisticsResponse;
import java.time.Instant;
import java.util.List;

/**
 * Statistics of a collection, and what to know about them.
 *
 * @param buckets in order of time, hour, day or label value
 * @param apart runs whose times are far from those of all others, the first of them
 * @param apartRuns how many there are of these
 * @param leftOut ids of the runs of the range that were not counted, as asked for
 */
public record StatisticsAnswer(
    List<StatisticsBucket> buckets, List<ApartRun> apart, long apartRuns, List<String> leftOut) {

  /**
   * A run that is far from the others in time, such as one of a clock that was not set.
   *
   * @param id of the run
   * @param time of the run
   */
  public record ApartRun(String id, Instant time) {}

  static StatisticsAnswer of(AggregateStatisticsResponse message) {
    return new StatisticsAnswer(
        message.getBucketsList().stream().map(StatisticsBucket::of).toList(),
        message.getApartList().stream()
            .map(run -> new ApartRun(id(run.getName()), Times.instant(run.getTime())))
            .toList(),
        message.getApartSketches(),
        message.getLeftOutList().stream().map(StatisticsAnswer::id).toList());
  }

  /** Id of a sketch in its resource name. */
  static String id(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
