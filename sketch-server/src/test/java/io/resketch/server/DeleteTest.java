package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeleteTest {
  private static final Computation RUN = Runs.graph(new Random(1));
  private static final Computation OTHER = Runs.scene(new Random(2), 1, 2);

  @TempDir private Path directory;

  @BeforeEach
  void fill() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      server.put(
          "rooms", Graphs.computation(RUN).toBuilder().setId("a").setTime(Runs.time(1)).build());
      server.put("rooms", "b", RUN);
      server.put("rooms", "c", OTHER);
      server.create("roomsx", SPEC);
      server.put("roomsx", "a", OTHER);
    }
  }

  private static boolean delete(TestServer server, String id, boolean allowMissing) {
    return server
        .repository()
        .delete(
            DeleteRequest.newBuilder()
                .setName("collections/rooms/sketches/" + id)
                .setAllowMissing(allowMissing)
                .build())
        .getDeleted();
  }

  private static int listed(TestServer server, String collection) {
    return server
        .repository()
        .list(ListRequest.newBuilder().setParent("collections/" + collection).build())
        .getRecordsCount();
  }

  @Test
  void aDeletedSketch_isGoneForGood_andItsIdIsFree() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      Collection before = server.collection("rooms");
      assertThat(delete(server, "a", false)).isTrue();
      failure(() -> delete(server, "a", false)).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
      assertThat(delete(server, "a", true)).isFalse();
      Collection after = server.collection("rooms");
      assertThat(after.getSketchCount()).isEqualTo(2);
      assertThat(after.getSketchBytes()).isEqualTo(before.getSketchBytes() / 3 * 2);
      assertThat(after.getSkeletonBytes()).isEqualTo(before.getSkeletonBytes());
      server.put("rooms", "a", OTHER);
      assertThat(delete(server, "a", false)).isTrue();
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(listed(server, "rooms")).isEqualTo(2);
      assertThat(server.collection("rooms").getSketchCount()).isEqualTo(2);
      failure(
              () ->
                  server
                      .repository()
                      .get(GetRequest.newBuilder().setName("collections/rooms/sketches/a").build()))
          .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
    }
  }

  @Test
  void aSkeleton_goesWithTheLastSketchThatHasIt() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      delete(server, "a", false);
      assertThat(
              server
                  .repository()
                  .decode(
                      RepositoryServiceDecodeRequest.newBuilder()
                          .setName("collections/rooms/sketches/b")
                          .build())
                  .getDecoded()
                  .getObjectsCount())
          .isEqualTo(RUN.skeleton().size());
      long both = server.collection("rooms").getSkeletonBytes();
      delete(server, "b", false);
      assertThat(server.collection("rooms").getSkeletonBytes()).isBetween(1L, both - 1);
      delete(server, "c", false);
      assertThat(server.collection("rooms").getSkeletonBytes()).isZero();
      server.put("rooms", "b", RUN);
      assertThat(server.collection("rooms").getSkeletonBytes()).isPositive();
    }
  }

  @Test
  void statistics_forgetWhatWasDeleted() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      delete(server, "a", false);
      delete(server, "b", false);
      var bucket =
          server
              .repository()
              .aggregateStatistics(
                  AggregateStatisticsRequest.newBuilder().setParent("collections/rooms").build())
              .getBuckets(0);
      assertThat(bucket.getSketches()).isEqualTo(1);
    }
  }

  @Test
  void aCollection_isDeletedWithAllItHolds_andNoneBeside() throws IOException {
    DeleteCollectionRequest request =
        DeleteCollectionRequest.newBuilder().setName("collections/rooms").build();
    try (TestServer server = new TestServer(directory)) {
      failure(() -> server.collections().deleteCollection(request))
          .is(Code.FAILED_PRECONDITION, "COLLECTION_NOT_EMPTY");
      assertThat(
              server
                  .collections()
                  .deleteCollection(request.toBuilder().setForce(true).build())
                  .getSketchCount())
          .isEqualTo(3);
      failure(() -> server.collections().deleteCollection(request))
          .is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
      failure(() -> server.put("rooms", "a", RUN)).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
      assertThat(listed(server, "roomsx")).isEqualTo(1);
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(server.create("rooms", SPEC).getSketchCount()).isZero();
      assertThat(server.collection("rooms").getModulesCount()).isZero();
      assertThat(listed(server, "rooms")).isZero();
      assertThat(listed(server, "roomsx")).isEqualTo(1);
    }
  }
}
