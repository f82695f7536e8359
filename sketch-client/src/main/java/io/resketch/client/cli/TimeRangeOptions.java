package io.resketch.client.cli;

import io.resketch.client.TimeRange;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A range of time. */
final class TimeRangeOptions {
  @Option(
      names = "--start",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "First moment, such as 2026-11-23T08:00:00Z. Default: open.")
  private Optional<Instant> start;

  @Option(
      names = "--end",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "First moment behind the range. Default: open.")
  private Optional<Instant> end;

  boolean given() {
    return start.isPresent() || end.isPresent();
  }

  TimeRange range() {
    return new TimeRange(start, end);
  }
}
