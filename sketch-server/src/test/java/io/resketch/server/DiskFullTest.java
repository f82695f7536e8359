package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server process on a disk that fills up and is freed again. */
final class DiskFullTest {
  private static final int FILLER_MEGABYTES = 100;
  private static final SketchSpec SPEC = new SketchSpec(1 << 20, 16, 7); // 4 MiB each
  private static final String ROOMS = "collections/rooms";

  private final io.resketch.v1.Sketch sketch =
      Sketches.sketch(new Sketcher(SPEC).sketch(Runs.graph(new Random(1))));

  private RepositoryServiceBlockingStub repository;

  private void put(int number) {
    PutItem.Builder item = PutItem.newBuilder();
    item.getFinishedBuilder().setId("run-" + number).setTime(Runs.time(number)).setSketch(sketch);
    var unused = repository.put(PutRequest.newBuilder().setParent(ROOMS).setItem(item).build());
  }

  /** Puts until one fails; returns how many were acknowledged. */
  private int putUntilItFails() {
    for (int i = 0; i < 100; i++) {
      try {
        put(i);
      } catch (StatusRuntimeException e) {
        int number = i;
        TestServer.failure(() -> put(number)).is(Code.RESOURCE_EXHAUSTED, "DISK_FULL");
        return i;
      }
    }
    throw new AssertionError("the disk is not full");
  }

  private static HttpResponse<String> healthz(ServeProcess server)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + "/healthz");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private void isListed(int count) {
    ListRequest request =
        ListRequest.newBuilder().setParent(ROOMS).setPageSize(1000).setOmitSketches(true).build();
    assertThat(repository.list(request).getRecordsList()).hasSize(count);
    AggregateStatisticsRequest statistics =
        AggregateStatisticsRequest.newBuilder().setParent(ROOMS).addModules("cat").build();
    assertThat(repository.aggregateStatistics(statistics).getBuckets(0).getSketches())
        .isEqualTo(count);
  }

  private void isAllThere(int count) {
    isListed(count);
    for (int i = 0; i < count; i++) {
      GetRequest request = GetRequest.newBuilder().setName(ROOMS + "/sketches/run-" + i).build();
      assertThat(repository.get(request).getRecord().getSketch()).isEqualTo(sketch);
    }
  }

  private void connect(ManagedChannel channel) {
    repository = RepositoryServiceGrpc.newBlockingStub(channel);
  }

  /** With little free the write-ahead log fills the disk, with more a table that is written. */
  @ParameterizedTest
  @ValueSource(ints = {40, 100})
  void fullDisk_thatIsFreed_takesWritesAgainWithoutARestart(int megabytes, @TempDir Path directory)
      throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, FILLER_MEGABYTES + megabytes)) {
      disk.fill(FILLER_MEGABYTES);
      Path data = disk.path().resolve("data");
      int stored;
      try (ServeProcess server = ServeProcess.start(data)) {
        ManagedChannel channel = TestServer.channel(server.port());
        connect(channel);
        var unused =
            CollectionServiceGrpc.newBlockingStub(channel)
                .createCollection(
                    CreateCollectionRequest.newBuilder()
                        .setCollectionId("rooms")
                        .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
                        .build());
        stored = putUntilItFails();
        assertThat(healthz(server).statusCode()).isEqualTo(503);
        assertThat(healthz(server).body()).contains("the disk is full");
        assertThat(
                HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
        isListed(stored);

        disk.free();
        await().atMost(Duration.ofSeconds(40)).until(() -> healthz(server).statusCode() == 200);
        put(stored++);
        server.kill();
        channel.shutdownNow();
      }
      try (ServeProcess server = ServeProcess.start(data)) {
        ManagedChannel channel = TestServer.channel(server.port());
        connect(channel);
        isAllThere(stored);
        channel.shutdownNow();
      }
    }
  }
}
