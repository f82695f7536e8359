package io.resketch.client;

import java.time.Instant;
import java.util.Optional;

/**
 * From {@code start} (inclusive) to {@code end} (exclusive); an absent end is open.
 *
 * @param start first moment of the range
 * @param end first moment behind the range
 */
public record TimeRange(Optional<Instant> start, Optional<Instant> end) {

  /** All of time, runs without a time included. */
  public static TimeRange all() {
    return new TimeRange(Optional.empty(), Optional.empty());
  }

  public static TimeRange between(Instant start, Instant end) {
    return new TimeRange(Optional.of(start), Optional.of(end));
  }

  io.resketch.v1.TimeRange toMessage() {
    io.resketch.v1.TimeRange.Builder out = io.resketch.v1.TimeRange.newBuilder();
    start.ifPresent(time -> out.setStart(Times.timestamp(time)));
    end.ifPresent(time -> out.setEnd(Times.timestamp(time)));
    return out.build();
  }
}
