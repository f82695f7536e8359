package io.resketch.server.query;

import com.google.protobuf.util.Timestamps;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.Level;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Takes every sketch of a span exactly once: as a part of the largest roll-up that lies inside the
 * span and in one group and is not behind its sketches, else by itself.
 */
final class Cover {
  /** Takes up what covers the span; where groups follow each other in time, so do the calls. */
  interface Sink {
    void cell(Group group, RollUp cell);

    void sketch(Group group, String id, SketchRecord record);
  }

  /**
   * What is asked for.
   *
   * @param span which sketches are taken
   * @param grouping into which groups
   * @param leftOut and which of them are not
   */
  record Question(Span span, Grouping grouping, LeftOut leftOut) {}

  private final StoreSnapshot snapshot;
  private final String collection;
  private final Span span;
  private final Grouping grouping;
  private final LeftOut leftOut;
  private final Sink sink;

  /** Hours of the span whose roll-ups, and those above them, cannot be taken. */
  private NavigableSet<Long> dirty;

  /** The first day that has not been looked at, as its first hour; likewise for hours. */
  private long nextDay;

  private long nextHour;

  /** What covers the span of a question, without the sketches that it leaves out. */
  Cover(StoreSnapshot snapshot, String collection, Question question, Sink sink) {
    this.snapshot = snapshot;
    this.collection = collection;
    this.span = question.span();
    this.grouping = question.grouping();
    this.leftOut = question.leftOut();
    this.sink = sink;
  }

  /** Without roll-ups. */
  void sketches() {
    if (span.isAll()) {
      sketches(span);
    } else {
      sketches(span.within(span.firstHour(), span.hoursEnd()));
    }
  }

  /** With roll-ups. */
  void run() {
    if (span.isAll()) {
      sketches(new Span(null, Timestamps.MIN_VALUE)); // those without a time
    }
    dirty = snapshot.dirtyHours(collection, span.firstHour(), span.hoursEnd());
    dirty.addAll(leftOut.hours().subSet(span.firstHour(), span.hoursEnd()));
    if (grouping instanceof Grouping.Cyclic cyclic && cyclic.takesHoursOfWeek()) {
      months(cyclic);
    } else {
      days(span.firstHour(), span.hoursEnd());
    }
  }

  private boolean isDirty(long from, long to) {
    Long first = dirty.ceiling(from);
    return first != null && first < to;
  }

  private void months(Grouping.Cyclic cyclic) {
    long[] covered = {span.firstHour()};
    snapshot.cells(
        collection,
        Level.MONTH_HOUR,
        span.firstWholeHour(),
        span.wholeHoursEnd(),
        (month, hourOfWeek, cell) -> {
          long end = UtcHours.nextMonth(month);
          if (!span.hasHours(month, end) || isDirty(month, end) || !cyclic.isSteady(month, end)) {
            return;
          }
          if (end > covered[0]) { // the first of its cells
            days(covered[0], month);
            covered[0] = end;
          }
          hourOfWeek(cyclic, UtcHours.firstInMonth(month, hourOfWeek), end, cell);
        });
    days(covered[0], span.hoursEnd());
  }

  /** An hour of the week in a month, in all of which clocks are the same way ahead of UTC. */
  private void hourOfWeek(Grouping.Cyclic cyclic, long first, long end, StoreSnapshot.Cell cell) {
    if (!cyclic.give(first, 1, cell, sink)) {
      for (long hour = first; hour < end; hour += UtcHours.WEEK) {
        sketches(span.within(hour, hour + 1));
      }
    }
  }

  private void days(long from, long to) {
    nextDay = UtcHours.day(from);
    snapshot.cells(
        collection,
        grouping.days(),
        nextDay,
        to,
        (day, part, cell) -> {
          if (part != grouping.part()) {
            return;
          }
          dirtyDays(from, day, to);
          day(from, day, to, Optional.of(cell));
          nextDay = day + UtcHours.DAY;
        });
    dirtyDays(from, to, to);
  }

  /** Days that start before {@code limit} and have marked hours, but no roll-up. */
  private void dirtyDays(long from, long limit, long to) {
    Long hour = dirty.ceiling(Math.max(from, nextDay));
    while (hour != null && hour < limit) {
      long day = UtcHours.day(hour);
      day(from, day, to, Optional.empty());
      nextDay = day + UtcHours.DAY;
      hour = dirty.ceiling(nextDay);
    }
  }

  /** A day, as far as it lies in the hours [from, to). */
  private void day(long from, long day, long to, Optional<StoreSnapshot.Cell> cell) {
    long end = day + UtcHours.DAY;
    boolean given =
        cell.isPresent()
            && from <= day
            && end <= to
            && usable(day, end)
            && grouping.give(day, UtcHours.DAY, cell.get(), sink);
    if (!given) {
      hours(Math.max(from, day), Math.min(to, end));
    }
  }

  private boolean usable(long from, long to) {
    return span.hasHours(from, to) && !isDirty(from, to);
  }

  private void hours(long from, long to) {
    nextHour = from;
    snapshot.cells(
        collection,
        grouping.hours(),
        from,
        to,
        (hour, part, cell) -> {
          if (part != grouping.part()) {
            return;
          }
          dirtyHours(hour);
          hour(hour, cell);
          nextHour = hour + 1;
        });
    dirtyHours(to);
  }

  /** Marked hours before {@code limit} that have no roll-up. */
  private void dirtyHours(long limit) {
    Long hour = dirty.ceiling(nextHour);
    while (hour != null && hour < limit) {
      sketches(span.within(hour, hour + 1));
      nextHour = hour + 1;
      hour = dirty.ceiling(nextHour);
    }
  }

  private void hour(long hour, StoreSnapshot.Cell cell) {
    if (!usable(hour, hour + 1) || !grouping.give(hour, 1, cell, sink)) {
      sketches(span.within(hour, hour + 1));
    }
  }

  private void sketches(Span within) {
    snapshot.visitByTime(
        collection,
        within.start(),
        within.end(),
        null,
        (position, id, record) -> {
          grouping
              .of(record)
              .filter(group -> !leftOut.has(id))
              .ifPresent(group -> sink.sketch(group, id, record));
          return true;
        });
  }
}
