package io.resketch.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Status.Code;
import io.resketch.core.decode.Decoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import java.io.IOException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ResketchClientTest {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final Instant TIME = Instant.parse("2026-11-23T08:00:00.5Z");

  private MemoryServer server;
  private ResketchClient client;
  private SketchCollection rooms;

  @BeforeEach
  void connect() throws IOException {
    server = new MemoryServer();
    client = ResketchClient.connect(server.target());
    rooms = client.createCollection("rooms", SPEC);
  }

  @AfterEach
  void disconnect() {
    client.close();
    server.close();
  }

  private static Computation cat(float x, float y) {
    return Computation.builder()
        .object("cat1", "cat", Attributes.dense(x, y))
        .root("cat1", 1f)
        .build();
  }

  @Test
  void createCollection_isIdempotentAndRefusesAnotherSpec() {
    assertThat(client.createCollection("rooms", SPEC).spec()).isEqualTo(SPEC);
    SketchCollection opened = client.openCollection("rooms");
    assertThat(opened.id()).isEqualTo("rooms");
    assertThat(opened.name()).isEqualTo("collections/rooms");
    assertThat(opened.spec()).isEqualTo(SPEC);
    assertThat(client.collections()).extracting(SketchCollection::id).containsExactly("rooms");
    ResketchException e =
        catchThrowableOfType(
            ResketchException.class,
            () -> client.createCollection("rooms", new SketchSpec(1024, 16, 8)));
    assertThat(e.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(e.reason()).contains("SPEC_DIFFERS");
    assertThat(e).hasMessage("ALREADY_EXISTS: collections/rooms has another spec (SPEC_DIFFERS)");
  }

  @Test
  void openCollection_thatIsMissing_isNotFound() {
    assertThatThrownBy(() -> client.openCollection("attic"))
        .isInstanceOf(ResketchException.class)
        .hasMessage("NOT_FOUND: collections/attic does not exist");
  }

  @Test
  void put_thenGetSearchAndDecode() {
    StoredSketch stored = rooms.put("run-1", TIME, Map.of("camera", "3"), cat(0.6f, 0.8f));
    assertThat(stored.id()).isEqualTo("run-1");
    assertThat(stored.sketch()).isEmpty();
    rooms.put("run-2", TIME, Map.of(), cat(0.8f, 0.6f));
    rooms.put("run-3", TIME, Map.of(), cat(-0.6f, -0.8f));

    StoredSketch read = rooms.get("run-1");
    assertThat(read.time()).contains(TIME);
    assertThat(read.labels()).isEqualTo(Map.of("camera", "3"));
    assertThat(read.sketch()).contains(new Sketcher(SPEC).sketch(cat(0.6f, 0.8f)));

    SearchHits hits = rooms.search("run-1", 10);
    assertThat(hits).extracting(SearchHit::id).containsExactly("run-2", "run-3");
    assertThat(rooms.search(cat(0.6f, 0.8f), SearchOptions.top(1)).get(0).toString())
        .isEqualTo("1.0000  run-1  2026-11-23T08:00:00.500Z  {camera=3}");
    Sketch query = new Sketcher(SPEC).sketch(cat(-0.6f, -0.8f)).truncate(512);
    assertThat(
            rooms.search(
                query,
                new SearchOptions(1, TimeRange.all(), "", 256, OptionalDouble.empty(), false)))
        .extracting(SearchHit::id)
        .containsExactly("run-3");
    assertThat(rooms.search(query, SearchOptions.top(1).exactly()).exact()).isTrue();
    assertThat(server.searches())
        .extracting(SearchRequest::getExact)
        .containsExactly(false, false, false, true);
    assertThat(hits.exact()).isFalse();
    assertThat(hits.scanned()).isEqualTo(3);
    assertThat(hits.method()).isEqualTo(SearchResponse.Method.METHOD_GRAPH);
    assertThat(rooms.search("run-1", SearchOptions.top(10).atLeast(0.5)))
        .extracting(SearchHit::id)
        .containsExactly("run-2");
    assertThatThrownBy(() -> SearchOptions.top(1).atLeast(1.5))
        .hasMessage("minCosine: 1.5 must be -1 to 1; leave it out to have all");

    var decoded = rooms.decode("run-1", Decoder.JOINT).getObjects(0);
    assertThat(decoded.getAttributes().getDense().getValues(1)).isCloseTo(0.8f, within(1e-4f));
  }

  @Test
  void putFinished_storesASketchMadeHere() {
    Computation cat = cat(1, 0);
    Sketch sketch = new Sketcher(SPEC).sketch(cat).truncate(512);
    rooms.putFinished("run-1", TIME, Map.of(), FinishedSketch.of(sketch, cat.skeleton()));
    assertThat(rooms.get("run-1").sketch()).contains(sketch);
    Sketch foreign = new Sketcher(new SketchSpec(1024, 16, 8)).sketch(cat);
    ResketchException e =
        catchThrowableOfType(
            ResketchException.class,
            () -> rooms.putFinished("run-2", TIME, Map.of(), FinishedSketch.of(foreign)));
    assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION);
    assertThat(e.reason()).contains("FINGERPRINT_MISMATCH");
  }

  @Test
  void error_carriesFieldViolations() {
    var bad = io.resketch.v1.Computation.newBuilder().setId("run-1").build();
    ResketchException e =
        catchThrowableOfType(ResketchException.class, () -> rooms.put(PutItem.of(bad)));
    assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(e.violations())
        .containsExactly(
            new ResketchException.FieldViolation(
                "objects", "is empty; a computation has at least one"));
    assertThat(e)
        .hasMessage(
            "INVALID_ARGUMENT: the computation is not valid; objects: is empty; a computation has"
                + " at least one");
  }

  @Test
  void error_thatTheServerCannotBeReached_namesTheAddress() {
    String target = server.target();
    server.close();
    try (ResketchClient late = ResketchClient.connect(target)) {
      ResketchException e =
          catchThrowableOfType(ResketchException.class, () -> late.openCollection("rooms"));
      assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(e).hasMessageContaining(target);
    }
  }

  @Test
  void list_readsAllPagesAgainEachTime() {
    for (int i = 0; i < 5; i++) {
      rooms.put("run-" + i, TIME, Map.of(), cat(1, 0));
    }
    Iterable<StoredSketch> list = rooms.list(TimeRange.all());
    for (int round = 0; round < 2; round++) {
      assertThat(list)
          .hasSize(5)
          .allMatch(stored -> stored.sketch().isPresent())
          .extracting(StoredSketch::id)
          .containsExactly("run-0", "run-1", "run-2", "run-3", "run-4");
    }
    assertThat(rooms.listWithoutSketches(TimeRange.all()))
        .hasSize(5)
        .allMatch(stored -> stored.sketch().isEmpty());
  }

  @Test
  void statistics_passesRangeAndBucketOn() {
    List<StatisticsBucket> buckets =
        rooms.statistics(
            TimeRange.between(TIME, TIME.plusSeconds(60)), Duration.ofSeconds(15), List.of("cat"));
    assertThat(buckets.get(0).counts())
        .containsExactly(
            new ModuleCount("cat", 6.97, 0.05, true, ""),
            new ModuleCount("dog", 0, 0, false, "never seen as a root"));
    AggregateStatisticsRequest request = server.statistics().get(0);
    assertThat(Times.instant(request.getRange().getStart())).isEqualTo(TIME);
    assertThat(request.getBucket().getSeconds()).isEqualTo(15);
    assertThat(request.getModulesList()).containsExactly("cat");
    rooms.statistics(TimeRange.all(), List.of());
    assertThat(server.statistics().get(1).hasBucket()).isFalse();
    assertThat(server.statistics().get(1).getRange().hasStart()).isFalse();
  }

  @Test
  void statisticsQuery_passesEverythingOn() {
    StatisticsQuery query =
        StatisticsQuery.over(TimeRange.all())
            .inBuckets(Duration.ofHours(1))
            .byDayOfWeek(ZoneOffset.ofHours(-5))
            .withPresence()
            .withMeans()
            .maxStandardError(0.5);
    StatisticsBucket bucket = rooms.statistics(query).get(0);
    AggregateStatisticsRequest request = server.statistics().get(0);
    assertThat(request.getCycle()).isEqualTo(AggregateStatisticsRequest.Cycle.CYCLE_DAY_OF_WEEK);
    assertThat(request.getUtcOffset().getSeconds()).isEqualTo(-5 * 3600);
    assertThat(request.getMaxStandardError()).isEqualTo(0.5);
    assertThat(bucket.dayOfWeek()).contains(DayOfWeek.MONDAY);
    assertThat(bucket.start()).isEmpty();
    assertThat(bucket.source()).isEqualTo(StatisticsBucket.Source.ROLL_UPS);
    assertThat(bucket.cellsRead()).isEqualTo(3);
    assertThat(bucket.presence().get(0))
        .isEqualTo(new StatisticsBucket.ModulePresence("cat", 5, 2));
    assertThat(bucket.means().get(0).mean()).containsExactly(Estimate.of(0.5, 0.1));
    assertThat(bucket.means().get(0).secondMoment())
        .containsExactly(Estimate.notDetermined("a sum"));
    assertThat(rooms.statistics(query.byLabel("camera")).get(0).label()).contains("door");
    assertThat(server.statistics().get(1).hasUtcOffset()).isFalse();
  }

  @Test
  void putAll_answersEveryItemInOrder() {
    List<PutOutcome> outcomes = new ArrayList<>();
    PutSummary summary =
        rooms.putAll(
            IntStream.range(0, 300)
                .mapToObj(
                    i ->
                        i % 100 == 50
                            ? PutItem.of(
                                io.resketch.v1.Computation.newBuilder().setId("run-" + i).build())
                            : PutItem.of("run-" + i, TIME, Map.of(), cat(1, i))),
            outcomes::add);
    assertThat(summary).isEqualTo(new PutSummary(297, 3));
    assertThat(server.stored()).isEqualTo(297);
    assertThat(outcomes).hasSize(300);
    for (int i = 0; i < 300; i++) {
      PutOutcome outcome = outcomes.get(i);
      assertThat(outcome.index()).isEqualTo(i);
      assertThat(outcome.id()).isEqualTo("run-" + i);
      assertThat(outcome.stored()).isEqualTo(i % 100 != 50);
    }
    assertThat(outcomes.get(50).error().orElseThrow().violations()).hasSize(1);
  }
}
