package io.resketch.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.resketch.v1.GetRequest;
import io.resketch.v1.GetResponse;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that hang until they are let go, on a server with room for few of them. */
final class AdmissionTest {
  private static final int CALLS = 3;
  private static final int STREAMS = 2;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Admission admission =
      new Admission(
          new Admission.Room(CALLS, 1),
          new Admission.Room(STREAMS, 1),
          new Admission.Room(1, 1),
          registry);
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  private final class Hanging extends RepositoryServiceGrpc.RepositoryServiceImplBase {
    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
      begun.incrementAndGet();
      if (request.getName().equals("fail")) {
        throw new IllegalStateException("as asked");
      }
      try {
        letGo.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      observer.onNext(GetResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void watchConcepts(
        WatchConceptsRequest request, StreamObserver<WatchConceptsResponse> observer) {
      observer.onNext(WatchConceptsResponse.getDefaultInstance());
    }

    @Override
    public void listConcepts(
        ListConceptsRequest request, StreamObserver<ListConceptsResponse> observer) {}

    @Override
    public StreamObserver<PutStreamRequest> putStream(StreamObserver<PutStreamResponse> acks) {
      acks.onNext(PutStreamResponse.getDefaultInstance());
      return new Ignoring<>(acks);
    }
  }

  private static final class Waiting extends OperationsGrpc.OperationsImplBase {
    @Override
    public void waitOperation(WaitOperationRequest request, StreamObserver<Operation> observer) {}
  }

  /** Ends with its client. */
  private record Ignoring<Q, A>(StreamObserver<A> answers) implements StreamObserver<Q> {
    @Override
    public void onNext(Q value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .callExecutor(admission)
            .intercept(admission)
            .addService(new Hanging())
            .addService(new Waiting())
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    channel = channel(Map.of());
  }

  private ManagedChannel channel(Map<String, ?> serviceConfig) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
        .usePlaintext()
        .defaultServiceConfig(serviceConfig)
        .enableRetry()
        .build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    letGo.countDown();
    channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(20, TimeUnit.SECONDS);
    admission.close();
  }

  private Future<GetResponse> get() {
    return RepositoryServiceGrpc.newFutureStub(channel).get(GetRequest.getDefaultInstance());
  }

  private double metric(String name, String kind) {
    return registry
        .get(name)
        .tag("kind", kind)
        .meters()
        .iterator()
        .next()
        .measure()
        .iterator()
        .next()
        .getValue();
  }

  private List<Future<GetResponse>> fill() {
    List<Future<GetResponse>> out = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      out.add(get());
    }
    await().until(() -> metric("resketch.calls.admitted", "unary") == CALLS);
    return out;
  }

  private static StatusRuntimeException failure(Future<?> call) throws Exception {
    try {
      Object answer = call.get(20, TimeUnit.SECONDS);
      throw new AssertionError("the call must fail, not answer " + answer);
    } catch (ExecutionException e) {
      return (StatusRuntimeException) e.getCause();
    }
  }

  private static void isRefusal(StatusRuntimeException e) throws Exception {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    List<Any> details = status.getDetailsList();
    assertThat(details.get(0).unpack(ErrorInfo.class).getReason()).isEqualTo("OVERLOADED");
    long delay = Durations.toMillis(details.get(1).unpack(RetryInfo.class).getRetryDelay());
    assertThat(delay).isBetween(200L, 500L);
    String pushback =
        e.getTrailers()
            .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER));
    assertThat(pushback).isEqualTo(Long.toString(delay));
  }

  @Test
  void oneCallTooMany_isRefusedAtOnceWithADelay_andTheOthersAreAnswered() throws Exception {
    List<Future<GetResponse>> admitted = fill();
    isRefusal(failure(get())); // while no thread is free
    assertThat(begun.get()).isLessThanOrEqualTo(CALLS);
    assertThat(metric("resketch.calls.refused", "unary")).isEqualTo(1);
    letGo.countDown();
    for (Future<GetResponse> call : admitted) {
      assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(GetResponse.getDefaultInstance());
    }
    await().until(() -> metric("resketch.calls.admitted", "unary") == 0);
    assertThat(get().get(20, TimeUnit.SECONDS)).isEqualTo(GetResponse.getDefaultInstance());
  }

  @Test
  void callThatClaimsToBeAdmitted_isRefusedAllTheSame() throws Exception {
    fill();
    Metadata claim = new Metadata();
    claim.put(Metadata.Key.of("resketch-admitted", Metadata.ASCII_STRING_MARSHALLER), "unary");
    isRefusal(
        failure(
            RepositoryServiceGrpc.newFutureStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(claim))
                .get(GetRequest.getDefaultInstance())));
  }

  @Test
  void callsWhoseClientLeft_orThatFailed_giveTheirPlaceBack() throws Exception {
    for (Future<GetResponse> call : fill()) {
      call.cancel(true);
    }
    letGo.countDown();
    await().until(() -> metric("resketch.calls.admitted", "unary") == 0);
    for (int i = 0; i < 2 * CALLS; i++) {
      GetRequest failing = GetRequest.newBuilder().setName("fail").build();
      StatusRuntimeException e = failure(RepositoryServiceGrpc.newFutureStub(channel).get(failing));
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
      await().until(() -> metric("resketch.calls.admitted", "unary") == 0);
    }
  }

  /** Counts the streams that were taken on, and those refused. */
  private record Streams<A>(AtomicInteger open, AtomicInteger refused)
      implements StreamObserver<A> {
    @Override
    public void onNext(A value) {
      open.incrementAndGet();
    }

    @Override
    public void onError(Throwable error) {
      refused.incrementAndGet();
    }

    @Override
    public void onCompleted() {}
  }

  @Test
  void streams_haveALimitAndThreadsOfTheirOwn() {
    Streams<PutStreamResponse> streams = new Streams<>(new AtomicInteger(), new AtomicInteger());
    fill();
    List<StreamObserver<PutStreamRequest>> open = new ArrayList<>();
    for (int i = 0; i < STREAMS + 1; i++) {
      open.add(RepositoryServiceGrpc.newStub(channel).putStream(streams));
    }
    await().until(() -> streams.open.get() == STREAMS && streams.refused.get() == 1);
    open.get(0).onCompleted();
    await().until(() -> metric("resketch.calls.admitted", "stream") < STREAMS);
    RepositoryServiceGrpc.newStub(channel).putStream(streams);
    await().until(() -> streams.open.get() == STREAMS + 1);
  }

  @Test
  void watches_takeNoPlaceOfAStream() {
    Streams<WatchConceptsResponse> watches =
        new Streams<>(new AtomicInteger(), new AtomicInteger());
    for (int i = 0; i < 2; i++) {
      RepositoryServiceGrpc.newStub(channel)
          .watchConcepts(WatchConceptsRequest.getDefaultInstance(), watches);
    }
    await().until(() -> watches.open.get() == 1 && watches.refused.get() == 1);
    Streams<PutStreamResponse> streams = new Streams<>(new AtomicInteger(), new AtomicInteger());
    for (int i = 0; i < STREAMS; i++) {
      RepositoryServiceGrpc.newStub(channel).putStream(streams);
    }
    await().until(() -> streams.open.get() == STREAMS);
    assertThat(streams.refused.get()).isZero();
  }

  @Test
  void callsThatWait_keepNoPlaceOfAShortCall() throws Exception {
    for (int i = 0; i < STREAMS; i++) {
      var unused =
          RepositoryServiceGrpc.newFutureStub(channel)
              .listConcepts(ListConceptsRequest.getDefaultInstance());
    }
    var unused =
        OperationsGrpc.newFutureStub(channel)
            .waitOperation(WaitOperationRequest.getDefaultInstance());
    await().until(() -> metric("resketch.calls.admitted", "stream") == STREAMS);
    await().until(() -> metric("resketch.calls.admitted", "watch") == 1);
    assertThat(fill()).hasSize(CALLS);
    isRefusal(
        failure(
            RepositoryServiceGrpc.newFutureStub(channel)
                .listConcepts(ListConceptsRequest.getDefaultInstance())));
  }

  @Test
  void clientThatRetriesByItsServiceConfig_comesBackWhenItWasTold() throws Exception {
    Map<String, ?> policy =
        Map.of(
            "maxAttempts",
            5.0,
            "initialBackoff",
            "100s",
            "maxBackoff",
            "100s",
            "backoffMultiplier",
            1.0,
            "retryableStatusCodes",
            List.of("RESOURCE_EXHAUSTED"));
    ManagedChannel retrying =
        channel(
            Map.of(
                "methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy))));
    try {
      fill();
      Future<GetResponse> late =
          RepositoryServiceGrpc.newFutureStub(retrying).get(GetRequest.getDefaultInstance());
      await().until(() -> metric("resketch.calls.refused", "unary") >= 1);
      letGo.countDown();
      assertThat(late.get(20, TimeUnit.SECONDS)).isEqualTo(GetResponse.getDefaultInstance());
    } finally {
      retrying.shutdownNow();
    }
  }
}
