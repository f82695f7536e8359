package io.resketch.server.query;

import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.Level;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import java.math.BigInteger;
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

  /**
   * Buckets of time.
   *
   * @param origin start of the first, nanoseconds since 1970
   * @param length nanoseconds
   */
  record Buckets(BigInteger origin, BigInteger length) implements Grouping {
    private static final BigInteger HOUR = BigInteger.valueOf(3_600_000_000_000L);

    @Override
    public Optional<Group> of(SketchRecord record) {
      return record.hasTime() ? Optional.of(group(Nanos.of(record.getTime()))) : Optional.empty();
    }

    private Group group(BigInteger time) {
      BigInteger index = time.subtract(origin).divide(length);
      Nanos.checkBuckets(index.add(BigInteger.ONE), length);
      return Group.of(index.longValueExact());
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      BigInteger start = HOUR.multiply(BigInteger.valueOf(hour));
      BigInteger end = start.add(HOUR.multiply(BigInteger.valueOf(hours)));
      Group first = group(start);
      return first.equals(group(end.subtract(BigInteger.ONE)))
          ? Optional.of(first)
          : Optional.empty();
    }

    @Override
    public boolean inOrder() {
      return true;
    }

    @Override
    public void describe(Group group, StatisticsBucket.Builder bucket) {
      BigInteger start = origin.add(length.multiply(BigInteger.valueOf(group.index())));
      Nanos.timestamp(start).ifPresent(bucket::setStart);
      Nanos.timestamp(start.add(length)).ifPresent(bucket::setEnd);
    }
  }

  /**
   * Hours of the day, or days of the week.
   *
   * @param offset hours that clocks show minus UTC
   */
  record Cyclic(Cycle cycle, int offset) implements Grouping {
    @Override
    public Optional<Group> of(SketchRecord record) {
      return record.hasTime() ? ofHours(UtcHours.of(record.getTime()), 1) : Optional.empty();
    }

    @Override
    public Optional<Group> ofHours(long hour, int hours) {
      boolean isDay = hours == UtcHours.DAY && offset == 0 && cycle == Cycle.CYCLE_DAY_OF_WEEK;
      return hours == 1 || isDay
          ? Optional.of(ofHourOfWeek(UtcHours.ofWeek(hour)))
          : Optional.empty();
    }

    /** Whether hours of the week serve better than days. */
    boolean takesHoursOfWeek() {
      return cycle == Cycle.CYCLE_HOUR_OF_DAY || offset != 0;
    }

    Group ofHourOfWeek(int utc) {
      int local = Math.floorMod(utc + offset, UtcHours.WEEK);
      return Group.of(
          cycle == Cycle.CYCLE_HOUR_OF_DAY ? local % UtcHours.DAY : local / UtcHours.DAY);
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
      sums.getValuesList().forEach(one -> sink.cell(new Group(0, one.getValue()), one.getSum()));
      return !sums.getTooManyValues();
    }

    @Override
    public Optional<Group> of(SketchRecord record) {
      return Optional.ofNullable(record.getLabelsMap().get(key)).map(value -> new Group(0, value));
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
