package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.query.Estimators;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.StatisticsBucket.Source;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers from roll-ups are those of the single sketches, whatever happens. */
final class RollUpTest {
  private static final SketchSpec SPEC = new SketchSpec(512, 16, 7);
  private static final long START = Instant.parse("2025-12-20T00:00:00Z").getEpochSecond();
  private static final long END = Instant.parse("2026-04-10T00:00:00Z").getEpochSecond();

  @TempDir private Path directory;

  /** What was put: the answers of the server are held against sums made here. */
  private final List<Put> puts = new ArrayList<>();

  private final Sketcher sketcher = new Sketcher(SPEC);
  private final Random random = new Random(20261124);

  private final Map<Sketch, double[]> singles = new HashMap<>();
  private final Estimators estimators = new Estimators();

  private record Put(Instant time, Sketch sketch) {}

  /** An item at a random second of the range, or near one of few busy hours. */
  private PutItem item(int i) {
    long span = END - START;
    long second =
        i % 3 == 0
            ? START + (long) (random.nextDouble() * span)
            : START + random.nextInt(20) * (span / 20) + random.nextInt(3 * 3600);
    return item(i, second, i % 4 == 0 ? random.nextInt(1_000_000_000) : 0);
  }

  private PutItem item(int i, long second, int nanos) {
    var run = Runs.scene(random, 1 + random.nextInt(3), random.nextInt(3));
    Sketch one = sketcher.sketch(run);
    // Of two runs: counts of sums are a linear function of the sketches, those of runs are not.
    Sketch sketch = Sketch.weightedSum(List.of(one, one), new double[] {1, 1});
    if (i % 5 == 0) {
      sketch = sketch.truncate(384);
    }
    puts.add(new Put(Instant.ofEpochSecond(second, nanos), sketch));
    return PutItem.newBuilder()
        .setFinished(
            FinishedSketch.newBuilder()
                .setId("run-" + i)
                .setTime(Timestamp.newBuilder().setSeconds(second).setNanos(nanos))
                .setSketch(Sketches.sketch(sketch))
                .setSkeleton(Graphs.skeleton(run.skeleton())))
        .build();
  }

  private static void put(RepositoryServiceBlockingStub server, PutItem item) {
    server.put(PutRequest.newBuilder().setParent("collections/rooms").setItem(item).build());
  }

  private static AggregateStatisticsRequest.Builder request() {
    return AggregateStatisticsRequest.newBuilder().setParent("collections/rooms");
  }

  private static TimeRange range(long start, long end) {
    return TimeRange.newBuilder()
        .setStart(Timestamp.newBuilder().setSeconds(start))
        .setEnd(Timestamp.newBuilder().setSeconds(end))
        .build();
  }

  private static Duration hours(long hours) {
    return Duration.newBuilder().setSeconds(hours * 3600).build();
  }

  /** A bucket's group in words. */
  private static String group(StatisticsBucket bucket) {
    return switch (bucket.getGroupCase()) {
      case HOUR_OF_DAY -> "hour " + bucket.getHourOfDay();
      case DAY_OF_WEEK -> "day " + bucket.getDayOfWeek();
      case LABEL_VALUE -> "label " + bucket.getLabelValue();
      case GROUP_NOT_SET -> "at " + bucket.getStart().getSeconds();
    };
  }

  /**
   * Compares an answer with the sums of the single sketches, added up here.
   *
   * @param group the group that a time must be in
   * @return the buckets
   */
  private List<StatisticsBucket> holds(
      RepositoryServiceBlockingStub server,
      AggregateStatisticsRequest.Builder request,
      Function<Instant, String> group) {
    AggregateStatisticsRequest sent = request.build();
    List<StatisticsBucket> buckets = server.aggregateStatistics(sent).getBucketsList();
    Map<String, List<Sketch>> expected = new TreeMap<>();
    for (Put put : puts) {
      boolean after =
          !sent.getRange().hasStart()
              || put.time.getEpochSecond() >= sent.getRange().getStart().getSeconds();
      boolean before =
          !sent.getRange().hasEnd()
              || put.time.getEpochSecond() < sent.getRange().getEnd().getSeconds();
      if (after && before) {
        expected.computeIfAbsent(group.apply(put.time), g -> new ArrayList<>()).add(put.sketch);
      }
    }
    assertThat(buckets)
        .extracting(RollUpTest::group)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (StatisticsBucket bucket : buckets) {
      List<Sketch> sketches = expected.get(group(bucket));
      assertThat(bucket.getSketches()).as(group(bucket)).isEqualTo(sketches.size());
      double[] counts = counts(sketches);
      for (int m = 0; m < 2; m++) {
        assertThat(bucket.getEstimates(m).getCount())
            .as(group(bucket))
            .isCloseTo(counts[m], within(1e-4 * sketches.size()));
      }
    }
    return buckets;
  }

  /** Counts of both kinds, a linear function of the sketches, so a sum of single counts. */
  private double[] counts(List<Sketch> sketches) {
    double[] out = new double[2];
    for (Sketch sketch : sketches) {
      double[] one = singles.computeIfAbsent(sketch, this::count);
      out[0] += one[0];
      out[1] += one[1];
    }
    return out;
  }

  private double[] count(Sketch sketch) {
    List<ModuleProfile> kinds =
        Stream.of("kind-0", "kind-1")
            .map(kind -> new ModuleProfile(kind, Runs.ATTRIBUTES, true, false, false))
            .toList();
    return estimators
        .estimator(estimators.operators(SPEC), kinds, sketch.prefixLength())
        .estimate(sketch)
        .stream()
        .mapToDouble(ModuleCount::count)
        .toArray();
  }

  private static OffsetDateTime local(Instant time, int offset) {
    return time.atOffset(ZoneOffset.ofHours(offset));
  }

  /** Every grouping over whole and ragged ranges. */
  private void allHold(RepositoryServiceBlockingStub server) {
    List<TimeRange> ranges =
        List.of(
            TimeRange.getDefaultInstance(),
            range(START, END),
            range(START + 5 * 86_400 + 1234, END - 3 * 86_400 - 4321),
            TimeRange.newBuilder()
                .setStart(Timestamp.newBuilder().setSeconds(START + 40 * 86_400 + 1))
                .build(),
            range(START + 20 * 86_400 + 60, START + 20 * 86_400 + 120));
    for (TimeRange range : ranges) {
      for (int offset : new int[] {0, -5}) {
        Duration utcOffset = hours(offset);
        holds(
            server,
            request().setRange(range).setCycle(Cycle.CYCLE_HOUR_OF_DAY).setUtcOffset(utcOffset),
            time -> "hour " + local(time, offset).getHour());
        holds(
            server,
            request().setRange(range).setCycle(Cycle.CYCLE_DAY_OF_WEEK).setUtcOffset(utcOffset),
            time -> "day " + local(time, offset).getDayOfWeek().getValue());
      }
    }
    for (long length : new long[] {600, 3600, 86_400, 7 * 86_400, 5 * 3600 + 7, 4000}) {
      for (long start : new long[] {START, START + 1800}) {
        TimeRange range = range(start, start + 30 * 86_400);
        holds(
            server,
            request().setRange(range).setBucket(Duration.newBuilder().setSeconds(length)),
            time -> "at " + Math.max(start, time.getEpochSecond() / length * length));
      }
    }
    List<StatisticsBucket> all =
        holds(server, request().setRange(range(START, END)), time -> "at " + START);
    assertThat(all.get(0).getSketchesRead()).isZero();
    assertThat(all.get(0).getCellsRead()).isBetween(1L, 112L);
  }

  @Test
  void everyGrouping_isTheSumOfTheSingleSketches_alsoAfterMorePuts() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      for (int i = 0; i < 200; i++) {
        put(server.repository(), item(i));
      }
      allHold(server.repository());
      for (int i = 200; i < 240; i++) {
        put(server.repository(), item(i));
        if (i % 8 == 0) {
          holds(
              server.repository(),
              request().setRange(range(START, END)).setCycle(Cycle.CYCLE_HOUR_OF_DAY),
              time -> "hour " + local(time, 0).getHour());
        }
      }
      allHold(server.repository());
    }
  }

  @Test
  void hoursOfTheDay_areReadFromRollUpsOnly() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      for (int i = 0; i < 60; i++) {
        put(server.repository(), item(i));
      }
      List<StatisticsBucket> buckets =
          server
              .repository()
              .aggregateStatistics(request().setCycle(Cycle.CYCLE_HOUR_OF_DAY).build())
              .getBucketsList();
      assertThat(buckets).extracting(StatisticsBucket::getHourOfDay).isSorted();
      assertThat(buckets)
          .isNotEmpty()
          .allMatch(bucket -> bucket.getSource() == Source.SOURCE_ROLL_UPS)
          .allMatch(bucket -> bucket.getSketchesRead() == 0 && bucket.getCellsRead() > 0);
    }
  }

  @Test
  void kill_leavesNoRollUpBehindItsSketches() throws IOException {
    int next = 0;
    for (int round = 0; round < 3; round++) {
      try (ServeProcess process = ServeProcess.start(directory)) {
        ManagedChannel channel = TestServer.channel(process.port());
        RepositoryServiceBlockingStub server = RepositoryServiceGrpc.newBlockingStub(channel);
        if (round == 0) {
          CollectionServiceGrpc.newBlockingStub(channel)
              .createCollection(
                  CreateCollectionRequest.newBuilder()
                      .setCollectionId("rooms")
                      .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
                      .build());
        } else {
          allHold(server);
        }
        for (int i = 0; i < 40; i++) {
          put(server, item(next++));
          if (i == 20 * (round % 2)) { // some hours are rolled up and written to again
            server.aggregateStatistics(request().setCycle(Cycle.CYCLE_DAY_OF_WEEK).build());
          }
        }
        process.kill();
        channel.shutdownNow();
      }
    }
    try (TestServer server = new TestServer(directory)) {
      allHold(server.repository());
    }
  }

  @Test
  void questionsDuringPuts_missNothingThatWasAcknowledged() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      List<PutItem> items = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        items.add(item(i, START + random.nextInt(5 * 3600), 0));
      }
      AtomicInteger acknowledged = new AtomicInteger();
      Thread writer =
          new Thread(
              () -> {
                for (PutItem item : items) {
                  put(server.repository(), item);
                  acknowledged.incrementAndGet();
                }
              });
      writer.start();
      long last = 0;
      while (last < items.size()) {
        int before = acknowledged.get();
        last =
            server
                .repository()
                .aggregateStatistics(
                    request().setRange(range(START, START + 86_400)).setBucket(hours(1)).build())
                .getBucketsList()
                .stream()
                .mapToLong(StatisticsBucket::getSketches)
                .sum();
        assertThat(last).isBetween((long) before, (long) Math.min(300, acknowledged.get() + 1));
      }
      writer.join();
      holds(
          server.repository(),
          request().setRange(range(START, START + 86_400)),
          time -> "at " + START);
    }
  }

  @Test
  void labels_groupSingleSketches() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      for (int i = 0; i < 12; i++) {
        server.put(
            "rooms",
            Graphs.computation(Runs.scene(random, 1 + i % 2)).toBuilder()
                .setId("run-" + i)
                .putAllLabels(i % 3 == 2 ? Map.of() : Map.of("camera", i % 3 == 0 ? "b" : "a"))
                .build());
      }
      List<StatisticsBucket> buckets =
          server
              .repository()
              .aggregateStatistics(request().setLabel("camera").build())
              .getBucketsList();
      assertThat(buckets).extracting(StatisticsBucket::getLabelValue).containsExactly("a", "b");
      assertThat(buckets).isNotEmpty().allMatch(bucket -> bucket.getSketches() == 4);
      assertThat(buckets)
          .isNotEmpty()
          .allMatch(b -> b.getSource() == Source.SOURCE_SUMMED_SKETCHES);
    }
  }

  @Test
  void singleCounts_areExacterThanTheirSum_andPresenceCountsSketches() throws IOException {
    SketchSpec spec = new SketchSpec(4096, 16, 7);
    int[] objects = new int[2];
    int with = 0;
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", spec);
      for (int i = 0; i < 60; i++) {
        int[] counts = {1 + random.nextInt(2), random.nextInt(2)};
        objects[0] += counts[0];
        objects[1] += counts[1];
        with += counts[1];
        server.put(
            "rooms",
            Graphs.computation(Runs.scene(random, counts)).toBuilder()
                .setId("run-" + i)
                .setTime(Runs.time(600L * i))
                .build());
      }
      StatisticsBucket summed = one(server, request());
      StatisticsBucket single = one(server, request().setMaxStandardError(1e-6));
      assertThat(single.getSource()).isEqualTo(Source.SOURCE_SINGLE_SKETCHES);
      assertThat(single.getSketchesRead()).isEqualTo(60);
      for (int m = 0; m < 2; m++) {
        assertThat(single.getEstimates(m).getStandardError())
            .isLessThan(0.1 * summed.getEstimates(m).getStandardError());
        assertThat(single.getEstimates(m).getCount()).isEqualTo(objects[m]);
      }
      double enough = summed.getEstimates(0).getStandardError() + 10;
      assertThat(one(server, request().setMaxStandardError(enough)).getSource())
          .isEqualTo(Source.SOURCE_ROLL_UPS);
      StatisticsBucket presence = one(server, request().setPresence(true));
      assertThat(presence.getPresence(0).getPresent()).isEqualTo(60);
      assertThat(presence.getPresence(1).getPresent()).isEqualTo(with);
      assertThat(presence.getPresence(1).getNotDetermined()).isZero();
      assertThat(presence.getSource()).isEqualTo(Source.SOURCE_SUMMED_SKETCHES);
    }
  }

  private static StatisticsBucket one(
      TestServer server, AggregateStatisticsRequest.Builder request) {
    List<StatisticsBucket> buckets =
        server.repository().aggregateStatistics(request.build()).getBucketsList();
    assertThat(buckets).hasSize(1);
    return buckets.get(0);
  }

  @Test
  void means_areThoseOfTheObjects() throws IOException {
    SketchSpec spec = new SketchSpec(4096, 16, 7);
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", spec);
      double[] sum = new double[Runs.ATTRIBUTES];
      for (int i = 0; i < 20; i++) {
        var run = Runs.scene(random, 1);
        float[] values = run.attributes(0).toArray();
        for (int j = 0; j < sum.length; j++) {
          sum[j] += values[j] / 20.0;
        }
        server.put(
            "rooms",
            Graphs.computation(run).toBuilder()
                .setId("run-" + i)
                .setTime(Runs.time(3600L * i))
                .build());
      }
      StatisticsBucket bucket = one(server, request().setMeans(true));
      var mean = bucket.getMeans(0).getMean();
      assertThat(bucket.getCellsRead()).isPositive();
      assertThat(mean.getDetermined()).as(mean.getReason()).isTrue();
      for (int j = 0; j < sum.length; j++) {
        assertThat(mean.getValues(j)).isCloseTo(sum[j], within(4.5 * mean.getStandardErrors(j)));
      }
      assertThat(bucket.getMeans(0).getSecondMoment().getReason()).contains("squares");
    }
  }

  @Test
  void badRequests_areRefused() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      refused(server, request().setCycleValue(7), "cycle");
      refused(server, request().setCycleValue(0), "cycle");
      refused(server, request().setLabel(""), "label");
      refused(server, request().setUtcOffset(hours(1)), "utc_offset");
      var byHour = request().setCycle(Cycle.CYCLE_HOUR_OF_DAY);
      refused(server, byHour.clone().setUtcOffset(hours(19)), "utc_offset");
      refused(
          server,
          byHour.clone().setUtcOffset(Duration.newBuilder().setSeconds(1801)),
          "utc_offset");
      refused(
          server, byHour.clone().setUtcOffset(hours(1)).setTimeZone("Europe/Berlin"), "utc_offset");
      for (String zone : new String[] {"Berlin", "europe/berlin", "+01:00", "CEST", "Mars/Base"}) {
        refused(server, byHour.clone().setTimeZone(zone), "time_zone");
      }
      refused(server, request().setTimeZone("Europe/Berlin"), "time_zone");
      refused(server, request().setLabel("a").setTimeZone("Europe/Berlin"), "time_zone");
      refused(server, request().setBucket(hours(7)).setTimeZone("Europe/Berlin"), "bucket");
      refused(server, request().setCalendarUnitValue(0), "calendar_unit");
      refused(server, request().setCalendarUnitValue(9), "calendar_unit");
      refused(server, request().setIncludeEmptyBuckets(true), "include_empty_buckets");
      refused(server, request().setMaxStandardError(-1), "max_standard_error");
      refused(server, request().setMaxStandardError(Double.NaN), "max_standard_error");
      assertThat(server.repository().aggregateStatistics(byHour.build()).getBucketsList())
          .isEmpty();
    }
  }

  private static void refused(
      TestServer server, AggregateStatisticsRequest.Builder request, String field) {
    failure(() -> server.repository().aggregateStatistics(request.build())).isInvalid(field);
  }
}
