package io.resketch.benchmarks.search;

import io.resketch.benchmarks.ServerProcess;
import io.resketch.client.PutItem;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Searches of each that are timed. */
  private static final int[] TIMED = {200, 60, 20};

  private static final int WARM_UP = 300;
  private static final double NEAR_SHARE = 0.95;

  /** Of each kind: frames that are not stored, and frames like the copied one. */
  private static final int QUERIES = 10;

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

  /**
   * Arguments: a folder, the number of sketches, then with commas dimensions, shares of copies and
   * noises of near copies; the server's heap, the machine.
   */
  public static void main(String[] args) throws Exception {
    System.out.printf("%s, heap %s, %s sketches%n%n", args[6], args[5], args[1]);
    System.out.println(
        "| d | copies | noise | queries | recall@10 | @100 | @1,000 | processor time@10, ms | @100"
            + " | @1,000 | as often without copies, @10 | @100 | @1,000 | by a scan |");
    System.out.println("| --- ".repeat(14) + "|");
    for (double dimension : numbers(args[2])) {
      Path data = Files.createTempDirectory(Path.of(args[0]), "data-");
      try (ServerProcess server = ServerProcess.start(data, args[5])) {
        new CopiesReport(server, Integer.parseInt(args[1]))
            .report((int) dimension, numbers(args[3]), numbers(args[4]));
        server.kill();
      }
    }
  }

  private static double[] numbers(String list) {
    return list.isEmpty()
        ? new double[0]
        : Arrays.stream(list.split(",")).mapToDouble(Double::parseDouble).toArray();
  }

  private void report(int dimension, double[] shares, double[] noises) throws InterruptedException {
    Mix distinct = new Mix(dimension, 0, 0);
    List<SearchRequest> others = fill(distinct);
    for (int i = 0; i < WARM_UP; i++) {
      search(others.get(i % QUERIES), HITS[0], false);
    }
    double[] without = row(distinct, "others", others, null);
    List<Mix> mixes = new ArrayList<>();
    for (double share : shares) {
      mixes.add(new Mix(dimension, share, 0));
    }
    for (double noise : noises) {
      mixes.add(new Mix(dimension, NEAR_SHARE, noise));
    }
    for (Mix mix : mixes) {
      row(mix, "others", fill(mix), without);
      row(mix, "like the copies", queries(mix, true), without);
    }
  }

  private List<SearchRequest> queries(Mix mix, boolean likeCopies) {
    return IntStream.range(count, count + QUERIES)
        .mapToObj(i -> query(mix, likeCopies ? copy(mix, i) : frames.frame(1L + i)))
        .toList();
  }

  /** Returns the processor times. */
  private double[] row(Mix mix, String kind, List<SearchRequest> queries, double[] without) {
    double[] recall = new double[HITS.length];
    int scans = 0;
    for (SearchRequest query : queries) {
      scans += addRecall(query, recall);
    }
    double[] times = new double[HITS.length];
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %,d | %.0f %% | %s | %s ",
                mix.dimension(),
                100 * mix.share(),
                mix.noise(),
                kind));
    for (double sum : recall) {
      out.append(String.format(Locale.ROOT, "| %.4f ", sum / queries.size()));
    }
    for (int h = 0; h < HITS.length; h++) {
      times[h] = processorTime(queries, h);
      out.append(String.format(Locale.ROOT, "| %.2f ", times[h]));
    }
    for (int h = 0; h < HITS.length; h++) {
      out.append(
          without == null ? "| " : String.format(Locale.ROOT, "| %.2f ", times[h] / without[h]));
    }
    double scanned = 100.0 * scans / queries.size() / HITS.length;
    System.out.println(out.append(String.format(Locale.ROOT, "| %.0f %% |", scanned)));
    System.out.flush();
    return times;
  }

  /** Returns queries unlike the copies, once the index has all. */
  private List<SearchRequest> fill(Mix mix) throws InterruptedException {
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
    List<SearchRequest> queries = queries(mix, false);
    awaitIndex(queries.get(0));
    return queries;
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

  /** Returns how many answers came by a scan. */
  private int addRecall(SearchRequest query, double[] recall) {
    SearchResponse truth = search(query, HITS[HITS.length - 1], true);
    int scans = 0;
    for (int h = 0; h < HITS.length; h++) {
      int k = Math.min(HITS[h], truth.getHitsCount());
      double last = truth.getHits(k - 1).getSimilarity() - ROUNDING;
      SearchResponse answer = search(query, HITS[h], false);
      scans += answer.getExact() ? 1 : 0;
      long right =
          answer.getHitsList().stream()
              .filter(hit -> hit.getSimilarity() >= last)
              .map(hit -> hit.getRecord().getName())
              .distinct()
              .count();
      recall[h] += (double) right / k;
    }
    return scans;
  }

  /** Of the server for a search, in milliseconds: other work on the machine does not count. */
  private double processorTime(List<SearchRequest> queries, int h) {
    Duration before = server.cpu();
    for (int i = 0; i < TIMED[h]; i++) {
      search(queries.get(i % queries.size()), HITS[h], false);
    }
    return server.cpu().minus(before).toMillis() / (double) TIMED[h];
  }
}
