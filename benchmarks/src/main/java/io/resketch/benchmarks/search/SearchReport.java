package io.resketch.benchmarks.search;

import io.grpc.stub.StreamObserver;
import io.resketch.benchmarks.ServerProcess;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fills a server with frames over gRPC, searches it, kills it and starts it again. Prints a table
 * and writes the sketches for {@code compare.py}.
 */
public final class SearchReport {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final String PARENT = "collections/frames";
  private static final long SEED = 20261124;
  private static final int STREAMS = 4;
  private static final int WINDOW = 16;
  private static final int K = 10;
  private static final int QUERIES = 1000;
  private static final int EXACT_QUERIES = 100;
  private static final int EXACT_QUERIES_OF_MANY = 30;
  private static final int MANY = 500_000;
  private static final int WARM_UP = 2000;
  private static final int CANDIDATES = 100;

  /** Graphs that a merged index has at most. */
  private static final int MERGED = 2;

  private final Frames frames = new Frames(SEED);
  private final Path folder;
  private final int count;
  private final String heap;

  /** Seconds from sending each to its acknowledgement. */
  private final double[] puts;

  private SearchReport(Path folder, int count, String heap) {
    this.folder = folder;
    this.count = count;
    this.heap = heap;
    this.puts = new double[count];
  }

  /** Arguments: a folder, the number of sketches, the server's heap, the machine. */
  public static void main(String[] args) throws Exception {
    System.out.printf("%s, heap %s%n%n", args[3], args[2]);
    new SearchReport(Path.of(args[0]), Integer.parseInt(args[1]), args[2]).run();
  }

  private static void row(String what, String format, Object... values) {
    System.out.printf("| %s | %s |%n", what, String.format(Locale.ROOT, format, values));
    System.out.flush();
  }

  private void run() throws Exception {
    writeSketches("base.f32", 0, count);
    writeSketches("queries.f32", count, QUERIES);
    Path data = Files.createTempDirectory(folder, "data-");
    System.out.printf("| %,d sketches of d = %,d | |%n| --- | --- |%n", count, SPEC.dimension());
    try (ServerProcess server = ServerProcess.start(data, heap)) {
      create(server);
      long began = System.nanoTime();
      fill(server);
      double seconds = seconds(began);
      row("put by " + STREAMS + " streams", "%,.0f a second", count / seconds);
      latencies("until a put of " + STREAMS * WINDOW + " on the way is acknowledged", puts);
      awaitIndex(server);
      row("until the index had all", "%.0f s after the last put", seconds(began) - seconds);
      long graphs = awaitMerged(server, data);
      row("… and was merged", "%.0f s after the last put", seconds(began) - seconds);
      row("graphs of the index", "%d", graphs);
      searches(server);
      row(
          "heap in use, resident",
          "%.0f MB, %.0f MB",
          server.heap() / 1e6,
          server.resident() / 1e6);
      server.kill();
    }
    long began = System.nanoTime();
    try (ServerProcess server = ServerProcess.start(data, heap)) {
      row("start after the kill until it serves", "%.1f s", seconds(began));
      SearchResponse first = search(server, 0, false);
      String how = first.getExact() ? "by a scan" : "by the index";
      row("… until the first search is answered", "%.1f s, %s", seconds(began), how);
      awaitIndex(server);
      row("… until it searches by the index", "%.1f s", seconds(began));
      server.stop();
    }
    row("bytes a sketch in RocksDB", "%,d", ServerProcess.bytes(data) / count);
    row("bytes a sketch in the index", "%,d", ServerProcess.bytes(index(data)) / count);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private void writeSketches(String name, long from, int n) throws IOException {
    Sketcher sketcher = new Sketcher(SPEC);
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * SPEC.dimension()).order(ByteOrder.LITTLE_ENDIAN);
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 1 << 20))) {
      for (int i = 0; i < n; i++) {
        Sketch sketch = sketcher.sketch(frames.frame(from + i));
        bytes.clear().asFloatBuffer().put(sketch.toArray());
        out.write(bytes.array());
      }
    }
  }

  private static void create(ServerProcess server) {
    CollectionServiceGrpc.newBlockingStub(server.channel())
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setCollectionId("frames")
                .setCollection(
                    Collection.newBuilder()
                        .setSpec(Sketches.spec(SPEC))
                        .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE))
                .build());
  }

  private void fill(ServerProcess server) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread[] streams = new Thread[STREAMS];
    for (int s = 0; s < STREAMS; s++) {
      int first = s;
      streams[s] =
          new Thread(
              () -> {
                try {
                  stream(server, first, failure);
                } catch (InterruptedException | RuntimeException e) {
                  failure.set(e);
                }
              });
      streams[s].start();
    }
    for (Thread stream : streams) {
      stream.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("a stream failed", failure.get());
    }
  }

  /** Puts every {@link #STREAMS}-th frame, at most {@link #WINDOW} on the way. */
  private void stream(ServerProcess server, int first, AtomicReference<Throwable> failure)
      throws InterruptedException {
    Semaphore room = new Semaphore(WINDOW);
    long[] sent = new long[(count - first + STREAMS - 1) / STREAMS];
    StreamObserver<PutStreamRequest> items =
        RepositoryServiceGrpc.newStub(server.channel())
            .putStream(
                new StreamObserver<>() {
                  private int acknowledged;

                  @Override
                  public void onNext(PutStreamResponse ack) {
                    puts[first + STREAMS * acknowledged] = seconds(sent[acknowledged]);
                    acknowledged++;
                    if (ack.getStatus().getCode() != 0) {
                      failure.set(new IllegalStateException(ack.getStatus().getMessage()));
                    }
                    room.release();
                  }

                  @Override
                  public void onError(Throwable e) {
                    failure.set(e);
                    room.release(WINDOW);
                  }

                  @Override
                  public void onCompleted() {}
                });
    for (int i = first; i < count && failure.get() == null; i += STREAMS) {
      PutStreamRequest request =
          PutStreamRequest.newBuilder()
              .setParent(PARENT)
              .setItem(
                  PutItem.newBuilder()
                      .setComputation(
                          Graphs.computation(frames.frame(i)).toBuilder().setId("frame-" + i)))
              .build();
      room.acquire();
      sent[i / STREAMS] = System.nanoTime();
      items.onNext(request);
    }
    room.acquire(WINDOW);
    items.onCompleted();
  }

  private SearchRequest request(int query, boolean exact) {
    return SearchRequest.newBuilder()
        .setParent(PARENT)
        .setComputation(Graphs.computation(frames.frame((long) count + query)))
        .setK(K)
        .setExact(exact)
        .build();
  }

  private SearchResponse search(ServerProcess server, int query, boolean exact) {
    return RepositoryServiceGrpc.newBlockingStub(server.channel()).search(request(query, exact));
  }

  private void awaitIndex(ServerProcess server) throws InterruptedException {
    while (true) {
      long began = System.nanoTime();
      SearchResponse response = search(server, 0, false);
      if (!response.getExact() && response.getScanned() <= CANDIDATES) {
        return;
      }
      Thread.sleep((long) (200 + 1e4 * seconds(began))); // a search that scans is work
    }
  }

  /** Returns how many graphs are left; the server merges some time after the last change. */
  private static long awaitMerged(ServerProcess server, Path data)
      throws IOException, InterruptedException {
    long graphs;
    do {
      server.awaitQuiet();
      try (Stream<Path> files = Files.list(index(data))) {
        graphs = files.filter(file -> file.toString().endsWith(".si")).count();
      }
    } while (graphs > MERGED);
    return graphs;
  }

  private static Path index(Path data) {
    return data.resolve("index").resolve("frames");
  }

  private void searches(ServerProcess server) throws IOException {
    for (int query = 0; query < WARM_UP; query++) {
      search(server, query, false);
    }
    double[] approximate = new double[QUERIES];
    List<Set<String>> answers = new ArrayList<>();
    Duration before = server.cpu();
    for (int query = 0; query < QUERIES; query++) {
      long began = System.nanoTime();
      SearchResponse answer = search(server, query, false);
      approximate[query] = seconds(began);
      answers.add(names(answer));
    }
    double cpu = server.cpu().minus(before).toMillis() / (double) QUERIES;
    writeAnswers(answers);
    double[] exact = new double[count < MANY ? EXACT_QUERIES : EXACT_QUERIES_OF_MANY];
    double found = 0;
    for (int query = 0; query < exact.length; query++) {
      long began = System.nanoTime();
      Set<String> truth = names(search(server, query, true));
      exact[query] = seconds(began);
      truth.retainAll(answers.get(query));
      found += truth.size();
    }
    latencies("search by the index", approximate);
    row("… of the server's processor time", "%.2f ms on average", cpu);
    latencies("exact scan", exact);
    row("recall@" + K, "%.4f over %d searches", found / K / exact.length, exact.length);
  }

  /** One line of numbers of frames a query, for {@code compare.py}. */
  private void writeAnswers(List<Set<String>> answers) throws IOException {
    List<String> lines =
        answers.stream()
            .map(
                names ->
                    names.stream()
                        .map(name -> name.substring(name.lastIndexOf('-') + 1))
                        .collect(Collectors.joining(" ")))
            .toList();
    Files.write(folder.resolve("answers.txt"), lines);
  }

  private static Set<String> names(SearchResponse response) {
    return response.getHitsList().stream()
        .map(hit -> hit.getRecord().getName())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void latencies(String what, double[] seconds) {
    Arrays.sort(seconds);
    row(
        what + ", p50, p99",
        "%.2f ms, %.2f ms",
        1e3 * seconds[seconds.length / 2],
        1e3 * seconds[seconds.length * 99 / 100]);
  }
}
