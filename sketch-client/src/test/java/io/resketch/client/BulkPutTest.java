package io.resketch.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Computation;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceImplBase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BulkPutTest {
  private final AtomicInteger taken = new AtomicInteger();
  private final List<PutOutcome> outcomes = new ArrayList<>();

  /** What a stream does with its requests, given what answers it. */
  private interface Behaviour {
    void onNext(int index, ServerCallStreamObserver<PutStreamResponse> observer);
  }

  /** A service that asks for one message at a time, after {@code gate} has opened. */
  private static final class Service extends RepositoryServiceImplBase {
    private final CountDownLatch gate;
    private final Behaviour behaviour;

    Service(CountDownLatch gate, Behaviour behaviour) {
      this.gate = gate;
      this.behaviour = behaviour;
    }

    @Override
    public StreamObserver<PutStreamRequest> putStream(StreamObserver<PutStreamResponse> responses) {
      var observer = (ServerCallStreamObserver<PutStreamResponse>) responses;
      observer.disableAutoRequest();
      var unused =
          CompletableFuture.runAsync(
              () -> {
                try {
                  gate.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                observer.request(1);
              });
      return new StreamObserver<>() {
        private int index;

        @Override
        public void onNext(PutStreamRequest request) {
          behaviour.onNext(index++, observer);
          observer.request(1);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }
  }

  private static void acknowledge(int index, StreamObserver<PutStreamResponse> observer) {
    observer.onNext(PutStreamResponse.newBuilder().setIndex(index).setName("n").build());
  }

  private static CountDownLatch open() {
    return new CountDownLatch(0);
  }

  private static PutItem small(int i) {
    return PutItem.of(Computation.newBuilder().setId("run-" + i).build());
  }

  private static PutItem ofOneMegabyte(int i) {
    Computation.Builder out = Computation.newBuilder().setId("run-" + i);
    out.addObjectsBuilder()
        .getAttributesBuilder()
        .getPackedBuilder()
        .setData(ByteString.copyFrom(new byte[1 << 20]));
    return PutItem.of(out.build());
  }

  private PutSummary putAll(FakeServer server, int count, IntFunction<PutItem> item) {
    Iterator<PutItem> items =
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  taken.incrementAndGet();
                  return item.apply(i);
                })
            .iterator();
    try (ResketchClient client = ResketchClient.connect(server.target())) {
      return new SketchCollection(client, "collections/c", new SketchSpec(1024, 16, 0))
          .putAll(items, outcomes::add);
    }
  }

  /** How many items the client takes before the server reads the first one. */
  private int takenBeforeTheServerReads(int count, IntFunction<PutItem> item) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (FakeServer server = new FakeServer(new Service(gate, BulkPutTest::acknowledge))) {
      CompletableFuture<PutSummary> summary = new CompletableFuture<>();
      Thread sender = new Thread(() -> summary.complete(putAll(server, count, item)));
      sender.start();
      int before;
      do {
        before = taken.get();
        // Long enough for the client to go on if it were to; it must be found waiting each time.
        sender.join(200);
      } while (before == 0 || before != taken.get() || sender.getState() != Thread.State.WAITING);
      gate.countDown();
      assertThat(summary.get(30, TimeUnit.SECONDS)).isEqualTo(new PutSummary(count, 0));
      assertThat(outcomes).extracting(PutOutcome::index).hasSize(count).isSorted();
      return before;
    }
  }

  @Test
  void slowServer_leavesAtMostAWindowOfSmallItemsInFlight() throws Exception {
    // One more may have been looked at by hasNext.
    assertThat(takenBeforeTheServerReads(1000, BulkPutTest::small))
        .isBetween(BulkStream.WINDOW, BulkStream.WINDOW + 1);
  }

  @Test
  void slowServer_leavesFewLargeItemsInFlight() throws Exception {
    assertThat(takenBeforeTheServerReads(40, BulkPutTest::ofOneMegabyte)).isLessThan(8);
  }

  @Test
  void streamThatBreaks_isAnErrorAfterTheOutcomesBeforeIt() throws IOException {
    Behaviour breaking =
        (index, observer) -> {
          if (index < 5) {
            acknowledge(index, observer);
          } else if (index == 5) {
            observer.onError(Status.UNAVAILABLE.withDescription("stopping").asException());
          }
        };
    try (FakeServer server = new FakeServer(new Service(open(), breaking))) {
      assertThatThrownBy(() -> putAll(server, 1000, BulkPutTest::small))
          .isInstanceOf(ResketchException.class)
          .hasMessage("UNAVAILABLE: stopping");
      assertThat(outcomes).hasSize(5);
      assertThat(taken.get()).isLessThan(100);
    }
  }

  @Test
  void streamThatEndsEarly_isAnError() throws IOException {
    Behaviour ending =
        (index, observer) -> {
          if (index == 3) {
            observer.onCompleted();
          } else if (index < 3) {
            acknowledge(index, observer);
          }
        };
    try (FakeServer server = new FakeServer(new Service(open(), ending))) {
      assertThatThrownBy(() -> putAll(server, 1000, BulkPutTest::small))
          .isInstanceOf(ResketchException.class)
          .hasMessageContaining("ended the stream without an answer to");
      assertThat(outcomes).hasSize(3);
    }
  }

  @Test
  void acknowledgementOutOfOrder_isAnError() throws IOException {
    try (FakeServer server =
        new FakeServer(
            new Service(open(), (index, observer) -> acknowledge(index + 1, observer)))) {
      assertThatThrownBy(() -> putAll(server, 10, BulkPutTest::small))
          .hasMessageContaining("acknowledged item 1 where item 0 was due");
    }
  }

  @Test
  void sourceThatFails_isPassedOnAfterEverythingBeforeItIsAnswered() throws IOException {
    try (FakeServer server = new FakeServer(new Service(open(), BulkPutTest::acknowledge))) {
      assertThatThrownBy(
              () ->
                  putAll(
                      server,
                      20,
                      i -> {
                        if (i == 10) {
                          throw new IllegalStateException("line 11 is bad");
                        }
                        return small(i);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("line 11 is bad");
      assertThat(outcomes).hasSize(10);
    }
  }

  @Test
  void emptySource_storesNothing() throws IOException {
    try (FakeServer server = new FakeServer(new Service(open(), BulkPutTest::acknowledge))) {
      assertThat(putAll(server, 0, BulkPutTest::small)).isEqualTo(new PutSummary(0, 0));
    }
  }

  private static PutItem aboveTheLimit(int i) {
    Computation.Builder out = Computation.newBuilder().setId("run-" + i);
    out.addObjectsBuilder()
        .getAttributesBuilder()
        .getPackedBuilder()
        .setData(UnsafeByteOperations.unsafeWrap(new byte[64 << 20]));
    return PutItem.of(out.build());
  }

  @Test
  void itemAboveTheLimit_isRefusedByName_andTheOthersAreStored() throws Exception {
    for (int huge = 0; huge < 4; huge++) {
      outcomes.clear();
      int at = huge;
      try (FakeServer server = new FakeServer(new Service(open(), BulkPutTest::acknowledge))) {
        assertThat(putAll(server, 4, i -> i == at ? aboveTheLimit(i) : small(i)))
            .isEqualTo(new PutSummary(3, 1));
      }
      assertThat(outcomes).extracting(PutOutcome::index).containsExactly(0L, 1L, 2L, 3L);
      assertThat(outcomes)
          .extracting(PutOutcome::id)
          .containsExactly("run-0", "run-1", "run-2", "run-3");
      ResketchException error = outcomes.get(at).error().orElseThrow();
      assertThat(error.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(error).hasMessageContaining("above the limit of 67,108,864");
    }
  }

  @Test
  void onlyItemsAboveTheLimit_areAllRefused() throws Exception {
    try (FakeServer server = new FakeServer(new Service(open(), BulkPutTest::acknowledge))) {
      assertThat(putAll(server, 2, BulkPutTest::aboveTheLimit)).isEqualTo(new PutSummary(0, 2));
    }
  }

  @Test
  void callAboveTheLimit_saysSo() throws Exception {
    try (FakeServer server = new FakeServer(new Service(open(), BulkPutTest::acknowledge));
        ResketchClient client = ResketchClient.connect(server.target())) {
      PutRequest request =
          PutRequest.newBuilder()
              .setParent("collections/c")
              .setItem(aboveTheLimit(0).message())
              .build();
      assertThatThrownBy(() -> client.repositoryService().put(request))
          .hasMessageContaining("above the limit of 67,108,864");
    }
  }
}
