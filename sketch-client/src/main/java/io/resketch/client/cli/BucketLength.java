package io.resketch.client.cli;

import io.resketch.client.StatisticsQuery;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How long a bucket of time is: a length, or a unit of the calendar. */
sealed interface BucketLength {
  /** The question in such buckets. */
  StatisticsQuery of(StatisticsQuery query);

  /** Always as long. */
  record Fixed(Duration length) implements BucketLength {
    @Override
    public StatisticsQuery of(StatisticsQuery query) {
      return query.inBuckets(length);
    }
  }

  /** As long as the calendar says. */
  record Calendar(ChronoUnit unit) implements BucketLength {
    @Override
    public StatisticsQuery of(StatisticsQuery query) {
      return query.inCalendar(unit);
    }
  }

  /** Reads one. */
  final class Converter implements ITypeConverter<BucketLength> {
    private static final Map<String, ChronoUnit> UNITS =
        Map.of(
            "day", ChronoUnit.DAYS,
            "week", ChronoUnit.WEEKS,
            "month", ChronoUnit.MONTHS,
            "year", ChronoUnit.YEARS);

    @Override
    public BucketLength convert(String value) {
      ChronoUnit unit = UNITS.get(value);
      return unit != null
          ? new Calendar(unit)
          : new Fixed(length(value, "500ms, 60s, 15m, 1h, 1d, day, week, month or year"));
    }
  }

  /** A number and a unit. */
  final class LengthConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      return length(value, "500ms, 60s, 15m, 1h or 1d");
    }
  }

  /**
   * Reads a length.
   *
   * @param forms what may be written
   */
  private static Duration length(String value, String forms) {
    Matcher matcher = Pattern.compile("([1-9]\\d{0,8})(ms|s|m|h|d)").matcher(value);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + value + "' is not a length of time; write " + forms);
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
