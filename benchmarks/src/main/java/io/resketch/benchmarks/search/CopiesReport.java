package io.resketch.benchmarks.search;

import io.resketch.benchmarks.ServerProcess;
import io.resketch.client.PutItem;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Searches collections of which a share are copies of one frame, or near copies, and compares the
 * answers with the scan: recall and time, beside a collection of the same size without copies. The
 * frames are those of {@link Frames}.
 */
public final class CopiesReport {
  private static final long SEED = 20261130;
  private static final int[] HITS = {10, 100, 1000};
  private static final double[] SHARES = {0.2, 0.5, 0.9, 0.95, 0.99};
  private static final double[] NOISES = {1e-3, 1e-2, 1e-1};
  private static final double NEAR_SHARE = 0.95;

  /** Of each kind: frames that are not stored, and frames like the copied one. */
  private static final int QUERIES = 20;

  private static final int ROUNDS = 5;

  /** Sketches that a search compares at most that nothing is similar enough for. */
  private static final int LEAST = 100;

  /** A hit is right if its similarity is no further below that of the last right one. */
  private static final double ROUNDING = 1e-9;

  private final Frames frames = new Frames(SEED);
  private final ServerProcess server;
  private final int count;

  private CopiesReport(ServerProcess server, int count) {
    this.server = server;
    this.count = count;
  }

  /**
   * What a collection holds.
   *
   * @param noise of the copies' attributes, for their norm
   */
  private record Mix(int dimension, double share, double noise) {
    String id() {
      return String.format(Locale.ROOT, "d%d-%.0f-%.0f", dimension, 100 * share, 1e6 * noise);
    }
  }

  /** Arguments: a folder, the number of sketches, dimensions with commas, heap, the machine. */
  public static void main(String[] args) throws Exception {
    System.out.printf("%s, heap %s, %s sketches%n%n", args[4], args[3], args[1]);
    System.out.println(
        "| d | copies | noise | recall@10 | @100 | @1,000 | time@10, ms | @100 | @1,000 |"
            + " times that without copies, @10 | @100 | @1,000 | by a scan |");
    System.out.println("| --- ".repeat(13) + "|");
    for (String dimension : args[2].split(",")) {
      Path data = Files.createTempDirectory(Path.of(args[0]), "data-");
      try (ServerProcess server = ServerProcess.start(data, args[3])) {
        new CopiesReport(server, Integer.parseInt(args[1])).report(Integer.parseInt(dimension));
        server.kill();
      }
    }
  }

  private void report(int dimension) throws InterruptedException {
    double[] without = row(new Mix(dimension, 0, 0), null);
    for (double share : SHARES) {
      row(new Mix(dimension, share, 0), without);
    }
    for (double noise : NOISES) {
      row(new Mix(dimension, NEAR_SHARE, noise), without);
    }
  }

  /** Returns the times. */
  private double[] row(Mix mix, double[] without) throws InterruptedException {
    fill(mix);
    List<SearchRequest> queries = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      queries.add(query(mix, frames.frame((long) count + 1 + i)));
      if (mix.share() > 0) {
        queries.add(query(mix, copy(mix, count + i)));
      }
    }
    awaitIndex(queries.get(0));
    double[] recall = new double[HITS.length];
    int[] scans = new int[1];
    Arrays.fill(recall, 1);
    for (int kind = 0; kind < (mix.share() > 0 ? 2 : 1); kind++) {
      double[] ofKind = new double[HITS.length];
      for (int i = kind; i < queries.size(); i += mix.share() > 0 ? 2 : 1) {
        addRecall(queries.get(i), ofKind, scans);
      }
      for (int h = 0; h < HITS.length; h++) {
        recall[h] = Math.min(recall[h], ofKind[h] / QUERIES);
      }
    }
    double[] times = new double[HITS.length];
    for (int h = 0; h < HITS.length; h++) {
      times[h] = median(queries, HITS[h]);
    }
    print(mix, recall, times, without, (double) scans[0] / queries.size() / HITS.length);
    return times;
  }

  private static void print(
      Mix mix, double[] recall, double[] times, double[] without, double scans) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "| %,d | %.0f %% | %.0e ",
            mix.dimension(),
            100 * mix.share(),
            mix.noise()));
    for (double one : recall) {
      out.append(String.format(Locale.ROOT, "| %.4f ", one));
    }
    for (double one : times) {
      out.append(String.format(Locale.ROOT, "| %.2f ", one));
    }
    for (int h = 0; h < HITS.length; h++) {
      out.append(
          without == null ? "| " : String.format(Locale.ROOT, "| %.2f ", times[h] / without[h]));
    }
    System.out.println(out.append(String.format(Locale.ROOT, "| %.0f %% |", 100 * scans)));
    System.out.flush();
  }

  private void fill(Mix mix) {
    Random random = new Random(SEED);
    try (ResketchClient client = ResketchClient.connect(server.address())) {
      SketchCollection collection =
          client.createCollection(
              mix.id(),
              new SketchSpec(mix.dimension(), 16, 7),
              SkeletonPolicy.SKELETON_POLICY_NONE);
      collection.putAll(
          IntStream.range(0, count)
              .mapToObj(
                  i -> {
                    boolean isCopy = random.nextDouble() < mix.share();
                    Computation run = isCopy ? copy(mix, i) : frames.frame(1L + i);
                    return PutItem.of(
                        Graphs.computation(run).toBuilder().setId("frame-" + i).build());
                  }),
          outcome -> {});
    }
  }

  /** The copied frame, with noise of its own in every copy. */
  private Computation copy(Mix mix, long number) {
    Computation copied = frames.frame(0);
    Random noise = new Random(SEED + 17 * number);
    List<Attributes> out = new ArrayList<>();
    for (int i = 0; i < copied.skeleton().size(); i++) {
      Attributes attributes = copied.attributes(i);
      float[] values = new float[attributes.dimension()];
      for (int entry = 0; entry < attributes.entries(); entry++) {
        values[attributes.index(entry)] =
            (float)
                (attributes.value(entry)
                    + mix.noise() * noise.nextGaussian() / Math.sqrt(values.length));
      }
      out.add(Attributes.dense(values));
    }
    return Computation.of(copied.skeleton(), out);
  }

  private static SearchRequest query(Mix mix, Computation run) {
    return SearchRequest.newBuilder()
        .setParent("collections/" + mix.id())
        .setComputation(Graphs.computation(run))
        .build();
  }

  private SearchResponse search(SearchRequest query, int k, boolean exact) {
    return RepositoryServiceGrpc.newBlockingStub(server.channel())
        .search(query.toBuilder().setK(k).setExact(exact).build());
  }

  /** Until the index has all: what it lacks is compared by every search. */
  private void awaitIndex(SearchRequest query) throws InterruptedException {
    SearchResponse answer;
    do {
      Thread.sleep(1000);
      answer = search(query.toBuilder().setMinCosine(1).build(), 1, false);
    } while (answer.getExact() || answer.getScanned() > LEAST);
    server.awaitQuiet();
  }

  private void addRecall(SearchRequest query, double[] recall, int[] scans) {
    SearchResponse truth = search(query, HITS[HITS.length - 1], true);
    for (int h = 0; h < HITS.length; h++) {
      int k = Math.min(HITS[h], truth.getHitsCount());
      double last = truth.getHits(k - 1).getSimilarity() - ROUNDING;
      SearchResponse answer = search(query, HITS[h], false);
      scans[0] += answer.getExact() ? 1 : 0;
      long right = answer.getHitsList().stream().map(SearchHit::getRecord).distinct().count();
      right -= answer.getHitsList().stream().filter(hit -> hit.getSimilarity() < last).count();
      recall[h] += (double) right / k;
    }
  }

  private double median(List<SearchRequest> queries, int k) {
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (SearchRequest query : queries) {
        long began = System.nanoTime();
        search(query, k, false);
        times.add((System.nanoTime() - began) / 1e6);
      }
    }
    times.sort(null);
    return times.get(times.size() / 2);
  }
}
