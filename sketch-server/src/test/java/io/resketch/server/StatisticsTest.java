package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.ApartSketch;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatisticsTest {
  private static final int RUNS = 30;
  private static final int KINDS = 3;

  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 7);
  private static final SketchSpec SMALL = new SketchSpec(512, 16, 7);

  /** How often each kind occurs in each run; run i is at second i. */
  private static final int[][] TRUTH = new int[RUNS][KINDS];

  private static final Timestamp LAST =
      Timestamp.newBuilder().setSeconds(253_402_300_799L).setNanos(999_999_999).build();

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    server.create("erased", SPEC);
    Random random = new Random(21);
    Sketcher sketcher = new Sketcher(SPEC);
    for (int i = 0; i < RUNS; i++) {
      for (int m = 0; m < KINDS; m++) {
        TRUTH[i][m] = random.nextInt(4) + (m == 0 ? 1 : 0);
      }
      Computation run = Runs.scene(random, TRUTH[i]);
      server.put(
          "rooms",
          Graphs.computation(run).toBuilder().setId("run-" + i).setTime(Runs.time(i)).build());
      int prefix = new int[] {2048, 1536, 1024}[i % 3];
      server.put(
          "erased",
          FinishedSketch.newBuilder()
              .setId("run-" + i)
              .setTime(Runs.time(i))
              .setSketch(Sketches.sketch(sketcher.sketch(run).truncate(prefix)))
              .setSkeleton(Graphs.skeleton(run.skeleton()))
              .build());
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static AggregateStatisticsRequest.Builder request(String collection) {
    return AggregateStatisticsRequest.newBuilder().setParent("collections/" + collection);
  }

  private static List<StatisticsBucket> aggregate(AggregateStatisticsRequest.Builder request) {
    return answer(request).getBucketsList();
  }

  private static AggregateStatisticsResponse answer(AggregateStatisticsRequest.Builder request) {
    return server.repository().aggregateStatistics(request.build());
  }

  private static TimeRange range(long start, long end) {
    return TimeRange.newBuilder().setStart(Runs.time(start)).setEnd(Runs.time(end)).build();
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  /** Within four standard errors of the truth: wrong by chance once in 16,000. */
  private static void holds(StatisticsBucket bucket, int from, int to) {
    assertThat(bucket.getSketches()).isEqualTo(to - from);
    assertThat(bucket.getEstimatesList())
        .extracting(ModuleEstimate::getModule)
        .containsExactly("kind-0", "kind-1", "kind-2");
    for (int m = 0; m < KINDS; m++) {
      int truth = 0;
      for (int i = from; i < to; i++) {
        truth += TRUTH[i][m];
      }
      ModuleEstimate estimate = bucket.getEstimates(m);
      assertThat(estimate.getDetermined()).isTrue();
      assertThat(estimate.getStandardError()).isPositive().isLessThan(0.2 * (to - from) + 1);
      assertThat(estimate.getCount())
          .as("%s in runs %d to %d", estimate.getModule(), from, to)
          .isCloseTo((double) truth, within(4 * estimate.getStandardError()));
    }
  }

  @Test
  void oneBucket_isOverAllRuns() {
    for (String collection : new String[] {"rooms", "erased"}) {
      List<StatisticsBucket> buckets = aggregate(request(collection));
      assertThat(buckets).hasSize(1);
      holds(buckets.get(0), 0, RUNS);
      assertThat(buckets.get(0).getStart()).isEqualTo(Runs.time(0));
      assertThat(buckets.get(0).getEnd())
          .isEqualTo(Runs.time(RUNS - 1).toBuilder().setNanos(1).build());
    }
  }

  @Test
  void singleRuns_areCountedByTheirObjects_andSumsByTheFit() {
    for (StatisticsBucket bucket : aggregate(request("erased").setBucket(seconds(1)))) {
      int run = (int) bucket.getStart().getSeconds();
      for (int m = 0; m < KINDS; m++) {
        ModuleEstimate estimate = bucket.getEstimates(m);
        assertThat(estimate.getMethod()).isEqualTo(ModuleEstimate.Method.METHOD_BLIND_DECODING);
        assertThat(estimate.getDetermined()).isTrue();
        assertThat(estimate.getStandardError()).isLessThan(0.05);
        assertThat(estimate.getCount()).isCloseTo(TRUTH[run][m], within(0.05));
      }
    }
    StatisticsBucket all = aggregate(request("erased")).get(0);
    assertThat(all.getEstimatesList())
        .allMatch(m -> m.getMethod() == ModuleEstimate.Method.METHOD_LINEAR_FIT);
    assertThat(all.getSketchesDecoded()).isZero();
    StatisticsBucket singly = aggregate(request("erased").setPresence(true)).get(0);
    assertThat(singly.getSketchesDecoded()).isEqualTo(RUNS);
    assertThat(singly.getPresenceList()).allMatch(m -> m.getNotDetermined() == 0);
    StatisticsBucket demanded = aggregate(request("erased").setMaxStandardError(1e-3)).get(0);
    assertThat(demanded.getEstimatesList())
        .allMatch(m -> m.getMethod() == ModuleEstimate.Method.METHOD_BLIND_DECODING);
  }

  @Test
  void buckets_startOnTheClock_notAtTheFirstSketch() {
    for (String collection : new String[] {"rooms", "erased"}) {
      TimeRange from = TimeRange.newBuilder().setStart(Runs.time(3)).build();
      List<StatisticsBucket> buckets =
          aggregate(request(collection).setRange(from).setBucket(seconds(7)));
      // Multiples of 7 seconds since 1970; the first bucket is cut by the range.
      assertThat(buckets)
          .extracting(bucket -> bucket.getStart().getSeconds())
          .containsExactly(3L, 7L, 14L, 21L, 28L);
      assertThat(buckets)
          .extracting(bucket -> bucket.getEnd().getSeconds())
          .containsExactly(7L, 14L, 21L, 28L, 35L);
      for (int b = 0; b < buckets.size(); b++) {
        holds(buckets.get(b), Math.max(3, 7 * b), Math.min(RUNS, 7 * b + 7));
      }
    }
  }

  @Test
  void oneLateRun_movesNoBucket() {
    server.create("late", SMALL);
    io.resketch.v1.Computation.Builder run =
        Graphs.computation(Runs.scene(new Random(2), 1)).toBuilder();
    for (int i = 0; i < 12; i++) {
      server.put("late", run.clone().setId("r" + i).setTime(Runs.time(1000 + 10 * i)).build());
    }
    List<StatisticsBucket> before = aggregate(request("late").setBucket(seconds(60)));
    assertThat(before)
        .extracting(bucket -> bucket.getStart().getSeconds())
        .containsExactly(960L, 1020L, 1080L);
    server.put("late", run.clone().setId("late").setTime(Runs.time(17)).build());
    List<StatisticsBucket> after = aggregate(request("late").setBucket(seconds(60)));
    assertThat(after.get(0).getStart().getSeconds()).isZero();
    assertThat(after.subList(1, after.size())).isEqualTo(before);
  }

  @Test
  void bucketsOfARange_areWhatTheRangeHasOfThem() {
    List<StatisticsBucket> buckets =
        aggregate(request("rooms").setRange(range(-4, 12)).setBucket(seconds(10)));
    assertThat(buckets)
        .extracting(bucket -> bucket.getStart().getSeconds())
        .containsExactly(0L, 10L);
    assertThat(buckets)
        .extracting(bucket -> bucket.getEnd().getSeconds())
        .containsExactly(10L, 12L);
    holds(buckets.get(0), 0, 10);
    holds(buckets.get(1), 10, 12);
  }

  @Test
  void range_withOneOpenEnd_isKept() {
    TimeRange from = TimeRange.newBuilder().setStart(Runs.time(20)).build();
    List<StatisticsBucket> late = aggregate(request("rooms").setRange(from));
    holds(late.get(0), 20, RUNS);
    assertThat(late.get(0).getStart()).isEqualTo(Runs.time(20));
    TimeRange until = TimeRange.newBuilder().setEnd(Runs.time(10)).build();
    List<StatisticsBucket> early = aggregate(request("rooms").setRange(until));
    holds(early.get(0), 0, 10);
    assertThat(early.get(0).getEnd()).isEqualTo(Runs.time(10));
    assertThat(aggregate(request("rooms").setRange(range(100, 200)))).isEmpty();
  }

  @Test
  void runsWithoutATime_countOnlyWhereNoTimeIsAskedFor() {
    server.create("timeless", SMALL);
    Random random = new Random(4);
    server.put("timeless", "run-0", Runs.scene(random, 2, 1));
    server.put("timeless", "run-1", Runs.scene(random, 2, 1));
    server.put(
        "timeless",
        Graphs.computation(Runs.scene(random, 1, 1)).toBuilder()
            .setId("run-2")
            .setTime(Runs.time(5))
            .build());
    assertThat(aggregate(request("timeless")))
        .extracting(StatisticsBucket::getSketches)
        .containsExactly(3L);
    assertThat(aggregate(request("timeless").setBucket(seconds(1))))
        .extracting(StatisticsBucket::getSketches)
        .containsExactly(1L);
    TimeRange until = TimeRange.newBuilder().setEnd(Runs.time(10)).build();
    assertThat(aggregate(request("timeless").setRange(until)))
        .extracting(StatisticsBucket::getSketches)
        .containsExactly(1L);
  }

  @Test
  void requestedModules_areAnsweredInTheirOrder_andThoseNeverStoredAreRefused() {
    assertThat(
            aggregate(request("rooms").addModules("kind-2").addModules("kind-1"))
                .get(0)
                .getEstimatesList())
        .extracting(ModuleEstimate::getModule)
        .containsExactly("kind-2", "kind-1");
    failure(() -> aggregate(request("rooms").addModules("unicorn"))).isInvalid("modules");
    assertThatThrownBy(() -> aggregate(request("rooms").addModules("knd-1")))
        .hasMessageContaining("unknown module 'knd-1'")
        .hasMessageContaining("did you mean 'kind-1'?");
  }

  @Test
  void moduleBelowOthers_isKeptApartFromRoots() {
    server.create("deep", SMALL);
    server.put("deep", "run-1", Runs.graph(new Random(1)));
    List<ModuleEstimate> estimates =
        aggregate(request("deep").addModules("animal").addModules("scene"))
            .get(0)
            .getEstimatesList();
    // Two animals, and neither is a root; one scene, which is.
    assertThat(estimates.get(0).getDetermined()).isFalse();
    assertThat(estimates.get(0).getReason()).contains("occurs only below roots");
    assertThat(estimates.get(1).getDetermined()).isTrue();
    assertThat(Math.abs(estimates.get(1).getCount() - 1))
        .isLessThan(4 * estimates.get(1).getStandardError());
  }

  @Test
  void sketchErasedTooFar_isNotDetermined_andTheOtherBucketsAre() {
    server.create("worn", SMALL);
    Computation run = Runs.scene(new Random(2), 2, 1, 1);
    server.put(
        "worn", Graphs.computation(run).toBuilder().setId("full").setTime(Runs.time(0)).build());
    server.put(
        "worn",
        FinishedSketch.newBuilder()
            .setId("stump")
            .setTime(Runs.time(10))
            .setSketch(Sketches.sketch(new Sketcher(SMALL).sketch(run).truncate(16)))
            .build());
    List<StatisticsBucket> buckets = aggregate(request("worn").setBucket(seconds(5)));
    assertThat(buckets.get(0).getEstimatesList())
        .isNotEmpty()
        .allMatch(ModuleEstimate::getDetermined);
    assertThat(buckets.get(1).getEstimatesList())
        .hasSize(3)
        .allMatch(estimate -> !estimate.getDetermined() && !estimate.getReason().isEmpty());
    assertThat(aggregate(request("worn")).get(0).getEstimatesList())
        .hasSize(3)
        .allMatch(estimate -> !estimate.getDetermined());
  }

  @Test
  void timesAtTheLimits_areCounted_andAnEndBehindThemIsOpen() {
    server.create("limits", SMALL);
    io.resketch.v1.Computation.Builder run =
        Graphs.computation(Runs.scene(new Random(2), 1)).toBuilder();
    server.put("limits", run.clone().setId("last").setTime(LAST).build());
    StatisticsBucket open = aggregate(request("limits")).get(0);
    assertThat(open.getStart()).isEqualTo(LAST);
    assertThat(open.hasEnd()).isFalse();
    StatisticsBucket bucket = aggregate(request("limits").setBucket(seconds(3600))).get(0);
    assertThat(bucket.getSketches()).isEqualTo(1);
    assertThat(bucket.hasEnd()).isFalse();

    Timestamp first = Timestamp.newBuilder().setSeconds(-62_135_596_800L).build();
    server.put("limits", run.clone().setId("first").setTime(first).build());
    Duration longest = seconds(315_576_000_000L); // 10,000 years
    List<StatisticsBucket> all = aggregate(request("limits").setBucket(longest));
    assertThat(all).extracting(StatisticsBucket::getSketches).containsExactly(1L, 1L);
    assertThat(all.get(0).getStart()).isEqualTo(first);
    assertThat(all.get(0).getEnd()).isEqualTo(Runs.time(0));
    assertThat(all.get(1).hasEnd()).isFalse();
  }

  @Test
  void collectionWithoutRuns_hasNoBuckets() {
    server.create("empty", SMALL);
    assertThat(aggregate(request("empty"))).isEmpty();
    assertThat(aggregate(request("empty").setBucket(seconds(1)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-1, 0", "0, -1", "1, -1", "0, 1000000000", "315576000001, 0"})
  void badBucket_isInvalid(long seconds, int nanos) {
    Duration bucket = Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    failure(() -> aggregate(request("rooms").setBucket(bucket))).isInvalid("bucket");
  }

  @Test
  void runOfAClockThatWasNotSet_isNamed_andRefusesNobody() {
    server.create("clock", SMALL);
    io.resketch.v1.Computation.Builder run =
        Graphs.computation(Runs.scene(new Random(2), 1)).toBuilder();
    long now = 1_796_000_000;
    for (int i = 0; i < 20; i++) {
      server.put("clock", run.clone().setId("r" + i).setTime(Runs.time(now + 20L * i)).build());
    }
    AggregateStatisticsRequest.Builder request =
        request("clock").setBucket(seconds(60)).setIncludeEmptyBuckets(true);
    assertThat(answer(request).getApartList()).isEmpty();
    server.put("clock", run.clone().setId("c0").setTime(Runs.time(5)).build());
    server.put("clock", run.clone().setId("c1").setTime(Runs.time(9_000_000_000L)).build());

    AggregateStatisticsResponse answer = answer(request.clone().setIncludeEmptyBuckets(false));
    assertThat(answer.getBucketsList())
        .extracting(StatisticsBucket::getSketches)
        .hasSize(9)
        .contains(1L, 3L);
    assertThat(answer.getApartList())
        .extracting(ApartSketch::getName)
        .containsExactly("collections/clock/sketches/c0", "collections/clock/sketches/c1");
    assertThat(answer.getApart(0).getTime()).isEqualTo(Runs.time(5));
    assertThat(answer.getApartSketches()).isEqualTo(2);

    failure(() -> aggregate(request)).isInvalid("include_empty_buckets");
    assertThatThrownBy(() -> aggregate(request))
        .hasMessageContaining("sketches/c0 of 1970-01-01T00:00:05Z is apart from the others");
  }

  @Test
  void emptyBuckets_areMadeWhereTheyAreAskedFor() {
    server.create("gaps", SMALL);
    io.resketch.v1.Computation.Builder run =
        Graphs.computation(Runs.scene(new Random(2), 1)).toBuilder();
    server.put("gaps", run.clone().setId("a").setTime(Runs.time(5)).build());
    server.put("gaps", run.clone().setId("b").setTime(Runs.time(35)).build());
    AggregateStatisticsRequest.Builder request =
        request("gaps").setBucket(seconds(10)).setIncludeEmptyBuckets(true).setPresence(true);
    assertThat(aggregate(request))
        .extracting(StatisticsBucket::getSketches)
        .containsExactly(1L, 0L, 0L, 1L);
    StatisticsBucket empty = aggregate(request).get(1);
    assertThat(empty.getStart()).isEqualTo(Runs.time(10));
    assertThat(empty.getEnd()).isEqualTo(Runs.time(20));
    assertThat(empty.getEstimates(0).getModule()).isEqualTo("kind-0");
    assertThat(empty.getEstimates(0).getCount()).isZero();
    assertThat(empty.getPresence(0).getPresent()).isZero();
    assertThat(aggregate(request.clone().setRange(range(-15, 60))))
        .extracting(StatisticsBucket::getSketches)
        .containsExactly(0L, 0L, 1L, 0L, 0L, 1L, 0L, 0L);
  }

  @Test
  void tooManyBuckets_areInvalid_andTheMostAllowedAreNot() {
    AggregateStatisticsRequest.Builder request =
        request("rooms").setBucket(seconds(1)).setIncludeEmptyBuckets(true);
    failure(() -> aggregate(request.clone().setRange(range(0, 100_001))))
        .isInvalid("include_empty_buckets");
    assertThat(aggregate(request.clone().setRange(range(0, 100_000)))).hasSize(100_000);
    assertThat(aggregate(request("rooms").setRange(range(0, 100_001)).setBucket(seconds(1))))
        .hasSize(RUNS);
  }

  @Test
  void otherBadRequests_areRefused() {
    failure(() -> aggregate(request("rooms").setRange(range(2, 1)))).isInvalid("range.end");
    failure(() -> aggregate(request("rooms").addModules(""))).isInvalid("modules");
    failure(() -> aggregate(request("rooms").addModules("\0phantom 1"))).isInvalid("modules");
    failure(() -> aggregate(request("rooms").addModules("kind-1").addModules("kind-1")))
        .isInvalid("modules");
    failure(() -> aggregate(request("attic"))).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }
}
