package io.resketch.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteCollectionResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server that refuses some calls before it takes one. */
final class RetryTest {
  private static final int DELAY_MILLIS = 70;

  /** Refuses so many calls, as an overloaded server does. */
  private static final class Overloaded extends CollectionServiceGrpc.CollectionServiceImplBase {
    private final int refusals;
    private final List<Long> arrivals = new ArrayList<>();
    private final Set<String> requestIds = new HashSet<>();

    Overloaded(int refusals) {
      this.refusals = refusals;
    }

    private static StatusRuntimeException refusal() {
      Duration delay =
          Duration.newBuilder().setNanos((int) TimeUnit.MILLISECONDS.toNanos(DELAY_MILLIS)).build();
      Metadata trailers = new Metadata();
      trailers.put(
          Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER),
          Integer.toString(DELAY_MILLIS));
      return StatusProto.toStatusRuntimeException(
          Status.newBuilder()
              .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
              .setMessage("busy")
              .addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()))
              .build(),
          trailers);
    }

    @Override
    public synchronized void deleteCollection(
        DeleteCollectionRequest request, StreamObserver<DeleteCollectionResponse> observer) {
      arrivals.add(System.nanoTime());
      requestIds.add(request.getRequestId());
      if (arrivals.size() <= refusals) {
        observer.onError(refusal());
        return;
      }
      observer.onNext(DeleteCollectionResponse.newBuilder().setSketchCount(7).build());
      observer.onCompleted();
    }
  }

  @Test
  void overloadedServer_isAskedAgainAfterTheDelayItNames() throws IOException {
    Overloaded service = new Overloaded(4);
    try (FakeServer server = new FakeServer(service);
        ResketchClient client = ResketchClient.connect(server.target())) {
      assertThat(client.deleteCollection("rooms", false)).isEqualTo(7);
    }
    assertThat(service.arrivals).hasSize(5);
    assertThat(service.requestIds).hasSize(1).noneMatch(String::isEmpty);
    for (int i = 1; i < service.arrivals.size(); i++) {
      assertThat(service.arrivals.get(i) - service.arrivals.get(i - 1))
          .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(DELAY_MILLIS));
    }
  }

  @Test
  void serverThatStaysOverloaded_isReportedWithItsDelay() throws IOException {
    Overloaded service = new Overloaded(Integer.MAX_VALUE);
    try (FakeServer server = new FakeServer(service);
        ResketchClient client = ResketchClient.connect(server.target())) {
      ResketchException e =
          catchThrowableOfType(
              ResketchException.class, () -> client.deleteCollection("rooms", false));
      assertThat(e.code()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
      assertThat(e.retryDelay()).contains(java.time.Duration.ofMillis(DELAY_MILLIS));
    }
    assertThat(service.arrivals).hasSize(5);
  }
}
