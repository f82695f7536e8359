package io.resketch.server.query;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request under way. Of groups that follow each other in time it holds the sums of one at a
 * time, of others those of all.
 */
final class Aggregation implements Cover.Sink {
  /** Sums of all values of a label are held at once: at most so many, and so many floats. */
  private static final int MAX_LABEL_VALUES = 1000;

  private static final int MAX_LABEL_FLOATS = 1 << 26;
  private static final int HOUR_SECONDS = 3600;

  private final Repository repository;
  private final SketchCollection collection;
  private final AggregateStatisticsRequest request;
  private final ModuleCounter counter;
  private final Map<Group, GroupSums> open = new TreeMap<>();
  private final List<GroupAnswer> answers = new ArrayList<>();
  private boolean inOrder;

  Aggregation(
      Repository repository,
      SketchCollection collection,
      AggregateStatisticsRequest request,
      ModuleCounter counter) {
    this.repository = repository;
    this.collection = collection;
    this.request = request;
    this.counter = counter;
  }

  /** Whether roll-ups can serve the request: not if every sketch must be looked at. */
  boolean takesRollUps() {
    boolean hours =
        !request.hasBucket() || Durations.toSeconds(request.getBucket()) >= HOUR_SECONDS;
    boolean sums = !request.hasLabel() || Groupings.label(collection, request.getLabel()) >= 0;
    return hours && sums && !request.getPresence();
  }

  /** Answers the request from what is stored now. */
  AggregateStatisticsResponse run() {
    try (StoreSnapshot snapshot = repository.snapshot()) {
      LeftOut leftOut = new LeftOut(snapshot, collection.id(), request.getLeaveOutList());
      Span known = known(snapshot);
      Span asked = Span.of(request.getRange());
      Span span = Groupings.isTimed(request) ? timed(asked) : asked;
      Grouping grouping = Groupings.of(request, collection, known, asked);
      Cover.Question question = new Cover.Question(span, grouping, leftOut);
      inOrder = grouping.inOrder();
      Cover cover = new Cover(snapshot, collection.id(), question, this);
      if (takesRollUps()) {
        cover.run();
      } else {
        cover.sketches();
      }
      finishAll();
      if (request.getMaxStandardError() > 0 && !request.getPresence()) {
        countSingles(snapshot, question);
      }
      AggregateStatisticsResponse.Builder out = AggregateStatisticsResponse.newBuilder();
      leftOut.met().forEach(id -> out.addLeftOut(Names.sketch(collection.id(), id)));
      if (grouping instanceof Grouping.Timed buckets) {
        new TimedAnswer(request, counter.names(), buckets, answers)
            .into(out, snapshot, collection.id(), question, known);
      } else {
        answers.forEach(answer -> out.addBuckets(answer.message(grouping, request)));
      }
      return out.build();
    }
  }

  /** A range without the sketches that have no time. */
  private static Span timed(Span asked) {
    return asked.start() == null ? new Span(Timestamps.MIN_VALUE, asked.end()) : asked;
  }

  /** The range asked for, from the first sketch to the last where it is open. */
  private Span known(StoreSnapshot snapshot) {
    Span asked = Span.of(request.getRange());
    Timestamp start =
        asked.start() != null
            ? asked.start()
            : snapshot.timeFrom(collection.id(), Timestamps.MIN_VALUE).orElse(null);
    Timestamp end =
        asked.end() != null
            ? asked.end()
            : snapshot
                .lastTime(collection.id())
                .flatMap(last -> Nanos.timestamp(Nanos.instant(last).plusNanos(1)))
                .orElse(null);
    return new Span(start, end);
  }

  @Override
  public void cell(Group group, RollUp cell) {
    counter.checkpoint();
    sums(group).add(cell);
  }

  @Override
  public void sketch(Group group, String id, SketchRecord record) {
    counter.checkpoint();
    Sketch sketch = Repository.sketch(record);
    GroupSums sums = sums(group);
    sums.add(id, sketch);
    if (request.getPresence()) {
      sums.singles().add(counter.counts(sketch));
    }
  }

  private GroupSums sums(Group group) {
    GroupSums sums = open.get(group);
    if (sums == null) {
      if (inOrder) {
        finishAll();
      }
      TimedAnswer.checkBuckets(answers.size() + 1);
      checkLabelValues(open.size() + 1);
      sums = new GroupSums(counter.size());
      open.put(group, sums);
    }
    return sums;
  }

  private void checkLabelValues(int values) {
    int limit =
        Math.min(
            MAX_LABEL_VALUES,
            Math.max(1, MAX_LABEL_FLOATS / collection.operators().spec().dimension()));
    if (request.hasLabel() && values > limit) {
      throw new InvalidInputException(
          "label",
          "\""
              + request.getLabel()
              + "\" has more than "
              + limit
              + " values in this range; take a label with fewer, or a shorter range");
    }
  }

  private void finishAll() {
    open.forEach(
        (group, sums) ->
            answers.add(new GroupAnswer(collection.id(), group, sums, counter, request)));
    open.clear();
  }

  /** Counts single sketches for the groups whose sums are not exact enough. */
  private void countSingles(StoreSnapshot snapshot, Cover.Question question) {
    Map<Group, GroupAnswer> inexact = new TreeMap<>();
    for (GroupAnswer answer : answers) {
      if (answer.largestError() > request.getMaxStandardError()) {
        inexact.put(answer.group(), answer);
      }
    }
    if (inexact.isEmpty()) {
      return;
    }
    Cover.Sink sink =
        new Cover.Sink() {
          @Override
          public void cell(Group group, RollUp cell) {
            throw new IllegalStateException("single sketches were asked for");
          }

          @Override
          public void sketch(Group group, String id, SketchRecord record) {
            GroupAnswer answer = inexact.get(group);
            if (answer != null) {
              answer.singles().add(counter.counts(Repository.sketch(record)));
            }
          }
        };
    new Cover(snapshot, collection.id(), question, sink).sketches();
  }
}
