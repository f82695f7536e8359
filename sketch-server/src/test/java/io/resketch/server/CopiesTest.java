package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.StreamObserver;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches by the index in collections of copies and near copies of one run. */
final class CopiesTest {
  private static final String PARENT = "collections/frames";
  private static final int THRESHOLD = 500;
  private static final int EVENTS = 200;
  private static final int QUERIES = 4;

  /** Similarities are of floats. */
  private static final double ROUNDING = 1e-9;

  @TempDir private Path directory;

  /** A frame with one person in it, as no other. */
  private static Computation event(int i) {
    Random random = new Random(i);
    float[] person = new float[8];
    for (int j = 0; j < person.length; j++) {
      person[j] = (float) random.nextGaussian();
    }
    return Computation.builder()
        .object("frame", "frame", Attributes.dense())
        .object("p", "person", Attributes.dense(person))
        .root("frame", 0.5f)
        .root("p", 0.5f)
        .build();
  }

  /** A frame with one chair in it, that looks a little different each time. */
  private static Computation copy(int i, double noise) {
    Random random = new Random(-1 - i);
    float[] chair = new float[8];
    for (int j = 0; j < chair.length; j++) {
      chair[j] = (float) ((j % 2 == 0 ? 1 : -1) + noise * random.nextGaussian());
    }
    return Computation.builder()
        .object("frame", "frame", Attributes.dense())
        .object("c", "chair", Attributes.dense(chair))
        .root("frame", 0.5f)
        .root("c", 0.5f)
        .build();
  }

  private static String copyId(int i) {
    return String.format("copy-%05d", i);
  }

  private TestServer fill(int dimension, int copies, double noise) throws Exception {
    TestServer server = new TestServer(directory, THRESHOLD);
    server.create("frames", new SketchSpec(dimension, 16, 7));
    CountDownLatch acknowledged = new CountDownLatch(copies + EVENTS);
    StreamObserver<PutStreamRequest> items =
        RepositoryServiceGrpc.newStub(server.channel)
            .putStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(PutStreamResponse ack) {
                    if (ack.getStatus().getCode() == 0) {
                      acknowledged.countDown();
                    }
                  }

                  @Override
                  public void onError(Throwable e) {}

                  @Override
                  public void onCompleted() {}
                });
    for (int i = 0; i < copies; i++) {
      put(items, copyId(i), i, copy(i, noise));
    }
    for (int i = 0; i < EVENTS; i++) {
      put(items, "event-" + i, i, event(i));
    }
    items.onCompleted();
    assertThat(acknowledged.await(10, TimeUnit.MINUTES)).isTrue();
    awaitIndex(server);
    return server;
  }

  private static void put(
      StreamObserver<PutStreamRequest> items, String id, int i, Computation run) {
    items.onNext(
        PutStreamRequest.newBuilder()
            .setParent(PARENT)
            .setItem(
                PutItem.newBuilder()
                    .setComputation(
                        Graphs.computation(run).toBuilder()
                            .setId(id)
                            .setTime(Runs.time(i))
                            .putLabels("camera", i % 10 == 7 ? "door" : "hall")))
            .build());
  }

  /** Until the index has all that is stored; nothing is near this sketch. */
  private static void awaitIndex(TestServer server) {
    await()
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              SearchResponse response = search(server, like(event(-5)).setK(1));
              return !response.getExact() && response.getScanned() <= 250;
            });
  }

  private static SearchRequest.Builder like(Computation run) {
    return SearchRequest.newBuilder().setParent(PARENT).setComputation(Graphs.computation(run));
  }

  private static SearchResponse search(TestServer server, SearchRequest.Builder request) {
    return server.repository().search(request.build());
  }

  private static List<String> ids(SearchResponse response) {
    return response.getHitsList().stream()
        .map(hit -> hit.getRecord().getName().replaceAll(".*/", ""))
        .toList();
  }

  /**
   * Of the hits, the share that is as similar as the last one of the scan, which is all that can be
   * asked for where many are equally similar.
   */
  private static double recall(TestServer server, SearchRequest.Builder request, int k) {
    SearchResponse exact = search(server, request.clone().setK(k).setExact(true));
    SearchResponse found = search(server, request.clone().setK(k));
    assertThat(ids(found)).doesNotHaveDuplicates();
    double last = exact.getHits(exact.getHitsCount() - 1).getSimilarity() - ROUNDING;
    return (double) found.getHitsList().stream().filter(hit -> hit.getSimilarity() >= last).count()
        / exact.getHitsCount();
  }

  private static void holds(TestServer server, double noise, SearchRequest.Builder scope) {
    for (int k : new int[] {10, 100, 1000}) {
      double others = 0;
      double copies = 0;
      for (int i = 0; i < QUERIES; i++) {
        SearchRequest.Builder like = like(event(100_000 + i)).mergeFrom(scope.buildPartial());
        others += recall(server, like, k) / QUERIES;
        like = like(copy(100_000 + i, noise)).mergeFrom(scope.buildPartial());
        copies += recall(server, like, k) / QUERIES;
      }
      assertThat(others).as("recall@%d of what is unlike the copies", k).isGreaterThan(0.98);
      assertThat(copies).as("recall@%d of what is like the copies", k).isGreaterThan(0.98);
    }
  }

  @ParameterizedTest
  @CsvSource({"256, 1500", "1024, 350", "4096, 1500"})
  void copies_hideNothing(int dimension, int copies) throws Exception {
    try (TestServer server = fill(dimension, copies, 0)) {
      holds(server, 0, SearchRequest.newBuilder());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-2, 1e-1})
  void nearCopies_hideNothing(double noise) throws Exception {
    try (TestServer server = fill(1024, 1500, noise)) {
      holds(server, noise, SearchRequest.newBuilder());
    }
  }

  @Test
  void ofManyCopies_exactlyAsManyAsAskedFor_inOrderOfTheirIds() throws Exception {
    try (TestServer server = fill(1024, 1500, 0)) {
      for (int k : new int[] {10, 1000}) {
        SearchResponse answer = search(server, like(copy(1, 0)).setK(k));
        assertThat(answer.getExact()).isFalse();
        assertThat(ids(answer))
            .isEqualTo(IntStream.range(0, k).mapToObj(CopiesTest::copyId).toList());
        assertThat(answer.getHitsList())
            .extracting(SearchHit::getSimilarity)
            .allMatch(similarity -> similarity > 1 - ROUNDING);
      }
      SearchResponse others =
          search(
              server,
              SearchRequest.newBuilder().setParent(PARENT).setK(1000).setSketchName(name(3)));
      assertThat(ids(others)).hasSize(1000).allMatch(id -> id.startsWith("copy")).isSorted();
      assertThat(ids(others)).contains(copyId(0), copyId(1000)).doesNotContain(copyId(3));
    }
  }

  @Test
  void moreThanThereAreCopies_theNextAreTheNextSimilar() throws Exception {
    try (TestServer server = fill(1024, 600, 0)) {
      SearchRequest.Builder request = like(copy(1, 0)).setK(700);
      SearchResponse answer = search(server, request);
      assertThat(ids(answer)).hasSize(700).filteredOn(id -> id.startsWith("copy")).hasSize(600);
      assertThat(recall(server, request, 700)).isGreaterThan(0.98);
    }
  }

  private static String name(int i) {
    return PARENT + "/sketches/" + copyId(i);
  }

  @Test
  void whenTheFirstCopiesAreDeleted_theOthersAreFound() throws Exception {
    int copies = 600;
    try (TestServer server = fill(1024, copies, 0)) {
      for (int i = 0; i < 20; i++) {
        delete(server, i);
        int next = i + 1;
        assertThat(ids(search(server, like(copy(1, 0)).setK(2))))
            .containsExactly(copyId(next), copyId(next + 1));
      }
      awaitIndex(server);
      assertThat(ids(search(server, like(copy(1, 0)).setK(1000))))
          .hasSize(copies - 20 + EVENTS)
          .startsWith(copyId(20), copyId(21));
    }
    try (TestServer server = new TestServer(directory, THRESHOLD)) { // as it is on the disk
      awaitIndex(server);
      assertThat(ids(search(server, like(copy(1, 0)).setK(2))))
          .containsExactly(copyId(20), copyId(21));
      for (int i = 20; i < copies - 1; i++) {
        delete(server, i);
      }
    }
  }

  private static void delete(TestServer server, int i) {
    server.repository().delete(DeleteRequest.newBuilder().setName(name(i)).build());
  }

  @Test
  void filtersAndTimes_chooseAmongTheCopies() throws Exception {
    try (TestServer server = fill(1024, 1500, 0)) {
      holds(server, 0, SearchRequest.newBuilder().setFilter("label.camera = door"));
      assertThat(ids(search(server, like(copy(1, 0)).setFilter("label.camera = door").setK(3))))
          .containsExactly(copyId(7), copyId(17), copyId(27));
      TimeRange late =
          TimeRange.newBuilder().setStart(Runs.time(1100)).setEnd(Runs.time(1400)).build();
      SearchResponse answer = search(server, like(copy(1, 0)).setRange(late).setK(1000));
      assertThat(ids(answer))
          .isEqualTo(IntStream.range(1100, 1400).mapToObj(CopiesTest::copyId).toList());
      assertThat(ids(search(server, like(copy(1, 0)).setFilter("id = copy-01234"))))
          .containsExactly("copy-01234");
    }
  }
}
