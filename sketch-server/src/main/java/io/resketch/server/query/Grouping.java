package io.resketch.server.query;

import com.google.protobuf.util.Timestamps;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.Level;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;

/** How the sketches of a request are put together. */
sealed interface Grouping {
  /** The group of a sketch, empty if it is in none. */
  Optional<Group> of(SketchRecord record);

  /** The one group of all times of the hours [hour, hour + hours), empty if there are several. */
  Optional<Group> ofHours(long hour, int hours);

  /** Which roll-ups of days serve it. */
  default Level days() {
    return Level.DAY;
  }

  /** Which roll-ups of hours serve it. */
  default Level hours() {
    return Level.HOUR;
  }

  /** Which of the roll-ups of an hour or a day, where there are several. */
  default int part() {
    return 0;
  }

  /**
   * Gives the roll-up of the hours [hour, hour + hours) to a sink.
   *
   * @return false, with nothing given, if it does not keep the groups apart
   */
  default boolean give(long hour, int hours, StoreSnapshot.Cell cell, Cover.Sink sink) {
    Optional<Group> group = ofHours(hour, hours);
    group.ifPresent(one -> sink.cell(one, cell.read()));
    return group.isPresent();
  }

  /** Whether groups follow each other in time. */
  boolean inOrder();

  /** Says on the answer which group it is of. */
  void describe(Group group, StatisticsBucket.Builder bucket);

  /**
   * One group over everything.
   *
   * @param span of which bucket to speak
   */
  record Whole(Span span) implements Grouping {
    private static final Group ALL = Group.of(0);

    @Override
    public Optional<Group> of(SketchRecord record) {
      return Optional.of(ALL);
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      return Optional.of(ALL);
    }

    @Override
    public boolean inOrder() {
      return true;
    }

    @Override
    public void describe(Group group, StatisticsBucket.Builder bucket) {
      if (span.start() != null) {
        bucket.setStart(span.start());
      }
      if (span.end() != null) {
        bucket.setEnd(span.end());
      }
    }
  }

  /** Buckets of time. Not thread-safe. */
  final class Timed implements Grouping {
    private final TimeBuckets buckets;
    private final Span span;

    /** The last one asked for: most times are near the time before. */
    private TimeBuckets.Bucket last;

    /**
     * Buckets of a range.
     *
     * @param span what of them to speak of
     */
    Timed(TimeBuckets buckets, Span span) {
      this.buckets = buckets;
      this.span = span;
    }

    TimeBuckets.Bucket at(Instant time) {
      if (last == null || !last.contains(time)) {
        last = buckets.at(time);
      }
      return last;
    }

    @Override
    public Optional<Group> of(SketchRecord record) {
      return record.hasTime()
          ? Optional.of(Group.of(at(Nanos.instant(record.getTime())).start()))
          : Optional.empty();
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      TimeBuckets.Bucket bucket = at(UtcHours.instant(hour));
      return bucket.end().isBefore(UtcHours.instant(hour + hours))
          ? Optional.empty()
          : Optional.of(Group.of(bucket.start()));
    }

    @Override
    public boolean inOrder() {
      return true;
    }

    @Override
    public void describe(Group group, StatisticsBucket.Builder out) {
      TimeBuckets.Bucket bucket = at(group.start());
      Instant start = bucket.start();
      if (span.start() != null && start.isBefore(Nanos.instant(span.start()))) {
        start = Nanos.instant(span.start());
      }
      Instant end = bucket.end();
      if (span.end() != null && end.isAfter(Nanos.instant(span.end()))) {
        end = Nanos.instant(span.end());
      }
      out.setStart(Nanos.timestamp(start).orElse(Timestamps.MIN_VALUE));
      Nanos.timestamp(end).ifPresent(out::setEnd);
    }
  }

  /**
   * Hours of the day, or days of the week, as the clocks of a time zone show them.
   *
   * @param rules of the time zone
   */
  record Cyclic(Cycle cycle, ZoneRules rules) implements Grouping {
    @Override
    public Optional<Group> of(SketchRecord record) {
      return record.hasTime()
          ? Optional.of(group(Nanos.instant(record.getTime())))
          : Optional.empty();
    }

    private Group group(Instant time) {
      LocalDateTime shown = LocalDateTime.ofInstant(time, rules.getOffset(time));
      return Group.of(
          cycle == Cycle.CYCLE_HOUR_OF_DAY ? shown.getHour() : shown.getDayOfWeek().getValue() - 1);
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      if ((hours > 1 && cycle == Cycle.CYCLE_HOUR_OF_DAY) || !isSteady(hour, hour + hours)) {
        return Optional.empty();
      }
      Group group = group(UtcHours.instant(hour));
      return group.equals(group(UtcHours.instant(hour + hours).minusNanos(1)))
          ? Optional.of(group)
          : Optional.empty();
    }

    /** Whether clocks are not put forward or back in the hours [from, to). */
    boolean isSteady(long from, long to) {
      ZoneOffsetTransition jump = rules.nextTransition(UtcHours.instant(from));
      return jump == null || !jump.getInstant().isBefore(UtcHours.instant(to));
    }

    /** Whether hours of the week serve better than days. */
    boolean takesHoursOfWeek() {
      return cycle == Cycle.CYCLE_HOUR_OF_DAY
          || !(rules.isFixedOffset() && rules.getOffset(Instant.EPOCH).equals(ZoneOffset.UTC));
    }

    @Override
    public boolean inOrder() {
      return false;
    }

    @Override
    public void describe(Group group, StatisticsBucket.Builder bucket) {
      if (cycle == Cycle.CYCLE_HOUR_OF_DAY) {
        bucket.setHourOfDay((int) group.index());
      } else {
        bucket.setDayOfWeek((int) group.index() + 1);
      }
    }
  }

  /**
   * Values of a label.
   *
   * @param part its number among those that the collection is rolled up by, -1 if it is none
   */
  record Label(String key, int part) implements Grouping {
    @Override
    public Level days() {
      return Level.LABEL_DAY;
    }

    @Override
    public Level hours() {
      return Level.LABEL_HOUR;
    }

    @Override
    public boolean give(long hour, int hours, StoreSnapshot.Cell cell, Cover.Sink sink) {
      RollUp sums = cell.read();
      sums.getValuesList().forEach(one -> sink.cell(Group.ofLabel(one.getValue()), one.getSum()));
      return !sums.getTooManyValues();
    }

    @Override
    public Optional<Group> of(SketchRecord record) {
      return Optional.ofNullable(record.getLabelsMap().get(key)).map(Group::ofLabel);
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      return Optional.empty();
    }

    @Override
    public boolean inOrder() {
      return false;
    }

    @Override
    public void describe(Group group, StatisticsBucket.Builder bucket) {
      bucket.setLabelValue(group.label());
    }
  }
}
