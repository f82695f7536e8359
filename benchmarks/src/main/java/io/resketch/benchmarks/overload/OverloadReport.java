package io.resketch.benchmarks.overload;

import io.grpc.ManagedChannel;
import io.resketch.benchmarks.Scenes;
import io.resketch.benchmarks.ServerProcess;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.Computation;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * What 200 clients get of a server process with a small heap, beside what one client gets of it
 * alone: puts, each of a run to be sketched and stored, and searches that scan 2,000 sketches.
 */
final class OverloadReport {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final int SCENES = 1000;
  private static final int STORED = 2000;
  private static final double WARM_UP_SECONDS = 8;
  private static final int ROUNDS = 4;

  private final ServerProcess server;
  private final int clients;
  private final double seconds;
  private final List<Computation> scenes = new ArrayList<>();

  private OverloadReport(ServerProcess server, int clients, double seconds) {
    this.server = server;
    this.clients = clients;
    this.seconds = seconds;
    Scenes random = Scenes.gaussian("m", new Random(1));
    for (int i = 0; i < SCENES; i++) {
      scenes.add(Graphs.computation(random.draw().graph()));
    }
  }

  /** Arguments: a folder to work in, number of clients, heap of the server, seconds of a load. */
  public static void main(String[] args) throws Exception {
    Path data = Files.createTempDirectory(Path.of(args[0]), "data-");
    try (ServerProcess server = ServerProcess.start(data, args[2])) {
      new OverloadReport(server, Integer.parseInt(args[1]), Double.parseDouble(args[3]))
          .run(args[2], args[4]);
      server.kill();
    }
  }

  private static void create(ManagedChannel channel, String id) {
    var unused =
        CollectionServiceGrpc.newBlockingStub(channel)
            .createCollection(
                CreateCollectionRequest.newBuilder()
                    .setCollectionId(id)
                    .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
                    .build());
  }

  /** To a collection of its own, which stays below the size from which it is indexed. */
  private Load.Call put(String phase) {
    create(server.channel(), phase);
    return (channel, client, number) -> put(channel, phase, client + "-" + number);
  }

  private void put(ManagedChannel channel, String collection, String id) {
    Computation scene = scenes.get((id.hashCode() & Integer.MAX_VALUE) % SCENES);
    var unused =
        RepositoryServiceGrpc.newBlockingStub(channel)
            .put(
                PutRequest.newBuilder()
                    .setParent("collections/" + collection)
                    .setItem(PutItem.newBuilder().setComputation(scene.toBuilder().setId(id)))
                    .build());
  }

  private static Load.Call search() {
    return (channel, client, number) -> {
      String id = "run-" + (client * 31 + number) % STORED;
      var unused =
          RepositoryServiceGrpc.newBlockingStub(channel)
              .search(
                  SearchRequest.newBuilder()
                      .setParent("collections/searched")
                      .setSketchName("collections/searched/sketches/" + id)
                      .setK(10)
                      .build());
    };
  }

  private void run(String heap, String machine) throws Exception {
    ManagedChannel channel = server.channel();
    create(channel, "searched");
    for (int i = 0; i < STORED; i++) {
      put(channel, "searched", "run-" + i);
    }
    System.out.printf("%s; heap of the server %s, %d clients%n%n", machine, heap, clients);
    System.out.println(
        "| call | clients | answered a second | refused | p50, ms | p99, ms | p99 over idle |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    compare("put", this::put);
    compare("search", phase -> search());
    System.out.printf(Locale.ROOT, "%nresident at most %d MB%n", server.resident() / 1_000_000);
  }

  /** One client and many in turns, so that both feel the same other work on the machine. */
  private void compare(String name, Function<String, Load.Call> calls)
      throws InterruptedException, ExecutionException {
    Load.run(server, 4, WARM_UP_SECONDS, calls.apply("few"));
    Load.run(server, clients, WARM_UP_SECONDS, calls.apply("crowd"));
    Load.Outcome idle = Load.Outcome.NONE;
    Load.Outcome loaded = Load.Outcome.NONE;
    for (int round = 0; round < ROUNDS; round++) {
      idle = idle.and(Load.run(server, 1, seconds, calls.apply("idle" + round)));
      loaded = loaded.and(Load.run(server, clients, seconds, calls.apply("load" + round)));
    }
    report(name, 1, idle, idle);
    report(name, clients, loaded, idle);
  }

  private static void report(String call, int clients, Load.Outcome seen, Load.Outcome idle) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %.0f | %.1f %% | %.2f | %.2f | %.1f |%n",
        call,
        clients,
        seen.answeredPerSecond(),
        100 * seen.refusedShare(),
        seen.millis(0.5),
        seen.millis(0.99),
        seen.millis(0.99) / idle.millis(0.99));
  }
}
