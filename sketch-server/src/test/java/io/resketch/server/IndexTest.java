package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.StreamObserver;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches through the approximate index, against the exact scan of the same server. */
final class IndexTest {
  private static final SketchSpec SPEC = new SketchSpec(512, 16, 7);
  private static final int STORED = 3000;
  private static final int THRESHOLD = 1000;
  private static final int QUERIES = 40;
  private static final String ROOMS = "collections/rooms";

  @TempDir private static Path filled;

  @TempDir private Path directory;

  @BeforeAll
  static void fill() throws Exception {
    try (TestServer server = new TestServer(filled, THRESHOLD)) {
      server.create("rooms", SPEC);
      stream(server, "rooms", 0, STORED);
      awaitIndex(server);
    }
  }

  /** The i-th run: a room has its things, which differ a little from frame to frame. */
  private static Computation run(int i) {
    int room = i % 50;
    Random things = new Random(room);
    Random frame = new Random(1000 + i);
    Computation.Builder out = Computation.builder();
    int count = 3 + things.nextInt(4);
    for (int k = 0; k < count; k++) {
      float[] values = new float[8];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) (things.nextGaussian() + 0.5 * frame.nextGaussian()) / 3;
      }
      String id = "o" + k;
      out.object(id, "kind-" + things.nextInt(30), Attributes.dense(values)).root(id, 1f / count);
    }
    return out.build();
  }

  private static io.resketch.v1.Computation message(int i) {
    return Graphs.computation(run(i)).toBuilder()
        .setId("run-" + i)
        .setTime(Runs.time(i))
        .putLabels("camera", i % 3 == 0 ? "door" : "hall")
        .putLabels("note", "x".repeat(i % 7 == 0 ? 12_000 : 3))
        .build();
  }

  private static void stream(TestServer server, String collection, int from, int to)
      throws InterruptedException {
    CountDownLatch acknowledged = new CountDownLatch(to - from);
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
    for (int i = from; i < to; i++) {
      items.onNext(
          PutStreamRequest.newBuilder()
              .setParent("collections/" + collection)
              .setItem(PutItem.newBuilder().setComputation(message(i)))
              .build());
    }
    items.onCompleted();
    assertThat(acknowledged.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private static SearchRequest.Builder like(int query) {
    return SearchRequest.newBuilder()
        .setParent(ROOMS)
        .setComputation(Graphs.computation(run(100_000 + query)));
  }

  private static SearchResponse search(TestServer server, SearchRequest.Builder request) {
    return server.repository().search(request.build());
  }

  private static Set<String> ids(SearchResponse response) {
    return response.getHitsList().stream()
        .map(hit -> hit.getRecord().getName().replaceAll(".*/", ""))
        .collect(Collectors.toSet());
  }

  /** Until searches go by an index that has all that was stored. */
  private static void awaitIndex(TestServer server) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              SearchResponse response = search(server, like(0).setK(1));
              return !response.getExact() && response.getScanned() == 200;
            });
  }

  /** Mean share of the exact answer that the index finds; both are of what passes. */
  private static double recall(TestServer server, SearchRequest.Builder like) {
    double found = 0;
    double wanted = 0;
    for (int query = 0; query < QUERIES; query++) {
      SearchRequest.Builder request =
          like.clone().mergeFrom(like(query).buildPartial()).setParent(ROOMS);
      SearchResponse approximate = search(server, request);
      SearchResponse exact = search(server, request.clone().setExact(true));
      assertThat(approximate.getExact()).isFalse();
      assertThat(exact.getExact()).isTrue();
      assertThat(exact.getScanned()).isGreaterThan(approximate.getScanned());
      Set<String> both = new HashSet<>(ids(exact));
      wanted += both.size();
      both.retainAll(ids(approximate));
      found += both.size();
    }
    return found / wanted;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (!target.equals(to)) {
          Files.copy(file, target);
        }
      }
    }
  }

  private static List<Path> indexFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("index").resolve("rooms"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("write.lock"))
          .toList();
    }
  }

  @Test
  void theIndex_findsWhatTheScanFinds() throws IOException {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      assertThat(recall(server, SearchRequest.newBuilder())).isGreaterThan(0.98);
      assertThat(recall(server, SearchRequest.newBuilder().setK(60))).isGreaterThan(0.98);
      assertThat(recall(server, SearchRequest.newBuilder().setPrefixLength(256)))
          .isGreaterThan(0.98);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label.camera = door",
        "label.camera != hall AND time < \"1970-01-01T00:30:00Z\"",
        "NOT (label.camera = hall OR time >= \"1970-01-01T00:20:00Z\")",
        "label.lamp:* OR time <= \"1970-01-01T00:20:00Z\" AND time > \"1970-01-01T00:01:40Z\"",
        "time != \"1970-01-01T00:20:00Z\" AND label.camera:* AND id != run-7",
      })
  void filters_holdWithinTheIndex(String filter) throws IOException {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      assertThat(recall(server, SearchRequest.newBuilder().setFilter(filter))).isGreaterThan(0.98);
    }
  }

  @Test
  void aTimeRange_holdsWithinTheIndex() throws IOException {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      TimeRange range =
          TimeRange.newBuilder().setStart(Runs.time(500)).setEnd(Runs.time(900)).build();
      assertThat(recall(server, SearchRequest.newBuilder().setRange(range))).isGreaterThan(0.98);
    }
  }

  @Test
  void whatTheIndexCannotAnswer_isScanned() throws IOException {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      for (SearchRequest.Builder request :
          List.of(
              like(1).setFilter("label.camera < hall"),
              like(1).setFilter("NOT (id >= run-5 AND label.camera = door)"),
              like(1).setPrefixLength(128))) {
        SearchResponse response = search(server, request);
        assertThat(response.getExact()).isTrue();
        assertThat(response).isEqualTo(search(server, request.clone().setExact(true)));
      }
    }
  }

  @Test
  void whatIsPutOrDeleted_isFoundOrGoneAtOnce() throws Exception {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      for (int round = 0; round < 30; round++) {
        int fresh = STORED + round;
        server.put("rooms", message(fresh));
        SearchRequest.Builder itself =
            like(0).setComputation(Graphs.computation(run(fresh))).setK(1);
        SearchResponse found = search(server, itself);
        assertThat(found.getExact()).isFalse();
        assertThat(ids(found)).containsExactly("run-" + fresh);
        DeleteRequest delete =
            DeleteRequest.newBuilder().setName(ROOMS + "/sketches/run-" + fresh).build();
        if (round % 2 == 0) {
          awaitIndexOf(server, round);
        }
        server.repository().delete(delete);
        assertThat(ids(search(server, itself))).doesNotContain("run-" + fresh);
      }
    }
  }

  /** Until the index has followed: nothing is compared beside its candidates. */
  private static void awaitIndexOf(TestServer server, int round) {
    if (round < 6) { // each takes half a second
      awaitIndex(server);
    }
  }

  @Test
  void afterAKill_whatWasAcknowledgedIsFound() throws Exception {
    copy(filled, directory);
    Files.deleteIfExists(directory.resolve("CLOSED"));
    int stored = STORED;
    for (int kill = 0; kill < 2; kill++) {
      try (TestServer server = new TestServer(directory, THRESHOLD)) {
        awaitIndex(server);
        stream(server, "rooms", stored, stored + 1200);
        stored += 1200;
        // A copy of the files is what a kill at this moment leaves.
        Path killed = directory.resolveSibling(directory.getFileName() + "-" + kill);
        copyLive(directory, killed);
        try (TestServer again = new TestServer(killed, THRESHOLD)) {
          awaitUse(again);
          for (int i = stored - 1200; i < stored; i += 40) {
            SearchRequest.Builder itself =
                like(0).setComputation(Graphs.computation(run(i))).setK(1);
            assertThat(ids(search(again, itself))).containsExactly("run-" + i);
          }
        }
      }
    }
  }

  private static void copyLive(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    copy(from, to);
  }

  private static void awaitUse(TestServer server) {
    await().atMost(Duration.ofSeconds(60)).until(() -> !search(server, like(0)).getExact());
  }

  /** Harm done to an index while the server is down. */
  enum Harm {
    DELETED,
    TRUNCATED,
    FLIPPED,
    FOREIGN_FILES,
    OLDER
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(Harm.class)
  void aHarmedIndex_comesBack_andAnswersStayRight(Harm harm) throws Exception {
    copy(filled, directory);
    harm(harm, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      SearchResponse meanwhile = search(server, like(3));
      assertThat(ids(meanwhile)).isEqualTo(ids(search(server, like(3).setExact(true))));
      awaitUse(server);
      assertThat(recall(server, SearchRequest.newBuilder())).isGreaterThan(0.98);
      int last = harm == Harm.OLDER ? STORED + 1100 : STORED;
      SearchRequest.Builder itself =
          like(0).setComputation(Graphs.computation(run(last - 1))).setK(1);
      assertThat(ids(search(server, itself))).containsExactly("run-" + (last - 1));
    }
  }

  private static void harm(Harm harm, Path directory) throws Exception {
    Random random = new Random(5);
    switch (harm) {
      case DELETED -> {
        for (Path file : indexFiles(directory)) {
          Files.delete(file);
        }
      }
      case TRUNCATED -> {
        for (Path file : indexFiles(directory)) {
          resize(file, Files.size(file) / 2);
        }
      }
      case FLIPPED -> {
        for (Path file : indexFiles(directory)) {
          byte[] bytes = Files.readAllBytes(file);
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          Files.write(file, bytes);
        }
      }
      case FOREIGN_FILES -> Files.writeString(directory.resolve("index").resolve("stray"), "x");
      case OLDER -> {
        // More is stored and indexed, then the index of before is put back.
        try (TestServer server = new TestServer(directory, THRESHOLD)) {
          awaitIndex(server);
          stream(server, "rooms", STORED, STORED + 1100);
          awaitIndex(server);
        }
        for (Path file : indexFiles(directory)) {
          Files.delete(file);
        }
        for (Path file : indexFiles(filled)) {
          Files.copy(file, directory.resolve(filled.relativize(file).toString()));
        }
      }
    }
  }

  private static void resize(Path file, long size) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(size);
    }
  }

  @Test
  void aCollectionMadeAnew_hasNothingOfTheIndexOfTheOldOne() throws Exception {
    copy(filled, directory);
    try (TestServer server = new TestServer(directory, THRESHOLD)) {
      awaitIndex(server);
      server
          .collections()
          .deleteCollection(
              DeleteCollectionRequest.newBuilder().setName(ROOMS).setForce(true).build());
      server.create("rooms", SPEC);
      assertThat(search(server, like(0)).getHitsCount()).isZero();
      stream(server, "rooms", 0, THRESHOLD + 200);
      awaitUse(server);
      awaitIndex(server);
      SearchRequest.Builder itself = like(0).setComputation(Graphs.computation(run(7))).setK(1);
      assertThat(ids(search(server, itself))).containsExactly("run-7");
      assertThat(ids(search(server, like(1).setK(1000))))
          .allMatch(id -> Integer.parseInt(id.substring(4)) < THRESHOLD + 200);
    }
  }
}
