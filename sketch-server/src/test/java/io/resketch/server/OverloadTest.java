package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.wire.Graphs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More clients at once than the server takes on. */
final class OverloadTest {
  private static final int CLIENTS = 48;
  private static final int PUTS = 5;

  private final AtomicInteger refusals = new AtomicInteger();

  private static long delayMillis(StatusRuntimeException e) throws Exception {
    for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        return Durations.toMillis(detail.unpack(RetryInfo.class).getRetryDelay());
      }
    }
    throw e;
  }

  private void putUntilTaken(ManagedChannel channel, String id) throws Exception {
    PutItem item =
        PutItem.newBuilder()
            .setComputation(
                Graphs.computation(Runs.graph(new Random(id.hashCode()))).toBuilder().setId(id))
            .build();
    PutRequest request =
        PutRequest.newBuilder().setParent("collections/rooms").setItem(item).build();
    RepositoryServiceBlockingStub stub = RepositoryServiceGrpc.newBlockingStub(channel);
    while (true) {
      try {
        var unused = stub.put(request);
        return;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        refusals.incrementAndGet();
        Thread.sleep(delayMillis(e));
      }
    }
  }

  @Test
  void manyClients_areRefusedOrAnswered_andNothingIsLost(@TempDir Path directory) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", new SketchSpec(65_536, 16, 7));
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        String client = "client-" + i + "-";
        running.add(
            clients.submit(
                () -> {
                  for (int k = 0; k < PUTS; k++) {
                    putUntilTaken(server.channel, client + k);
                  }
                  return null;
                }));
      }
      while (running.stream().anyMatch(client -> !client.isDone())) {
        assertThat(
                HealthGrpc.newBlockingStub(server.channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      }
      for (Future<?> client : running) {
        client.get();
      }
      assertThat(refusals).hasPositiveValue();
      assertThat(server.collection("rooms").getSketchCount()).isEqualTo(CLIENTS * PUTS);
    } finally {
      clients.shutdownNow();
    }
  }
}
