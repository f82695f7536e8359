package io.resketch.server.query;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/**
 * Buckets that start whenever the clocks of a time zone show a multiple of a length since midnight,
 * or jump over one. Where clocks are put back over no start, a bucket lasts longer, and where they
 * jump inside one, it is shorter: in a night of 25 hours a bucket of 6 hours may have 7, but
 * buckets of an hour have one.
 *
 * @param rules of the time zone
 * @param length nanoseconds; divides a day
 */
record ClockBuckets(ZoneRules rules, long length) implements TimeBuckets {
  private static final long DAY = 86_400_000_000_000L;

  @Override
  public Bucket at(Instant time) {
    Instant start = start(time);
    return new Bucket(start, end(start));
  }

  private Instant start(Instant time) {
    ZoneOffset offset = rules.getOffset(time);
    LocalDateTime shown = floor(LocalDateTime.ofInstant(time, offset));
    Instant start = shown.toInstant(offset);
    ZoneOffsetTransition jump = rules.previousTransition(time.plusNanos(1));
    if (jump == null || !start.isBefore(jump.getInstant())) {
      return start;
    }
    return shown.isBefore(jump.getDateTimeBefore())
        ? start(jump.getInstant().minusNanos(1))
        : jump.getInstant();
  }

  private LocalDateTime floor(LocalDateTime time) {
    long nanos = time.toLocalTime().toNanoOfDay();
    return time.toLocalDate().atTime(LocalTime.ofNanoOfDay(nanos - nanos % length));
  }

  /** The next start: without a jump of the clocks, a length later. */
  private Instant end(Instant start) {
    Instant end = start.plusNanos(length);
    ZoneOffsetTransition jump = rules.nextTransition(start);
    if (jump == null || jump.getInstant().isAfter(end)) {
      return nextStart(start, end);
    }
    Instant last = jump.getInstant().plusNanos(DAY);
    while (end.isBefore(last) && start(end).equals(start)) {
      end = end.plusNanos(length);
    }
    return nextStart(start, end);
  }

  /** The first start behind one and at or before a time in a later bucket. */
  private Instant nextStart(Instant start, Instant later) {
    Instant next = start(later);
    for (Instant before = start(next.minusNanos(1));
        before.isAfter(start);
        before = start(next.minusNanos(1))) {
      next = before;
    }
    return next;
  }
}
