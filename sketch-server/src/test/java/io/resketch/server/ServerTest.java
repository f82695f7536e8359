package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketcher;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Collection;
import io.resketch.v1.DecodeRequest;
import io.resketch.v1.DecodeResponse;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SkeletonObject;
import io.resketch.v1.SketchServiceGrpc;
import io.resketch.v1.WeightedInput;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server as a whole does: start, say how it is, stop. */
final class ServerTest {
  @TempDir private Path directory;

  private static ServingStatus health(ManagedChannel channel) {
    HealthCheckResponse response =
        HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .check(HealthCheckRequest.getDefaultInstance());
    return response.getStatus();
  }

  private static HttpResponse<String> http(TestServer server, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.server.httpPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** Takes up what a stream answers. */
  private record Answers<T>(BlockingQueue<Object> queue) implements StreamObserver<T> {
    Answers() {
      this(new ArrayBlockingQueue<>(100));
    }

    @Override
    public void onNext(T value) {
      queue.add(value);
    }

    @Override
    public void onError(Throwable error) {
      queue.add(error);
    }

    @Override
    public void onCompleted() {
      queue.add("completed");
    }

    Object next() throws InterruptedException {
      return queue.poll(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void runningServer_saysHowItIs() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      assertThat(health(server.channel)).isEqualTo(ServingStatus.SERVING);
      assertThat(http(server, "/healthz").statusCode()).isEqualTo(200);
      assertThat(http(server, "/healthz").body()).isEqualTo("ok\n");
      assertThat(http(server, "/nothing").statusCode()).isEqualTo(404);
      server.create("rooms", SPEC);
      String metrics = http(server, "/metrics").body();
      assertThat(metrics.lines())
          .anyMatch(
              line ->
                  line.startsWith("grpc_server_processing_duration_seconds_count")
                      && line.contains("method=\"CreateCollection\"")
                      && line.contains("statusCode=\"OK\""))
          .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"));
    }
  }

  @Test
  void reflection_listsTheServices() throws InterruptedException, IOException {
    try (TestServer server = new TestServer(directory)) {
      Answers<ServerReflectionResponse> answers = new Answers<>();
      StreamObserver<ServerReflectionRequest> questions =
          ServerReflectionGrpc.newStub(server.channel).serverReflectionInfo(answers);
      questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      ServerReflectionResponse response = (ServerReflectionResponse) answers.next();
      questions.onCompleted();
      assertThat(response.getListServicesResponse().getServiceList())
          .extracting(ServiceResponse::getName)
          .contains(
              "resketch.v1.SketchService",
              "resketch.v1.CollectionService",
              "resketch.v1.RepositoryService",
              "grpc.health.v1.Health");
    }
  }

  private static PutStreamRequest item(String id) {
    return PutStreamRequest.newBuilder()
        .setParent("collections/rooms")
        .setItem(
            PutItem.newBuilder()
                .setComputation(
                    Graphs.computation(Runs.graph(new Random(1))).toBuilder().setId(id)))
        .build();
  }

  @Test
  void close_whileAStreamIsOpen_letsItFinish() throws Exception {
    TestServer server = new TestServer(directory);
    server.create("rooms", SPEC);
    Answers<PutStreamResponse> acks = new Answers<>();
    StreamObserver<PutStreamRequest> items =
        RepositoryServiceGrpc.newStub(server.channel).putStream(acks);
    items.onNext(item("before"));
    assertThat(((PutStreamResponse) acks.next()).getStatus().getCode()).isZero();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server::close);
    await().until(() -> isRefused(server)); // no new calls
    assertThat(closing.isDone()).isFalse();
    items.onNext(item("after"));
    assertThat(((PutStreamResponse) acks.next()).getStatus().getCode()).isZero();
    items.onCompleted();
    assertThat(acks.next()).isEqualTo("completed");
    closing.get(20, TimeUnit.SECONDS);
    server.channel.shutdownNow();

    try (TestServer again = new TestServer(directory)) {
      assertThat(again.collection("rooms").getSketchCount()).isEqualTo(2);
    }
  }

  private static boolean isRefused(TestServer server) {
    ManagedChannel channel = TestServer.channel(server.server.port());
    try {
      health(channel);
      return false;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
    } finally {
      channel.shutdownNow();
    }
  }

  /** A call that takes a good part of a second of one core. */
  private static DecodeRequest costly() {
    Skeleton skeleton =
        Skeleton.newBuilder()
            .addObjects(SkeletonObject.newBuilder().setId("x").setModule("m").setDimension(4000))
            .addRoots(WeightedInput.newBuilder().setObject("x").setWeight(1))
            .build();
    return DecodeRequest.newBuilder()
        .setSpec(Sketches.spec(SPEC))
        .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(Runs.graph(new Random(1)))))
        .setSkeleton(skeleton)
        .build();
  }

  @Test
  void health_isAnsweredWhileAllThreadsWork() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      assertThat(health(server.channel)).isEqualTo(ServingStatus.SERVING);
      int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
      List<Future<DecodeResponse>> calls = new ArrayList<>();
      for (int i = 0; i < 2 * threads; i++) {
        calls.add(SketchServiceGrpc.newFutureStub(server.channel).decode(costly()));
      }
      assertThat(health(server.channel)).isEqualTo(ServingStatus.SERVING);
      assertThat(calls.stream().filter(Future::isDone).count()).isLessThan(threads);
      for (Future<DecodeResponse> call : calls) {
        await().until(call::isDone);
      }
    }
  }

  @Test
  void start_onATakenPort_failsAndGivesTheDirectoryBack() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
      int port = taken.getLocalPort();
      assertThatThrownBy(
              () -> ResketchServer.start(new ServerConfig(directory, "127.0.0.1", port, 0)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(
              () -> ResketchServer.start(new ServerConfig(directory, "127.0.0.1", 0, port)))
          .isInstanceOf(RuntimeException.class)
          .hasMessageContaining("Port already in use");
    }
    new TestServer(directory).close();
  }

  @Test
  void start_onADamagedCollection_failsAndGivesTheDirectoryBack() {
    try (RocksStore store = RocksStore.open(directory);
        StoreBatch batch = store.batch()) {
      batch.collection("rooms", Collection.newBuilder().setName("collections/rooms").build());
      batch.commit();
    }
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> new TestServer(directory))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("the stored collection \"collections/rooms\" is damaged");
    }
  }

  @Test
  void start_onADirectoryInUse_fails() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      assertThatThrownBy(() -> new TestServer(directory))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(directory + " is in use by another server");
      assertThat(
              server
                  .collections()
                  .getCollection(
                      GetCollectionRequest.newBuilder().setName("collections/rooms").build())
                  .hasCollection())
          .isTrue();
    }
  }

  @Test
  void config_isCheckedFirst() {
    assertThatThrownBy(() -> new ServerConfig(directory, "0.0.0.0", 0, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("host: 0.0.0.0 is not a loopback address");
    assertThatThrownBy(() -> new ServerConfig(directory, "127.0.0.1", 65536, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("port: 65536 must be 0 to 65535");
    assertThatThrownBy(() -> new ServerConfig(directory, "127.0.0.1", 0, -1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("httpPort: -1");
  }
}
