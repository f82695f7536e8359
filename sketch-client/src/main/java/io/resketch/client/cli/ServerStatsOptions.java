package io.resketch.client.cli;

import io.resketch.client.StatisticsQuery;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What statistics a server is asked for. */
final class ServerStatsOptions {
  private static final String LABEL = "label:";

  @Mixin private TimeRangeOptions range;

  @Option(
      names = "--bucket",
      paramLabel = "LENGTH",
      converter = Length.class,
      description = "Length of a bucket, such as 500ms, 60s, 15m, 1h, 1d. Default: one bucket.")
  private Optional<Duration> bucket;

  @Option(
      names = "--by",
      paramLabel = "GROUP",
      description = "bucket, hour-of-day, weekday or label:KEY. Default: bucket.")
  private Optional<String> by;

  @Option(
      names = "--utc-offset",
      paramLabel = "HOURS",
      description = "Hours that clocks show minus UTC, -14 to 14, for hour-of-day and weekday.")
  private Optional<Integer> utcOffset;

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
            || List.of(bucket, by, utcOffset, maxError).stream().anyMatch(Optional::isPresent);
    return valued || presence || means;
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

  private StatisticsQuery grouped(ClientCommand command, StatisticsQuery query) {
    String group = by.orElse("bucket");
    boolean cyclic = group.equals("hour-of-day") || group.equals("weekday");
    if (bucket.isPresent() && !group.equals("bucket")) {
      throw command.wrongUse("--bucket goes with --by bucket");
    }
    if (utcOffset.isPresent() && !cyclic) {
      throw command.wrongUse("--utc-offset goes with --by hour-of-day or weekday");
    }
    if (group.startsWith(LABEL) && group.length() > LABEL.length()) {
      return query.byLabel(group.substring(LABEL.length()));
    }
    return switch (group) {
      case "bucket" -> bucket.map(query::inBuckets).orElse(query);
      case "hour-of-day" -> query.byHourOfDay(offset(command));
      case "weekday" -> query.byDayOfWeek(offset(command));
      default ->
          throw command.wrongUse(
              "--by " + group + " is unknown; use bucket, hour-of-day, weekday or label:KEY");
    };
  }

  private ZoneOffset offset(ClientCommand command) {
    int hours = utcOffset.orElse(0);
    if (Math.abs(hours) > 14) {
      throw command.wrongUse("--utc-offset " + hours + " must be -14 to 14");
    }
    return ZoneOffset.ofHours(hours);
  }

  /** A number and a unit. */
  static final class Length implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,8})(ms|s|m|h|d)");

    @Override
    public Duration convert(String value) {
      Matcher matcher = FORM.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a length of time; write 500ms, 60s, 15m, 1h or 1d");
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
  }
}
