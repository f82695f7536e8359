package io.resketch.client.cli;

import io.resketch.client.StatisticsQuery;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What statistics a server is asked for. */
final class ServerStatsOptions {
  private static final String LABEL = "label:";

  @Mixin private TimeRangeOptions range;

  @Option(
      names = "--bucket",
      paramLabel = "LENGTH",
      converter = BucketLength.Converter.class,
      description = {
        "Length of a bucket of time: 500ms, 60s, 15m, 1h, 1d, or day, week, month, year. Buckets start"
            + " on the clock. Default: one bucket over all."
      })
  private Optional<BucketLength> bucket;

  @Option(
      names = "--empty-buckets",
      showDefaultValue = Visibility.NEVER,
      description = "With --bucket: answer buckets without a run, too.")
  private boolean emptyBuckets;

  @Option(
      names = "--by",
      paramLabel = "GROUP",
      description = "bucket, hour-of-day, weekday or label:KEY. Default: bucket.")
  private Optional<String> by;

  @Mixin private ZoneOptions zone;

  @Option(
      names = "--presence",
      showDefaultValue = Visibility.NEVER,
      description = "With --json: in how many sketches each module occurs. Reads every sketch.")
  private boolean presence;

  @Option(
      names = "--means",
      showDefaultValue = Visibility.NEVER,
      description = "With --json: the means of the modules' attributes.")
  private boolean means;

  @Option(
      names = "--max-error",
      paramLabel = "COUNTS",
      description =
          "Where the standard error of a count is larger, count single sketches, if that is more"
              + " exact. Default: no demand.")
  private Optional<Double> maxError;

  /** Whether anything is asked of a server. */
  boolean isGiven() {
    boolean valued =
        range.given()
            || zone.given()
            || List.of(bucket, by, maxError).stream().anyMatch(Optional::isPresent);
    return valued || presence || means || emptyBuckets;
  }

  /** Where times are to be shown in; absent for UTC. */
  Optional<ZoneId> zone() {
    return zone.zone();
  }

  StatisticsQuery query(ClientCommand command, List<String> modules) {
    if ((presence || means) && !command.json()) {
      throw command.wrongUse("--presence and --means go with --json");
    }
    StatisticsQuery query = grouped(command, StatisticsQuery.over(range.range())).modules(modules);
    if (presence) {
      query = query.withPresence();
    }
    if (means) {
      query = query.withMeans();
    }
    return maxError.isPresent() ? query.maxStandardError(maxError.get()) : query;
  }

  private StatisticsQuery grouped(ClientCommand command, StatisticsQuery asked) {
    String group = by.orElse("bucket");
    boolean cyclic = group.equals("hour-of-day") || group.equals("weekday");
    if (bucket.isPresent() && !group.equals("bucket")) {
      throw command.wrongUse("--bucket goes with --by bucket");
    }
    if (emptyBuckets && bucket.isEmpty()) {
      throw command.wrongUse("--empty-buckets goes with --bucket");
    }
    StatisticsQuery zoned = zone.in(command, bucket.isPresent(), cyclic, asked);
    StatisticsQuery query = emptyBuckets ? zoned.withEmptyBuckets() : zoned;
    if (group.startsWith(LABEL) && group.length() > LABEL.length()) {
      return query.byLabel(group.substring(LABEL.length()));
    }
    return switch (group) {
      case "bucket" -> bucket.map(length -> length.of(query)).orElse(query);
      case "hour-of-day" -> query.byHourOfDay(zone.offset());
      case "weekday" -> query.byDayOfWeek(zone.offset());
      default ->
          throw command.wrongUse(
              "--by " + group + " is unknown; use bucket, hour-of-day, weekday or label:KEY");
    };
  }
}
