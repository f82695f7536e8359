package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.resketch.server.TestServer.Failure;
import io.resketch.v1.ItemStatus;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PutStreamTest {
  private static final String ROOMS = "collections/rooms";

  @TempDir private Path directory;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A stream of items that takes acknowledgements when it is told to. */
  private static final class Stream
      implements ClientResponseObserver<PutStreamRequest, PutStreamResponse> {
    final List<PutStreamResponse> acks = new CopyOnWriteArrayList<>();
    final CountDownLatch done = new CountDownLatch(1);
    volatile Throwable error;
    ClientCallStreamObserver<PutStreamRequest> items;

    static Stream open(ManagedChannel channel) {
      Stream stream = new Stream();
      RepositoryServiceGrpc.newStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .putStream(stream);
      return stream;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PutStreamRequest> call) {
      items = call;
      call.disableAutoRequestWithInitial(0);
    }

    void put(String parent, io.resketch.v1.Computation run) {
      items.onNext(
          PutStreamRequest.newBuilder()
              .setParent(parent)
              .setItem(PutItem.newBuilder().setComputation(run))
              .build());
    }

    void finish() throws InterruptedException {
      items.onCompleted();
      items.request(Integer.MAX_VALUE);
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void onNext(PutStreamResponse ack) {
      acks.add(ack);
    }

    @Override
    public void onError(Throwable e) {
      error = e;
      done.countDown();
    }

    @Override
    public void onCompleted() {
      done.countDown();
    }
  }

  private static io.resketch.v1.Computation run(String id) {
    return Graphs.computation(Runs.scene(new Random(id.hashCode()), 1, 1)).toBuilder()
        .setId(id)
        .build();
  }

  private static Failure failure(PutStreamResponse ack) {
    ItemStatus status = ack.getStatus();
    return Failure.of(status.getCode(), status.getMessage(), status.getDetailsList());
  }

  @Test
  void items_areAcknowledgedInOrder_andABadOneDoesNotEndTheStream() throws InterruptedException {
    Stream stream = Stream.open(server.channel);
    stream.put(ROOMS, run("a"));
    stream.put("", run("b").toBuilder().clearRoots().build());
    stream.put("", run("c"));
    stream.put(ROOMS, run("a"));
    stream.put(ROOMS, run("a").toBuilder().setMass(7).build());
    stream.items.onNext(PutStreamRequest.getDefaultInstance());
    stream.put("", run("d"));
    stream.finish();

    assertThat(stream.error).isNull();
    assertThat(stream.acks)
        .extracting(PutStreamResponse::getIndex)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(stream.acks)
        .extracting(ack -> ack.getName().replace(ROOMS + "/sketches/", ""))
        .containsExactly("a", "", "c", "a", "", "", "d");
    assertThat(stream.acks)
        .extracting(ack -> Code.forNumber(ack.getStatus().getCode()))
        .containsExactly(
            Code.OK,
            Code.INVALID_ARGUMENT,
            Code.OK,
            Code.OK,
            Code.ALREADY_EXISTS,
            Code.INVALID_ARGUMENT,
            Code.OK);
    failure(stream.acks.get(1)).isInvalid("roots");
    failure(stream.acks.get(4)).is(Code.ALREADY_EXISTS, "SKETCH_EXISTS");
    failure(stream.acks.get(5)).isInvalid("item");
    assertThat(server.collection("rooms").getSketchCount()).isEqualTo(3);
  }

  @Test
  void parent_isNeededFirst_andDoesNotChange() throws InterruptedException {
    server.create("attic", SPEC);
    Stream stream = Stream.open(server.channel);
    stream.put("", run("a"));
    stream.put(ROOMS, run("b"));
    stream.put("collections/attic", run("c"));
    stream.put("", run("d"));
    stream.finish();

    failure(stream.acks.get(0)).isInvalid("parent");
    assertThat(stream.acks.get(1).getName()).isEqualTo(ROOMS + "/sketches/b");
    failure(stream.acks.get(2)).isInvalid("parent");
    assertThat(stream.acks.get(3).getName()).isEqualTo(ROOMS + "/sketches/d");
    assertThat(server.collection("attic").getSketchCount()).isZero();
  }

  @Test
  void parent_thatDoesNotExist_isNotFound() throws InterruptedException {
    Stream stream = Stream.open(server.channel);
    stream.put("collections/attic", run("a"));
    stream.finish();
    failure(stream.acks.get(0)).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }

  @Test
  void emptyStream_ends() throws InterruptedException {
    Stream stream = Stream.open(server.channel);
    stream.finish();
    assertThat(stream.error).isNull();
    assertThat(stream.acks).isEmpty();
  }

  /** Items the server has taken up, by its own count. */
  private long taken() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.server.httpPort() + "/metrics");
    String metrics =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("grpc_server_requests_received_messages_total"))
        .filter(line -> line.contains("\"PutStream\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void clientThatReadsNoAcknowledgements_isNotReadEither() throws Exception {
    int count = 2000;
    ManagedChannel narrow =
        NettyChannelBuilder.forAddress("127.0.0.1", server.server.port())
            .usePlaintext()
            .flowControlWindow(65_535)
            .build();
    try {
      Stream stream = Stream.open(narrow);
      io.resketch.v1.Computation.Builder bad = run("bad").toBuilder();
      bad.setRoots(0, bad.getRoots(0).toBuilder().setObject("unknown".repeat(100)));
      for (int i = 0; i < count; i++) {
        stream.put(ROOMS, bad.build()); // acknowledged with some 900 bytes
      }
      stream.items.onCompleted();
      long[] before = {0};
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(300))
          .until(
              () -> {
                long now = taken();
                boolean stands = now > 0 && now == before[0];
                before[0] = now;
                return stands;
              });
      assertThat(before[0]).isLessThan(count / 2);
      assertThat(stream.acks).isEmpty();

      stream.items.request(Integer.MAX_VALUE);
      assertThat(stream.done.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(stream.acks).hasSize(count);
      assertThat(taken()).isEqualTo(count);
    } finally {
      narrow.shutdownNow();
    }
  }

  @Test
  void clientThatLeaves_doesNotDisturbOthers() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      Stream leaving = Stream.open(server.channel);
      leaving.items.request(1);
      leaving.put(ROOMS, run("left-" + i));
      leaving.items.cancel("test", null);
    }
    Stream stream = Stream.open(server.channel);
    stream.put(ROOMS, run("stayed"));
    stream.finish();
    assertThat(stream.acks.get(0).getStatus().getCode()).isZero();
  }
}
