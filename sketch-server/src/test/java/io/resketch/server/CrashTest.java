package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.Decoder;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server process is killed in the middle of writes, again and again. */
final class CrashTest {
  /** CI asks for more. */
  private static final int ROUNDS = Integer.getInteger("resketch.crashRounds", 8);

  /** What is stored is checked as a whole after each round, and should not grow for ever. */
  private static final int ROUNDS_OF_A_DIRECTORY = 10;

  private static final int LONGEST_LOAD_MILLIS = 150;
  private static final long SEED = 20261124;
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final String ROOMS = "collections/rooms";

  private final Set<String> attempted = ConcurrentHashMap.newKeySet();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<String> deletionAttempted = ConcurrentHashMap.newKeySet();
  private final Set<String> deletionAcknowledged = ConcurrentHashMap.newKeySet();

  /** Of the deletions that were attempted and not acknowledged. */
  private final Map<String, DeleteRequest> deletionsInDoubt = new ConcurrentHashMap<>();

  /** The run of an id; some bring a module or a skeleton that is new. */
  private static Computation run(String id) {
    int hash = id.hashCode() & Integer.MAX_VALUE;
    Random random = new Random(hash);
    Computation scene = Runs.scene(random, 1 + hash % 3, hash % 2);
    if (hash % 7 != 0) {
      return scene;
    }
    return Computation.builder()
        .object("x", "module-" + hash % 50, Runs.attributes(random))
        .root("x", 1f)
        .build();
  }

  private static PutItem item(String id) {
    io.resketch.v1.Computation.Builder run = Graphs.computation(run(id)).toBuilder().setId(id);
    if (id.hashCode() % 5 != 0) {
      run.setTime(Runs.time(Math.abs(id.hashCode() % 1000)));
    }
    return PutItem.newBuilder().setComputation(run).build();
  }

  private void putUntilItFails(ManagedChannel channel, int round) {
    RepositoryServiceBlockingStub stub = RepositoryServiceGrpc.newBlockingStub(channel);
    try {
      for (int i = 0; ; i++) {
        String id = "unary-" + round + "-" + i;
        attempted.add(id);
        stub.put(PutRequest.newBuilder().setParent(ROOMS).setItem(item(id)).build());
        acknowledged.add(id);
        if (i % 3 == 0) {
          DeleteRequest deletion =
              DeleteRequest.newBuilder()
                  .setName(ROOMS + "/sketches/" + id)
                  .setRequestId(new UUID(round, i).toString())
                  .build();
          deletionAttempted.add(id);
          deletionsInDoubt.put(id, deletion);
          stub.delete(deletion);
          deletionAcknowledged.add(id);
          deletionsInDoubt.remove(id);
        }
      }
    } catch (StatusRuntimeException e) {
      // The server was killed.
    }
  }

  private void streamUntilItFails(ManagedChannel channel, int round) throws InterruptedException {
    ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>();
    Semaphore room = new Semaphore(20);
    CountDownLatch ended = new CountDownLatch(1);
    StreamObserver<PutStreamRequest> items =
        RepositoryServiceGrpc.newStub(channel)
            .putStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(PutStreamResponse ack) {
                    String id = waiting.remove();
                    if (ack.getName().equals(ROOMS + "/sketches/" + id)) {
                      acknowledged.add(id);
                    }
                    room.release();
                  }

                  @Override
                  public void onError(Throwable e) {
                    ended.countDown();
                    room.release();
                  }

                  @Override
                  public void onCompleted() {
                    ended.countDown();
                  }
                });
    for (int i = 0; ; i++) {
      room.acquire();
      if (ended.getCount() == 0) {
        return;
      }
      String id = "stream-" + round + "-" + i;
      attempted.add(id);
      waiting.add(id);
      items.onNext(PutStreamRequest.newBuilder().setParent(ROOMS).setItem(item(id)).build());
    }
  }

  private void loadAndKill(ServeProcess server, int round, long millis) throws Exception {
    ManagedChannel channel = TestServer.channel(server.port());
    try {
      Thread unary = new Thread(() -> putUntilItFails(channel, round));
      Thread stream =
          new Thread(
              () -> {
                try {
                  streamUntilItFails(channel, round);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      int before = acknowledged.size();
      unary.start();
      stream.start();
      while (acknowledged.size() == before && unary.isAlive()) { // the load is on
        Thread.sleep(1);
      }
      Thread.sleep(millis);
      server.kill();
      unary.join(20_000);
      stream.join(20_000);
      assertThat(unary.isAlive() || stream.isAlive()).isFalse();
    } finally {
      channel.shutdownNow();
    }
  }

  private static Map<String, SketchRecord> list(RepositoryServiceBlockingStub stub) {
    Map<String, SketchRecord> out = new TreeMap<>();
    String token = "";
    do {
      ListResponse page =
          stub.list(
              ListRequest.newBuilder()
                  .setParent(ROOMS)
                  .setPageSize(1000)
                  .setPageToken(token)
                  .build());
      for (SketchRecord record : page.getRecordsList()) {
        String id = record.getName().replace(ROOMS + "/sketches/", "");
        assertThat(out.put(id, record)).as("%s is listed once", id).isNull();
      }
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return out;
  }

  private void check(ServeProcess server) {
    ManagedChannel channel = TestServer.channel(server.port());
    try {
      RepositoryServiceBlockingStub stub =
          RepositoryServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
      deletionsInDoubt.forEach(
          (id, deletion) -> {
            boolean deleted = stub.delete(deletion).getDeleted(); // what it found the first time
            assertThat(deleted).as("deletion of %s", id).isTrue();
            deletionAcknowledged.add(id);
          });
      deletionsInDoubt.clear();
      Map<String, SketchRecord> listed = list(stub);
      Set<String> kept = new HashSet<>(acknowledged);
      kept.removeAll(deletionAttempted);
      assertThat(listed.keySet()).containsAll(kept);
      assertThat(deletionAcknowledged).noneMatch(listed::containsKey);
      assertThat(attempted).containsAll(listed.keySet());

      Sketcher sketcher = new Sketcher(SPEC);
      Map<ByteString, SketchRecord> skeletons = new HashMap<>();
      Map<String, ModuleProfile> modules = new TreeMap<>();
      long bytes = 0;
      for (Map.Entry<String, SketchRecord> entry : listed.entrySet()) {
        Computation run = run(entry.getKey());
        SketchRecord record = entry.getValue();
        assertThat(record.getSketch())
            .as(entry.getKey())
            .isEqualTo(Sketches.sketch(sketcher.sketch(run)));
        bytes += record.getSketch().getImage().size();
        skeletons.putIfAbsent(record.getSkeletonHash(), record);
        for (ModuleProfile profile : ModuleProfile.of(run.skeleton())) {
          modules.merge(profile.name(), profile, ModuleProfile::merge);
        }
      }
      for (String id : attempted) { // no sketch outside the time index
        if (!listed.containsKey(id)) {
          TestServer.failure(
                  () ->
                      stub.get(GetRequest.newBuilder().setName(ROOMS + "/sketches/" + id).build()))
              .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
        }
      }
      Collection collection =
          CollectionServiceGrpc.newBlockingStub(channel)
              .getCollection(GetCollectionRequest.newBuilder().setName(ROOMS).build())
              .getCollection();
      assertThat(collection.getSketchCount()).isEqualTo(listed.size());
      assertThat(collection.getSketchBytes()).isEqualTo(bytes);
      assertThat(collection.getSkeletonBytes())
          .isEqualTo(skeletons.values().stream().mapToLong(SketchRecord::getSkeletonBytes).sum());
      // Modules stay known when their last sketch is deleted.
      assertThat(collection.getModulesList())
          .containsAll(modules.values().stream().map(Sketches::module).toList());
      long timed = listed.values().stream().filter(SketchRecord::hasTime).count();
      assertThat(rolledUp(stub)).isEqualTo(timed);
      for (SketchRecord record : skeletons.values()) { // every skeleton is there
        stub.decode(
            RepositoryServiceDecodeRequest.newBuilder()
                .setName(record.getName())
                .setDecoder(Decoder.DECODER_MATCHED)
                .build());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** Sketches in the roll-ups. */
  private static long rolledUp(RepositoryServiceBlockingStub stub) {
    AggregateStatisticsRequest.Builder request =
        AggregateStatisticsRequest.newBuilder().setParent(ROOMS);
    request.getBucketBuilder().setSeconds(3600);
    request.getRangeBuilder().getStartBuilder().setSeconds(0);
    return stub.aggregateStatistics(request.build()).getBucketsList().stream()
        .mapToLong(StatisticsBucket::getSketches)
        .sum();
  }

  private static void create(ServeProcess server) {
    ManagedChannel channel = TestServer.channel(server.port());
    CollectionServiceGrpc.newBlockingStub(channel)
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setCollectionId("rooms")
                .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
                .build());
    channel.shutdownNow();
  }

  @Test
  void killedInMidLoad_keepsWhatWasAcknowledged_andNothingByHalves(@TempDir Path directory)
      throws Exception {
    Random random = new Random(SEED);
    for (int first = 0; first < ROUNDS; first += ROUNDS_OF_A_DIRECTORY) {
      int rounds = Math.min(ROUNDS_OF_A_DIRECTORY, ROUNDS - first);
      attempted.clear();
      acknowledged.clear();
      deletionAttempted.clear();
      deletionAcknowledged.clear();
      deletionsInDoubt.clear();
      try {
        kill(directory.resolve("from-round-" + first), rounds, random);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + SEED + ", rounds from " + first, e);
      }
    }
  }

  private void kill(Path directory, int rounds, Random random) throws Exception {
    for (int round = 0; round < rounds; round++) {
      try (ServeProcess server = ServeProcess.start(directory)) {
        create(server);
        check(server);
        loadAndKill(server, round, random.nextInt(LONGEST_LOAD_MILLIS));
      }
    }
    try (ServeProcess server = ServeProcess.start(directory)) {
      check(server);
      assertThat(server.terminate()).isZero();
    }
    assertThat(acknowledged).hasSizeGreaterThan(rounds);
    assertThat(acknowledged).anyMatch(id -> id.startsWith("unary"));
    assertThat(acknowledged).anyMatch(id -> id.startsWith("stream"));
    assertThat(deletionAcknowledged).isNotEmpty();
  }

  /** No file may grow over 64 MiB, as if the disk had failed there. */
  @Test
  void diskThatTakesNoMore_isReported_andWhatWasAcknowledgedIsKept(@TempDir Path directory)
      throws IOException {
    SketchSpec large = new SketchSpec(1 << 20, 16, 7);
    io.resketch.v1.Sketch sketch =
        Sketches.sketch(new Sketcher(large).sketch(Runs.graph(new Random(1))));
    int stored = 0;
    List<String> limited = List.of("bash", "-c", "ulimit -f 65536; exec \"$@\"", "bash");
    try (ServeProcess server = ServeProcess.start(directory, limited);
        Client client = new Client(server.port())) {
      client.create(large);
      TestServer.Failure failure = null;
      while (failure == null && stored < 100) {
        failure = client.put("run-" + stored, sketch);
        stored += failure == null ? 1 : 0;
      }
      assertThat(failure).isNotNull();
      failure.is(Code.INTERNAL, "STORAGE_FAILED");
      assertThat(failure.message()).contains(directory.toString());
      client.put("run-" + stored, sketch).is(Code.INTERNAL, "STORAGE_FAILED");
      assertThat(client.ids()).hasSize(stored);
      server.kill();
    }
    try (ServeProcess server = ServeProcess.start(directory);
        Client client = new Client(server.port())) {
      assertThat(client.ids()).hasSizeBetween(stored, stored + 1);
      assertThat(client.put("run-" + stored, sketch)).isNull();
      assertThat(client.ids()).hasSize(stored + 1);
    }
  }

  /** A client of one test. */
  private record Client(ManagedChannel channel) implements AutoCloseable {
    Client(int port) {
      this(TestServer.channel(port));
    }

    void create(SketchSpec spec) {
      CollectionServiceGrpc.newBlockingStub(channel)
          .createCollection(
              CreateCollectionRequest.newBuilder()
                  .setCollectionId("rooms")
                  .setCollection(Collection.newBuilder().setSpec(Sketches.spec(spec)))
                  .build());
    }

    /** Null if it was stored. */
    TestServer.Failure put(String id, io.resketch.v1.Sketch sketch) {
      PutItem.Builder item = PutItem.newBuilder();
      item.getFinishedBuilder().setId(id).setSketch(sketch);
      try {
        RepositoryServiceGrpc.newBlockingStub(channel)
            .put(PutRequest.newBuilder().setParent(ROOMS).setItem(item).build());
        return null;
      } catch (StatusRuntimeException e) {
        return TestServer.failure(
            () -> {
              throw e;
            });
      }
    }

    List<String> ids() {
      return RepositoryServiceGrpc.newBlockingStub(channel)
          .list(
              ListRequest.newBuilder()
                  .setParent(ROOMS)
                  .setPageSize(1000)
                  .setOmitSketches(true)
                  .build())
          .getRecordsList()
          .stream()
          .map(SketchRecord::getName)
          .toList();
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
