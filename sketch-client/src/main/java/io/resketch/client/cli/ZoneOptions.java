package io.resketch.client.cli;

import io.resketch.client.StatisticsQuery;
import io.resketch.core.InvalidInputException;
import io.resketch.wire.ZoneText;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whose clocks say what hour or day it is. */
final class ZoneOptions {
  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      converter = Zone.class,
      description = {
        "Time zone of buckets, hours of the day and weekdays, such as Europe/Berlin, with its"
            + " daylight saving time. Default: UTC."
      })
  private Optional<ZoneId> zone;

  @Option(
      names = "--utc-offset",
      paramLabel = "HOURS",
      converter = Offset.class,
      description = {
        "For hour-of-day and weekday: what clocks show minus UTC, the same all year, such as 2, -3 or"
            + " +05:30."
      })
  private Optional<ZoneOffset> offset;

  boolean given() {
    return zone.isPresent() || offset.isPresent();
  }

  /** Absent where times are to be shown in UTC. */
  Optional<ZoneId> zone() {
    return zone;
  }

  ZoneOffset offset() {
    return offset.orElse(ZoneOffset.UTC);
  }

  /**
   * A question in the zone.
   *
   * @param timed whether it is by buckets of time
   * @param cyclic whether it is by hour of the day or weekday
   */
  StatisticsQuery in(ClientCommand command, boolean timed, boolean cyclic, StatisticsQuery query) {
    if (offset.isPresent() && !cyclic) {
      throw command.wrongUse(
          "--utc-offset goes with --by hour-of-day or weekday; for buckets give --time-zone");
    }
    if (offset.isPresent() && zone.isPresent()) {
      throw command.wrongUse("--utc-offset does not go with --time-zone; leave one out");
    }
    if (zone.isPresent() && !timed && !cyclic) {
      throw command.wrongUse("--time-zone goes with --bucket, --by hour-of-day or --by weekday");
    }
    return zone.map(query::inZone).orElse(query);
  }

  /** An id of the IANA database. */
  static final class Zone implements ITypeConverter<ZoneId> {
    @Override
    public ZoneId convert(String value) {
      try {
        return ZoneText.zone("zone", value);
      } catch (InvalidInputException e) {
        throw new TypeConversionException(e.getMessage().substring("zone: ".length()));
      }
    }
  }

  /** Hours, or hours and minutes. */
  static final class Offset implements ITypeConverter<ZoneOffset> {
    private static final Pattern HOURS = Pattern.compile("[+-]?\\d{1,2}");
    private static final Pattern MINUTES = Pattern.compile("[+-]\\d{2}:\\d{2}");

    @Override
    public ZoneOffset convert(String value) {
      try {
        if (HOURS.matcher(value).matches()) {
          return ZoneOffset.ofHours(Integer.parseInt(value));
        }
        if (MINUTES.matcher(value).matches()) {
          return ZoneOffset.of(value);
        }
      } catch (DateTimeException e) {
        throw new TypeConversionException("'" + value + "' must be -18 to 18 hours");
      }
      throw new TypeConversionException(
          "'" + value + "' is not an offset; write hours such as 2 or -3, or +05:30");
    }
  }
}
