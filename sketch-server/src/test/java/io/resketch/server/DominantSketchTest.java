package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.DominantSketch;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutResponse;
import io.resketch.v1.StatisticsBucket;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose attributes were not scaled is named by the sums that it is in, and can be left out.
 */
final class DominantSketchTest {
  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 7);
  private static final int RUNS = 60;
  private static final String LOUD = "collections/rooms/sketches/loud";

  @TempDir private static Path directory;
  private static TestServer server;
  private static int truth;

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    server.create("even", SPEC);
    Random random = new Random(5);
    for (int i = 0; i < RUNS; i++) {
      int objects = 1 + random.nextInt(3);
      truth += objects;
      io.resketch.v1.Computation run =
          Graphs.computation(Runs.scene(random, objects)).toBuilder()
              .setId("run-" + i)
              .setTime(Runs.time(600L * i))
              .build();
      server.put("rooms", run);
      server.put("even", run);
    }
    server.put(
        "rooms",
        Graphs.computation(loud()).toBuilder().setId("loud").setTime(Runs.time(9000)).build());
  }

  private static Computation loud() {
    float[] values = new float[Runs.ATTRIBUTES];
    java.util.Arrays.fill(values, 1000);
    return Computation.builder()
        .object("x", "kind-0", Attributes.dense(values))
        .root("x", 1)
        .build();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static AggregateStatisticsRequest.Builder request(String collection) {
    return AggregateStatisticsRequest.newBuilder().setParent("collections/" + collection);
  }

  private static AggregateStatisticsResponse ask(AggregateStatisticsRequest.Builder request) {
    return server.repository().aggregateStatistics(request.build());
  }

  @Test
  void runThatIsNotScaled_isNamed_fromRollUpsAndFromSketches() {
    Duration day = Duration.newBuilder().setSeconds(86_400).build();
    for (AggregateStatisticsRequest.Builder request :
        new AggregateStatisticsRequest.Builder[] {
          request("rooms"),
          request("rooms").setPresence(true),
          request("rooms").setBucket(day),
          request("rooms").setCycle(Cycle.CYCLE_DAY_OF_WEEK)
        }) {
      StatisticsBucket bucket = ask(request).getBuckets(0);
      assertThat(bucket.getDominanceKnown()).isTrue();
      assertThat(bucket.getDominantList())
          .extracting(DominantSketch::getName)
          .containsExactly(LOUD);
      assertThat(bucket.getDominant(0).getEnergyShare()).isBetween(0.99, 1.0);
    }
    assertThat(ask(request("even")).getBuckets(0).getDominantList()).isEmpty();
    assertThat(ask(request("even")).getBuckets(0).getDominanceKnown()).isTrue();
  }

  @Test
  void leftOut_theCountsAreThoseOfTheOthers_andTheAnswerSaysSo() {
    StatisticsBucket with = ask(request("rooms")).getBuckets(0);
    AggregateStatisticsResponse answer = ask(request("rooms").addLeaveOut(LOUD));
    StatisticsBucket without = answer.getBuckets(0);
    StatisticsBucket even = ask(request("even")).getBuckets(0);
    assertThat(answer.getLeftOutList()).containsExactly(LOUD);
    assertThat(without.getSketches()).isEqualTo(RUNS);
    assertThat(without.getDominantList()).isEmpty();
    assertThat(without.getCellsRead()).isPositive();
    assertThat(without.getSketchesRead()).isBetween(1L, 6L); // of its hour
    double error = without.getEstimates(0).getStandardError();
    assertThat(error).isLessThan(0.1 * with.getEstimates(0).getStandardError());
    assertThat(without.getEstimates(0).getCount()).isCloseTo(truth, within(4 * error));
    assertThat(without.getEstimates(0).getCount())
        .isCloseTo(even.getEstimates(0).getCount(), within(0.01));
    AggregateStatisticsRequest.Builder other =
        request("rooms")
            .addLeaveOut(LOUD)
            .setRange(io.resketch.v1.TimeRange.newBuilder().setStart(Runs.time(20_000)).build());
    assertThat(ask(other).getLeftOutList()).isEmpty();
  }

  @Test
  void whatIsToBeLeftOut_mustBeThere() {
    failure(() -> ask(request("rooms").addLeaveOut("collections/rooms/sketches/none")))
        .isInvalid("leave_out[0]");
    failure(() -> ask(request("rooms").addLeaveOut(LOUD).addLeaveOut("loud")))
        .isInvalid("leave_out[1]");
    failure(() -> ask(request("even").addLeaveOut(LOUD))).isInvalid("leave_out[0]");
  }

  @Test
  void put_warnsOfAttributesThatAreNotScaled() {
    server.create("puts", SPEC);
    PutResponse scaled = put(Graphs.computation(Runs.scene(new Random(1), 2, 1)), "scaled");
    assertThat(scaled.getWarningsList()).isEmpty();
    PutResponse loud = put(Graphs.computation(loud()), "loud");
    assertThat(loud.getWarnings(0).getField()).isEqualTo("objects[x].attributes");
    assertThat(loud.getWarnings(0).getNorm())
        .isCloseTo(1000 * Math.sqrt(Runs.ATTRIBUTES), within(1e-6 * 1e4));
    assertThat(loud.getWarnings(0).getDescription())
        .contains("is above 1; scale the attributes of module kind-0");
    for (Computation run : new Computation[] {loud(), Runs.scene(new Random(1), 3)}) {
      FinishedSketch finished =
          FinishedSketch.newBuilder()
              .setId("finished-" + run.skeleton().size())
              .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(run)))
              .build();
      PutResponse response = put(PutItem.newBuilder().setFinished(finished).build());
      assertThat(response.getWarningsCount()).isEqualTo(run.skeleton().size() == 1 ? 1 : 0);
    }
  }

  private static PutResponse put(io.resketch.v1.Computation run, String id) {
    return put(PutItem.newBuilder().setComputation(run.toBuilder().setId(id)).build());
  }

  private static PutResponse put(PutItem item) {
    return server
        .repository()
        .put(PutRequest.newBuilder().setParent("collections/puts").setItem(item).build());
  }
}
