package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Timestamp;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.StatisticsBucket.Source;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two collections hold the same runs; one is rolled up by labels. Their answers are the same. */
final class LabelRollUpTest {
  private static final SketchSpec SPEC = new SketchSpec(512, 16, 7);
  private static final long START = Instant.parse("2026-11-20T21:00:00Z").getEpochSecond();
  private static final int HOURS = 30;
  private static final int RUNS = 150;

  /** The hour in which there are more shelves than a roll-up takes. */
  private static final int BUSY_HOUR = 10;

  private static final int BUSY_RUNS = 120;

  @TempDir private Path directory;
  private final Random random = new Random(20261124);

  private static Collection.Builder collection() {
    return Collection.newBuilder().setSpec(Sketches.spec(SPEC));
  }

  private void put(TestServer server, String id, long second, String camera, String shelf) {
    io.resketch.v1.Computation.Builder run =
        Graphs.computation(Runs.scene(random, 1 + random.nextInt(2), random.nextInt(2))).toBuilder()
            .setId(id)
            .setTime(Timestamp.newBuilder().setSeconds(second));
    if (!camera.isEmpty()) {
      run.putLabels("camera", camera);
    }
    run.putLabels("shelf", shelf);
    server.put("rolled", run.build());
    server.put("plain", run.build());
  }

  private void fill(TestServer server) {
    for (int i = 0; i < RUNS; i++) {
      String camera = i % 4 == 3 ? "" : "camera-" + i % 4;
      put(server, "run-" + i, START + random.nextInt(HOURS * 3600), camera, "shelf-" + i % 3);
    }
    for (int i = 0; i < BUSY_RUNS; i++) {
      put(server, "busy-" + i, START + BUSY_HOUR * 3600L + i, "", "busy-" + i % 110);
    }
  }

  private static List<StatisticsBucket> ask(
      TestServer server, String collection, String label, long from, long to) {
    AggregateStatisticsRequest.Builder request =
        AggregateStatisticsRequest.newBuilder()
            .setParent("collections/" + collection)
            .setLabel(label);
    if (from != to) {
      request.getRangeBuilder().getStartBuilder().setSeconds(from);
      request.getRangeBuilder().getEndBuilder().setSeconds(to);
    }
    return server.repository().aggregateStatistics(request.build()).getBucketsList();
  }

  /** Asks both collections; returns the answer from roll-ups. */
  private static List<StatisticsBucket> same(TestServer server, String label, long from, long to) {
    List<StatisticsBucket> rolled = ask(server, "rolled", label, from, to);
    List<StatisticsBucket> plain = ask(server, "plain", label, from, to);
    assertThat(plain).isNotEmpty().allMatch(bucket -> bucket.getCellsRead() == 0);
    assertThat(rolled)
        .extracting(StatisticsBucket::getLabelValue)
        .isEqualTo(plain.stream().map(StatisticsBucket::getLabelValue).toList());
    for (int i = 0; i < plain.size(); i++) {
      assertThat(rolled.get(i).getSketches()).isEqualTo(plain.get(i).getSketches());
      List<ModuleEstimate> estimates = plain.get(i).getEstimatesList();
      for (int m = 0; m < estimates.size(); m++) {
        assertThat(rolled.get(i).getEstimates(m).getCount())
            .isCloseTo(estimates.get(m).getCount(), within(1e-4));
        assertThat(rolled.get(i).getEstimates(m).getStandardError())
            .isCloseTo(estimates.get(m).getStandardError(), within(1e-4));
      }
    }
    return rolled;
  }

  private static void allSame(TestServer server) {
    assertThat(same(server, "camera", 0, 0))
        .hasSize(3)
        .allMatch(bucket -> bucket.getSketchesRead() == 0)
        .allMatch(bucket -> bucket.getSource() == Source.SOURCE_ROLL_UPS);
    for (StatisticsBucket ragged :
        same(server, "camera", START + 1800, START + (HOURS - 2) * 3600L + 700)) {
      assertThat(ragged.getCellsRead()).isBetween(1L, 10L);
      assertThat(ragged.getSketchesRead()).isBetween(0L, 10L);
    }
    List<StatisticsBucket> shelves = same(server, "shelf", 0, 0);
    assertThat(shelves).hasSize(113);
    assertThat(shelves.stream().filter(b -> b.getLabelValue().startsWith("busy")))
        .isNotEmpty()
        .allMatch(bucket -> bucket.getSource() == Source.SOURCE_SUMMED_SKETCHES);
    assertThat(shelves.stream().filter(b -> b.getLabelValue().startsWith("shelf")))
        .isNotEmpty()
        .allMatch(bucket -> bucket.getSource() == Source.SOURCE_ROLL_UPS)
        .allMatch(bucket -> bucket.getSketchesRead() < 10);
  }

  @Test
  void statisticsByARolledUpLabel_areThoseOfTheSingleSketches_andReadFewOfThem()
      throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create(
          "rolled", collection().addRollupLabels("shelf").addRollupLabels("camera").build());
      server.create("plain", collection().build());
      fill(server);
      allSame(server);
      put(server, "late", START + 5 * 3600L, "camera-2", "shelf-0");
      put(server, "later", START + BUSY_HOUR * 3600L, "camera-1", "shelf-0");
      for (String parent : List.of("rolled", "plain")) {
        for (int i = 0; i < 20; i++) {
          DeleteRequest deletion =
              DeleteRequest.newBuilder()
                  .setName("collections/" + parent + "/sketches/run-" + i)
                  .build();
          var unused = server.repository().delete(deletion);
        }
      }
      allSame(server);
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(server.collection("rolled").getRollupLabelsList())
          .containsExactly("shelf", "camera");
      allSame(server);
    }
  }

  @Test
  void rollUpLabels_areCheckedAndStay() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      for (Collection.Builder bad :
          List.of(
              collection().addRollupLabels(""),
              collection().addRollupLabels("a").addRollupLabels("a"),
              collection().addAllRollupLabels(List.of("a", "b", "c", "d", "e")))) {
        failure(() -> server.create("rolled", bad.build())).isInvalid("collection.rollup_labels");
      }
      server.create("rolled", collection().addRollupLabels("a").build());
      assertThat(server.create("rolled", collection().build()).getRollupLabelsList())
          .containsExactly("a");
      failure(() -> server.create("rolled", collection().addRollupLabels("b").build()))
          .is(com.google.rpc.Code.ALREADY_EXISTS, "COLLECTION_EXISTS");
    }
  }
}
