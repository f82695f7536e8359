package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.IndexOptions;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.TimeRange;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches through the approximate index, against the exact scan of the same server. */
final class IndexTest {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final int STORED = 1200;
  private static final int THRESHOLD = 500;
  private static final int QUERIES = 20;
  private static final String ROOMS = "collections/rooms";

  @TempDir private static Path filled;

  /** Over a copy; not changed by any test. */
  @TempDir private static Path kept;

  private static TestServer server;

  @TempDir private Path directory;

  @BeforeAll
  static void fill() throws Exception {
    try (TestServer first = new TestServer(filled, THRESHOLD)) {
      first.create("rooms", SPEC);
      stream(first, 0, STORED);
      awaitIndex(first);
    }
    copy(filled, kept);
    server = new TestServer(kept, THRESHOLD);
    awaitIndex(server);
  }

  @AfterAll
  static void stop() {
    server.close();
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

  private static void stream(TestServer server, int from, int to) throws InterruptedException {
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
              .setParent(ROOMS)
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
              return !response.getExact() && response.getScanned() <= 100;
            });
  }

  /** Mean share of the exact answer that the index finds, over searches within a scope. */
  private static double recall(TestServer server, SearchRequest.Builder scope) {
    double found = 0;
    double wanted = 0;
    for (int query = 0; query < QUERIES; query++) {
      SearchRequest.Builder request = like(query).mergeFrom(scope.buildPartial());
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

  private static Path indexOf(Path directory) {
    return directory.resolve("index").resolve("rooms");
  }

  private static List<Path> indexFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(indexOf(directory))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("write.lock"))
          .toList();
    }
  }

  @Test
  void theIndex_findsWhatTheScanFinds() {
    assertThat(recall(server, SearchRequest.newBuilder())).isGreaterThan(0.98);
    assertThat(recall(server, SearchRequest.newBuilder().setK(20))).isGreaterThan(0.98);
    assertThat(recall(server, SearchRequest.newBuilder().setPrefixLength(512))).isGreaterThan(0.98);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label.camera = door",
        "label.camera != hall AND time < \"1970-01-01T00:20:00Z\"",
        "NOT (label.camera = hall OR time >= \"1970-01-01T00:20:00Z\")",
        "label.lamp:* OR time <= \"1970-01-01T00:20:00Z\" AND time > \"1970-01-01T00:01:40Z\"",
        "time != \"1970-01-01T00:20:00Z\" AND label.camera:* AND id != run-7",
      })
  void filters_holdWithinTheIndex(String filter) {
    assertThat(recall(server, SearchRequest.newBuilder().setFilter(filter))).isGreaterThan(0.98);
  }

  @Test
  void aTimeRange_holdsWithinTheIndex() {
    TimeRange range =
        TimeRange.newBuilder().setStart(Runs.time(500)).setEnd(Runs.time(900)).build();
    assertThat(recall(server, SearchRequest.newBuilder().setRange(range))).isGreaterThan(0.98);
  }

  @Test
  void whatTheIndexCannotAnswer_isScanned() {
    for (SearchRequest.Builder request :
        List.of(
            like(1).setFilter("label.camera < hall"),
            like(1).setFilter("NOT (id >= run-5 AND label.camera = door)"),
            like(1).setPrefixLength(496))) {
      SearchResponse response = search(server, request);
      assertThat(response.getExact()).isTrue();
      assertThat(response).isEqualTo(search(server, request.clone().setExact(true)));
    }
  }

  private static SearchRequest.Builder itself(int i) {
    return SearchRequest.newBuilder()
        .setParent(ROOMS)
        .setComputation(Graphs.computation(run(i)))
        .setK(1);
  }

  private static void index(TestServer server, IndexOptions options) {
    UpdateCollectionRequest.Builder request = UpdateCollectionRequest.newBuilder();
    request.getCollectionBuilder().setName(ROOMS).setIndex(options);
    request.getUpdateMaskBuilder().addPaths("index");
    assertThat(server.collections().updateCollection(request.build()).getCollection().getIndex())
        .isEqualTo(options);
  }

  @Test
  void aShorterIndex_answersShorterSearches_andADisabledOneNone() throws IOException {
    copy(filled, directory);
    try (TestServer changed = new TestServer(directory, THRESHOLD)) {
      SearchRequest.Builder scope = SearchRequest.newBuilder().setPrefixLength(256);
      index(changed, IndexOptions.newBuilder().setPrefixLength(256).build());
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !search(changed, like(0).setPrefixLength(256)).getExact());
      assertThat(recall(changed, scope)).isGreaterThan(0.98);
      index(changed, IndexOptions.newBuilder().setDisabled(true).build());
      assertThat(search(changed, like(0)).getExact()).isTrue();
      await().atMost(Duration.ofSeconds(60)).until(() -> !Files.exists(indexOf(directory)));
      index(changed, IndexOptions.getDefaultInstance());
      awaitIndex(changed);
      assertThat(search(changed, like(0).setPrefixLength(256)).getExact()).isTrue();
    }
  }

  @Test
  void whatIsPutOrDeleted_isFoundOrGoneAtOnce() throws IOException {
    copy(filled, directory);
    try (TestServer changed = new TestServer(directory, THRESHOLD)) {
      awaitIndex(changed);
      for (int i = STORED; i < STORED + 10; i++) {
        changed.put("rooms", message(i));
        SearchResponse found = search(changed, itself(i));
        assertThat(found.getExact()).isFalse();
        assertThat(ids(found)).containsExactly("run-" + i);
        if (i % 5 == 0) {
          awaitIndex(changed);
        }
        changed
            .repository()
            .delete(DeleteRequest.newBuilder().setName(ROOMS + "/sketches/run-" + i).build());
        assertThat(ids(search(changed, itself(i)))).doesNotContain("run-" + i);
        if (i % 5 == 3) {
          awaitIndex(changed);
        }
      }
      awaitIndex(changed);
      assertThat(recall(changed, SearchRequest.newBuilder())).isGreaterThan(0.98);
    }
  }

  @Test
  void afterKills_whatWasAcknowledgedIsFound() throws Exception {
    copy(filled, directory);
    AtomicInteger stored = new AtomicInteger(STORED);
    for (int round = 0; round < 2; round++) {
      try (ServeProcess process = ServeProcess.start(directory, THRESHOLD)) {
        ManagedChannel channel = TestServer.channel(process.port());
        Thread load = new Thread(() -> putUntilItFails(channel, stored));
        load.start();
        int before = stored.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> stored.get() > before + 300);
        process.kill();
        load.join();
        channel.shutdownNow();
      }
    }
    try (TestServer again = new TestServer(directory, THRESHOLD)) {
      awaitUse(again);
      for (int i = STORED; i < stored.get(); i += 7) {
        assertThat(ids(search(again, itself(i)))).containsExactly("run-" + i);
      }
      assertThat(recall(again, SearchRequest.newBuilder())).isGreaterThan(0.98);
    }
  }

  private static void putUntilItFails(ManagedChannel channel, AtomicInteger stored) {
    try {
      while (true) {
        PutItem item = PutItem.newBuilder().setComputation(message(stored.get())).build();
        RepositoryServiceGrpc.newBlockingStub(channel)
            .put(PutRequest.newBuilder().setParent(ROOMS).setItem(item).build());
        stored.incrementAndGet();
      }
    } catch (StatusRuntimeException e) {
      // The server was killed.
    }
  }

  private static void awaitUse(TestServer server) {
    await().atMost(Duration.ofSeconds(60)).until(() -> !search(server, like(0)).getExact());
  }

  /** Harm done to an index while the server is down. */
  enum Harm {
    DELETED,
    TRUNCATED,
    FLIPPED,
    OLDER
  }

  @ParameterizedTest
  @EnumSource(Harm.class)
  void aHarmedIndex_comesBack_andAnswersStayRight(Harm harm) throws Exception {
    copy(filled, directory);
    int stored = STORED;
    if (harm == Harm.OLDER) {
      try (TestServer later = new TestServer(directory, THRESHOLD)) {
        stored += 50;
        stream(later, STORED, stored);
        awaitIndex(later);
      }
    }
    harm(harm, directory);
    try (TestServer harmed = new TestServer(directory, THRESHOLD)) {
      SearchResponse meanwhile = search(harmed, like(3));
      assertThat(ids(meanwhile)).isEqualTo(ids(search(harmed, like(3).setExact(true))));
      awaitUse(harmed);
      assertThat(recall(harmed, SearchRequest.newBuilder())).isGreaterThan(0.98);
      assertThat(ids(search(harmed, itself(stored - 1)))).containsExactly("run-" + (stored - 1));
    }
  }

  private static void harm(Harm harm, Path directory) throws IOException {
    Random random = new Random(5);
    for (Path file : indexFiles(directory)) {
      byte[] bytes = Files.readAllBytes(file);
      switch (harm) {
        case DELETED, OLDER -> Files.delete(file);
        case TRUNCATED -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        case FLIPPED -> {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          Files.write(file, bytes);
        }
      }
    }
    if (harm == Harm.OLDER) {
      for (Path file : indexFiles(filled)) {
        Files.copy(file, directory.resolve(filled.relativize(file).toString()));
      }
    }
  }

  @Test
  void aCollectionMadeAnew_hasNothingOfTheIndexOfTheOldOne() throws Exception {
    copy(filled, directory);
    int stored = THRESHOLD + 100;
    try (TestServer anew = new TestServer(directory, THRESHOLD)) {
      awaitIndex(anew);
      anew.collections()
          .deleteCollection(
              DeleteCollectionRequest.newBuilder().setName(ROOMS).setForce(true).build());
      anew.create("rooms", SPEC);
      assertThat(search(anew, like(0)).getHitsCount()).isZero();
      stream(anew, 0, stored);
      awaitIndex(anew);
      assertThat(ids(search(anew, itself(7)))).containsExactly("run-7");
      assertThat(ids(search(anew, like(1).setK(60))))
          .hasSize(60)
          .allMatch(id -> Integer.parseInt(id.substring(4)) < stored);
    }
  }
}
