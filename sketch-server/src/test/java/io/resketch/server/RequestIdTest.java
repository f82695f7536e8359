package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.Requests;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.DeleteResponse;
import io.resketch.v1.GetRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are made again with the same request id, after others have gone on. */
final class RequestIdTest {
  private static final String ROOMS = "collections/rooms";
  private static final String A = ROOMS + "/sketches/a";

  @TempDir private Path directory;

  private static String id(int number) {
    return new UUID(20261124, number).toString();
  }

  private static PutRequest put(String requestId) {
    io.resketch.v1.Computation run =
        Graphs.computation(Runs.graph(new Random(1))).toBuilder()
            .setId("a")
            .putLabels("camera", "door")
            .putLabels("floor", "2")
            .build();
    return PutRequest.newBuilder()
        .setParent(ROOMS)
        .setItem(PutItem.newBuilder().setComputation(run))
        .setRequestId(requestId)
        .build();
  }

  private static DeleteRequest delete(String requestId) {
    return DeleteRequest.newBuilder().setName(A).setRequestId(requestId).build();
  }

  private static CreateCollectionRequest create(String requestId) {
    return CreateCollectionRequest.newBuilder()
        .setCollectionId("rooms")
        .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
        .setRequestId(requestId)
        .build();
  }

  private static boolean isThere(TestServer server) {
    return server.collection("rooms").getSketchCount() == 1;
  }

  @Test
  void deletion_madeAgain_isAnsweredAsBefore_andLeavesWhatWasStoredSince() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      var unused = server.repository().put(put(""));
      assertThat(server.repository().delete(delete(id(1))).getDeleted()).isTrue();
      assertThat(server.repository().delete(delete(id(1))).getDeleted()).isTrue();
      failure(() -> server.repository().delete(delete(""))).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
      unused = server.repository().put(put(""));
      assertThat(server.repository().delete(delete(id(1))).getDeleted()).isTrue();
      assertThat(isThere(server)).isTrue();
      assertThat(server.repository().delete(delete(id(2))).getDeleted()).isTrue();
      assertThat(isThere(server)).isFalse();
    }
  }

  @Test
  void deletionThatFoundNothing_findsNothingLater_butOneThatFailedIsTriedAgain()
      throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      DeleteRequest allowing = delete(id(1)).toBuilder().setAllowMissing(true).build();
      assertThat(server.repository().delete(allowing).getDeleted()).isFalse();
      failure(() -> server.repository().delete(delete(id(2))))
          .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
      var unused = server.repository().put(put(""));
      assertThat(server.repository().delete(allowing).getDeleted()).isFalse();
      assertThat(isThere(server)).isTrue();
      assertThat(server.repository().delete(delete(id(2))).getDeleted()).isTrue();
    }
  }

  @Test
  void put_madeAgain_doesNotBringBackWhatWasDeletedSince() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      SketchRecord first = server.repository().put(put(id(1))).getRecord();
      var unused = server.repository().delete(delete(""));
      assertThat(server.repository().put(put(id(1))).getRecord()).isEqualTo(first);
      assertThat(isThere(server)).isFalse();
    }
  }

  @Test
  void changesOfCollections_madeAgain_leaveWhatOthersDidSince() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      Collection first = server.collections().createCollection(create(id(1))).getCollection();
      DeleteCollectionRequest deletion =
          DeleteCollectionRequest.newBuilder()
              .setName(ROOMS)
              .setForce(true)
              .setRequestId(id(2))
              .build();
      var unused = server.repository().put(put(""));
      assertThat(server.collections().deleteCollection(deletion).getSketchCount()).isEqualTo(1);
      assertThat(server.collections().createCollection(create(id(1))).getCollection())
          .isEqualTo(first);
      failure(() -> server.collection("rooms")).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");

      server.create("rooms", SPEC);
      assertThat(server.collections().deleteCollection(deletion).getSketchCount()).isEqualTo(1);
      UpdateCollectionRequest.Builder update =
          UpdateCollectionRequest.newBuilder()
              .setUpdateMask(FieldMask.newBuilder().addPaths("retention"))
              .setRequestId(id(3));
      update.getCollectionBuilder().setName(ROOMS).setRetention(deleteAfter(10));
      Collection updated = server.collections().updateCollection(update.build()).getCollection();
      UpdateCollectionRequest.Builder later = update.clone().setRequestId(id(4));
      later.getCollectionBuilder().setRetention(deleteAfter(20));
      var unusedUpdate = server.collections().updateCollection(later.build());
      assertThat(server.collections().updateCollection(update.build()).getCollection())
          .isEqualTo(updated);
      assertThat(server.collection("rooms").getRetention()).isEqualTo(deleteAfter(20));
    }
  }

  private static RetentionPolicy deleteAfter(long seconds) {
    RetentionPolicy.Builder out = RetentionPolicy.newBuilder();
    out.addRulesBuilder().setDelete(true).getAgeBuilder().setSeconds(seconds);
    return out.build();
  }

  @Test
  void idOfAnotherRequest_orThatIsNoUuid_isRefused() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      server.create("rooms", SPEC);
      var unused = server.repository().put(put(id(1)));
      failure(() -> server.repository().delete(delete(id(1)))).isInvalid("request_id");
      PutRequest.Builder other = put(id(1)).toBuilder();
      other.getItemBuilder().getComputationBuilder().setId("b");
      failure(() -> server.repository().put(other.build())).isInvalid("request_id");
      failure(() -> server.repository().put(put("1-1-1-1-1"))).isInvalid("request_id");
      assertThat(server.collection("rooms").getSketchCount()).isEqualTo(1);
    }
  }

  @Test
  void killedServer_remembersWhatItDid() throws IOException {
    try (ServeProcess server = ServeProcess.start(directory)) {
      ManagedChannel channel = TestServer.channel(server.port());
      var unused = CollectionServiceGrpc.newBlockingStub(channel).createCollection(create(""));
      var repository = RepositoryServiceGrpc.newBlockingStub(channel);
      var unusedPut = repository.put(put(""));
      assertThat(repository.delete(delete(id(1))).getDeleted()).isTrue();
      server.kill();
      channel.shutdownNow();
    }
    try (TestServer server = new TestServer(directory)) {
      var unused = server.repository().put(put(""));
      assertThat(server.repository().delete(delete(id(1))).getDeleted()).isTrue();
      var unusedGet = server.repository().get(GetRequest.newBuilder().setName(A).build());
    }
  }

  @Test
  void calls_areForgottenAfterADay() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
    try (RocksStore store = RocksStore.open(directory)) {
      Requests requests = new Repository(store, now::get).requests();
      int[] done = {0};
      Function<Receipt<Integer>, Integer> work = receipt -> ++done[0];
      for (int i = 0; i < 1500; i++) {
        requests.once(id(i), delete(id(i)), DeleteResponse.parser(), RequestIdTest::answer, work);
      }
      assertThat(done[0]).isEqualTo(1500);
      now.set(now.get().plus(Duration.ofHours(12)));
      requests.once(id(-1), delete(id(-1)), DeleteResponse.parser(), RequestIdTest::answer, work);
      assertThat(requests.forgetOld()).isZero();
      now.set(now.get().plus(Duration.ofHours(12)).plusSeconds(1));
      assertThat(requests.forgetOld()).isEqualTo(1500);
      requests.once(id(-1), delete(id(-1)), DeleteResponse.parser(), RequestIdTest::answer, work);
      assertThat(done[0]).isEqualTo(1501);
      requests.once(id(7), delete(id(7)), DeleteResponse.parser(), RequestIdTest::answer, work);
      assertThat(done[0]).isEqualTo(1502);
    }
  }

  private static DeleteResponse answer(int unused) {
    return DeleteResponse.newBuilder().setDeleted(true).build();
  }
}
