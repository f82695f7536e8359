package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SearchTest {
  private static final String ROOMS = "collections/rooms";
  private static final int STORED = 40;
  private static final int ERASED = 1024;

  /** What was stored, by name; every fifth is a prefix of 1,024 floats. */
  private static final Map<String, float[]> VALUES = new TreeMap<>();

  private static final Computation QUERY = Runs.scene(new Random(99), 2, 1, 0, 1);

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    Random random = new Random(8);
    Sketcher sketcher = new Sketcher(SPEC);
    for (int i = 0; i < STORED; i++) {
      Computation run =
          Runs.scene(random, 1 + random.nextInt(2), random.nextInt(3), random.nextInt(3), i % 2);
      String id = "run-" + i;
      Sketch sketch = sketcher.sketch(run);
      if (i % 5 == 0) {
        sketch = sketch.truncate(ERASED);
        server.put(
            "rooms",
            FinishedSketch.newBuilder()
                .setId(id)
                .setTime(Runs.time(i))
                .setSketch(Sketches.sketch(sketch))
                .build());
      } else {
        server.put(
            "rooms", Graphs.computation(run).toBuilder().setId(id).setTime(Runs.time(i)).build());
      }
      VALUES.put(ROOMS + "/sketches/" + id, sketch.toArray());
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SearchResponse search(SearchRequest.Builder request) {
    return server.repository().search(request.setParent(ROOMS).build());
  }

  private record Hit(String name, double similarity) {}

  /** By the definition: cosine over what both hold, at most {@code prefix} floats; ties by name. */
  private static List<Hit> expected(float[] query, int prefix, int k, List<String> names) {
    List<Hit> out = new ArrayList<>();
    for (String name : names) {
      float[] stored = VALUES.get(name);
      int n = Math.min(prefix, Math.min(query.length, stored.length));
      double dot = 0;
      double a = 0;
      double b = 0;
      for (int i = 0; i < n; i++) {
        dot += (double) query[i] * stored[i];
        a += (double) query[i] * query[i];
        b += (double) stored[i] * stored[i];
      }
      out.add(new Hit(name, dot / Math.sqrt(a * b)));
    }
    out.sort(Comparator.comparingDouble(Hit::similarity).reversed().thenComparing(Hit::name));
    return out.subList(0, Math.min(k, out.size()));
  }

  private static void matches(SearchResponse response, List<Hit> expected) {
    assertThat(response.getHitsList())
        .extracting(hit -> hit.getRecord().getName())
        .isEqualTo(expected.stream().map(Hit::name).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(response.getHits(i).getSimilarity())
          .isCloseTo(expected.get(i).similarity(), within(1e-12));
    }
  }

  private static List<String> all() {
    return List.copyOf(VALUES.keySet());
  }

  @Test
  void byComputation_isTheBruteForceAnswer() {
    float[] query = new Sketcher(SPEC).sketch(QUERY).toArray();
    SearchResponse response =
        search(SearchRequest.newBuilder().setComputation(Graphs.computation(QUERY)).setK(1000));
    matches(response, expected(query, 4096, STORED, all()));
    assertThat(response.getScanned()).isEqualTo(STORED);
    assertThat(response.getHitsList())
        .isNotEmpty()
        .allMatch(hit -> hit.getRecord().hasTime() && !hit.getRecord().hasSketch());
    matches(
        search(SearchRequest.newBuilder().setComputation(Graphs.computation(QUERY))),
        expected(query, 4096, 10, all()));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 1024, 2048, 4096})
  void byAPrefix_comparesThatManyFloats(int prefix) {
    Sketch query = new Sketcher(SPEC).sketch(QUERY);
    matches(
        search(
            SearchRequest.newBuilder()
                .setSketch(Sketches.sketch(query))
                .setPrefixLength(prefix)
                .setK(7)),
        expected(query.toArray(), prefix, 7, all()));
  }

  @Test
  void byAnErasedSketch_comparesWhatItHas() {
    Sketch query = new Sketcher(SPEC).sketch(QUERY).truncate(512);
    matches(
        search(SearchRequest.newBuilder().setSketch(Sketches.sketch(query)).setK(5)),
        expected(query.toArray(), 4096, 5, all()));
  }

  @Test
  void byName_leavesTheQueryOut() {
    String name = ROOMS + "/sketches/run-7";
    List<String> others = all().stream().filter(other -> !other.equals(name)).toList();
    SearchResponse response = search(SearchRequest.newBuilder().setSketchName(name).setK(5));
    matches(response, expected(VALUES.get(name), 4096, 5, others));
    assertThat(response.getScanned()).isEqualTo(STORED - 1);
  }

  @Test
  void inATimeRange_comparesThatOnly() {
    TimeRange range = TimeRange.newBuilder().setStart(Runs.time(10)).setEnd(Runs.time(13)).build();
    SearchResponse response =
        search(
            SearchRequest.newBuilder().setComputation(Graphs.computation(QUERY)).setRange(range));
    assertThat(response.getScanned()).isEqualTo(3);
    assertThat(response.getHitsList())
        .extracting(hit -> hit.getRecord().getName().replaceAll(".*/", ""))
        .containsExactlyInAnyOrder("run-10", "run-11", "run-12");
  }

  @Test
  void equalSimilarities_areInOrderOfName() {
    server.create("ties", SPEC);
    Computation run =
        Computation.builder().object("x", "kind", Attributes.dense(1f)).root("x", 1f).build();
    for (String id : new String[] {"d", "b", "e", "a", "c"}) {
      server.put("ties", id, run);
    }
    SearchResponse response =
        server
            .repository()
            .search(
                SearchRequest.newBuilder()
                    .setParent("collections/ties")
                    .setComputation(Graphs.computation(run))
                    .setK(3)
                    .build());
    assertThat(response.getHitsList())
        .extracting(hit -> hit.getRecord().getName())
        .containsExactly(
            "collections/ties/sketches/a",
            "collections/ties/sketches/b",
            "collections/ties/sketches/c");
    assertThat(response.getHitsList())
        .extracting(SearchHit::getSimilarity)
        .allSatisfy(similarity -> assertThat(similarity).isCloseTo(1, within(1e-12)));
  }

  @Test
  void aMinimumOfTheCosine_leavesOutTheRest() {
    SearchRequest.Builder all =
        SearchRequest.newBuilder().setComputation(Graphs.computation(QUERY)).setK(1000);
    List<SearchHit> hits = search(all.clone()).getHitsList();
    double least = hits.get(11).getSimilarity();
    assertThat(search(all.clone().setMinCosine(least)).getHitsList())
        .isEqualTo(hits.subList(0, 12));
    assertThat(search(all.clone().setMinCosine(-1)).getHitsList()).isEqualTo(hits);
    assertThat(search(all.clone().setMinCosine(1)).getHitsList()).isEmpty();
    assertThat(search(all.clone().setMinCosine(least).setK(5)).getHitsList())
        .isEqualTo(hits.subList(0, 5));
  }

  @Test
  void emptyCollection_hasNoHits() {
    server.create("empty", SPEC);
    SearchResponse response =
        server
            .repository()
            .search(
                SearchRequest.newBuilder()
                    .setParent("collections/empty")
                    .setComputation(Graphs.computation(QUERY))
                    .build());
    assertThat(response)
        .isEqualTo(
            SearchResponse.newBuilder()
                .setExact(true)
                .setMethod(SearchResponse.Method.METHOD_SCAN)
                .build());
  }

  @Test
  void badRequests_areRefused() {
    failure(() -> search(SearchRequest.newBuilder())).isInvalid("query");
    SearchRequest.Builder good =
        SearchRequest.newBuilder().setComputation(Graphs.computation(QUERY));
    failure(() -> search(good.clone().setK(1001))).isInvalid("k");
    failure(() -> search(good.clone().setK(-1))).isInvalid("k");
    for (double least : new double[] {-1.01, 1.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      failure(() -> search(good.clone().setMinCosine(least))).isInvalid("min_cosine");
    }
    for (int prefix : new int[] {8, 17, 4112, -16}) {
      failure(() -> search(good.clone().setPrefixLength(prefix))).isInvalid("prefixLength");
    }
    Sketch half = new Sketcher(SPEC).sketch(QUERY).truncate(2048);
    failure(
            () ->
                search(
                    SearchRequest.newBuilder()
                        .setSketch(Sketches.sketch(half))
                        .setPrefixLength(4096)))
        .isInvalid("prefixLength");
    failure(
            () ->
                search(
                    SearchRequest.newBuilder()
                        .setComputation(Graphs.computation(QUERY).toBuilder().clearRoots())))
        .isInvalid("roots");
    TimeRange backwards =
        TimeRange.newBuilder().setStart(Runs.time(2)).setEnd(Runs.time(1)).build();
    failure(() -> search(good.clone().setRange(backwards))).isInvalid("range.end");
  }

  @Test
  void badQueries_areRefused() {
    failure(() -> search(SearchRequest.newBuilder().setSketchName(ROOMS + "/sketches/none")))
        .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
    failure(() -> search(SearchRequest.newBuilder().setSketchName("run-1")))
        .isInvalid("sketch_name");
    failure(() -> search(SearchRequest.newBuilder().setSketchName("collections/attic/sketches/a")))
        .isInvalid("sketch_name");
    Sketch foreign = new Sketcher(new SketchSpec(4096, 16, 8)).sketch(QUERY);
    failure(() -> search(SearchRequest.newBuilder().setSketch(Sketches.sketch(foreign))))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
  }
}
