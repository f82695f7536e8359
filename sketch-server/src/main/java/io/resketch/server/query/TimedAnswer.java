package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Names;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.ApartSketch;
import io.resketch.v1.RollUp;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The buckets of time of an answer, with those that hold nothing, and what is apart from all. */
final class TimedAnswer {
  private static final int MAX_BUCKETS = 100_000;
  private static final int MAX_NAMED = 10;

  private final AggregateStatisticsRequest request;
  private final List<String> modules;
  private final Grouping.Timed grouping;
  private final List<GroupAnswer> answers;

  /**
   * An answer.
   *
   * @param modules that are counted
   * @param answers of the buckets that hold sketches, in order
   */
  TimedAnswer(
      AggregateStatisticsRequest request,
      List<String> modules,
      Grouping.Timed grouping,
      List<GroupAnswer> answers) {
    this.request = request;
    this.modules = modules;
    this.grouping = grouping;
    this.answers = answers;
  }

  /**
   * Holds a number of buckets to the limit.
   *
   * @throws InvalidInputException if there are too many
   */
  static void checkBuckets(int buckets) {
    if (buckets > MAX_BUCKETS) {
      throw new InvalidInputException(
          "bucket",
          "more than "
              + MAX_BUCKETS
              + " buckets hold sketches; take a longer bucket or a shorter range");
    }
  }

  /**
   * Adds the buckets, and what is apart.
   *
   * @param known the range, from the first sketch to the last where it is open
   */
  void into(
      AggregateStatisticsResponse.Builder out,
      StoreSnapshot snapshot,
      String collection,
      Cover.Question question,
      Span known) {
    Set<Group> apart = new ApartBuckets(grouping, answers).groups();
    for (GroupAnswer answer : answers) {
      if (apart.contains(answer.group())) {
        out.setApartSketches(out.getApartSketches() + answer.sketches());
      }
    }
    out.addAllApart(names(apart, snapshot, collection, question));
    if (request.getIncludeEmptyBuckets() && known.start() != null) {
      addAll(out, known);
    } else {
      answers.forEach(answer -> out.addBuckets(answer.message(grouping, request)));
    }
  }

  private void addAll(AggregateStatisticsResponse.Builder out, Span known) {
    Instant end = known.end() == null ? Instant.MAX : Nanos.instant(known.end());
    int next = 0;
    Instant at = Nanos.instant(known.start());
    while (at.isBefore(end) && (known.end() != null || next < answers.size())) {
      if (out.getBucketsCount() == MAX_BUCKETS) {
        throw tooMany(out.getApartList());
      }
      TimeBuckets.Bucket bucket = grouping.at(at);
      Group group = Group.of(bucket.start());
      if (next < answers.size() && answers.get(next).group().equals(group)) {
        out.addBuckets(answers.get(next++).message(grouping, request));
      } else {
        StatisticsBucket.Builder empty = GroupAnswer.empty(request, modules);
        grouping.describe(group, empty);
        out.addBuckets(empty);
      }
      at = bucket.end();
    }
  }

  private static InvalidInputException tooMany(List<ApartSketch> apart) {
    String remedy =
        apart.isEmpty()
            ? "take a longer bucket, a shorter range, or leave empty buckets out"
            : apart.get(0).getName()
                + " of "
                + Nanos.instant(apart.get(0).getTime())
                + " is apart from the others: give a range without it, or leave empty buckets out";
    return new InvalidInputException(
        "include_empty_buckets",
        "with those that hold no sketch there are more than "
            + MAX_BUCKETS
            + " buckets; "
            + remedy);
  }

  /** The first sketches of some groups. */
  private List<ApartSketch> names(
      Set<Group> groups, StoreSnapshot snapshot, String collection, Cover.Question question) {
    List<ApartSketch> out = new ArrayList<>();
    for (Group group : groups) {
      if (out.size() < MAX_NAMED) {
        StatisticsBucket.Builder bucket = StatisticsBucket.newBuilder();
        grouping.describe(group, bucket);
        Span span = new Span(bucket.getStart(), bucket.hasEnd() ? bucket.getEnd() : null);
        Cover.Sink sink =
            new Cover.Sink() {
              @Override
              public void cell(Group of, RollUp cell) {
                throw new IllegalStateException("single sketches were asked for");
              }

              @Override
              public void sketch(Group of, String id, SketchRecord record) {
                if (out.size() < MAX_NAMED) {
                  out.add(
                      ApartSketch.newBuilder()
                          .setName(Names.sketch(collection, id))
                          .setTime(record.getTime())
                          .build());
                }
              }
            };
        new Cover(
                snapshot, collection, new Cover.Question(span, grouping, question.leftOut()), sink)
            .sketches();
      }
    }
    return out;
  }
}
