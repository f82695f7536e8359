package io.resketch.benchmarks.recovery;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.benchmarks.ServerProcess;
import io.resketch.client.Pair;
import io.resketch.client.PairCorpus;
import io.resketch.client.RecoveryStatus;
import io.resketch.client.ResketchClient;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.PredictionCheck;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveredObject;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A job over many pairs by a worker of little memory: what it takes, for a tenth of the pairs and
 * for all, and how well the network that was found predicts all of them.
 */
final class StreamReport {
  private static final int DIMENSION = 1024;
  private static final int SEED = 1;
  private static final int DRAWN_AT_ONCE = 4096;
  private static final ThreadLocal<TeacherNetwork> TEACHERS =
      ThreadLocal.withInitial(
          () ->
              new TeacherNetwork(
                  new TeacherNetwork.Settings(3, List.of(2, 1), 16, 4, 3, true, SEED),
                  new SketchSpec(DIMENSION, 16, SEED + 7)));

  private final TeacherNetwork teacher = TEACHERS.get();
  private final ResketchClient client;
  private final String server;
  private final Path directory;
  private final String heap;

  private StreamReport(ResketchClient client, String server, Path directory, String heap) {
    this.client = client;
    this.server = server;
    this.directory = directory;
    this.heap = heap;
  }

  /** Arguments: a folder to work in, number of pairs, heap of the worker, machine. */
  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "data-");
    long pairs = Long.parseLong(args[1]);
    try (ServerProcess process = ServerProcess.start(directory.resolve("data"), "512m");
        ResketchClient client = ResketchClient.connect(process.address())) {
      System.out.printf("%s; heap of the worker %s%n%n", args[3], args[2]);
      System.out.println(
          "| pairs | appended a second | learned from | sample, s | recovery, s | all pairs, s |"
              + " resident, MB | heap, MB | columns | exact | objects | edges | error | predicted |");
      System.out.println("|" + " --- |".repeat(14));
      PairCorpus corpus =
          client
              .recovery()
              .createCorpus("stream", TEACHERS.get().inputSizes(), DIMENSION, Optional.empty());
      StreamReport report = new StreamReport(client, process.address(), directory, args[2]);
      report.row(corpus, 0, pairs / 10);
      report.row(corpus, pairs / 10, pairs);
    }
  }

  private void row(PairCorpus corpus, long from, long to) throws IOException {
    long began = System.nanoTime();
    corpus.append(pairs(from, to), Optional.empty(), sum -> {});
    double appended = (to - from) / ((System.nanoTime() - began) / 1e9);
    try (WorkerProcess worker = new WorkerProcess(server, heap, directory)) {
      RecoveryStatus ended =
          corpus.recover(RecoveryParameters.newBuilder().setNonnegative(true).build()).await();
      RecoveredNetwork network = client.recovery().describeNetwork(ended.result().getNetwork());
      double whole =
          Durations.toMillis(
                  Timestamps.between(ended.job().getStartTime(), ended.job().getEndTime()))
              / 1e3;
      double learning = start(network, "row space");
      double checking = start(network, "all pairs");
      PredictionCheck check = network.getPredictionCheck();
      System.out.printf(
          Locale.ROOT,
          "| %,d | %,.0f | %,d | %.0f | %.0f | %.0f | %d | %d | %d of %d | %d | %d of %d | %d of"
              + " %d | %.1e | %.6g %% |%n",
          check.getPairCount(),
          appended,
          network.getPairCount(),
          learning,
          checking - learning,
          whole - checking,
          worker.resident() / 1_000_000,
          worker.heap() / 1_000_000,
          network.getColumnCount(),
          teacher.columns().length,
          network.getExactColumnCount(),
          network.getObjectsCount(),
          teacher.objects() - teacher.inputSizes().size(),
          network.getObjectsList().stream().mapToInt(RecoveredObject::getInputsCount).sum(),
          IntStream.range(0, teacher.objects()).map(o -> teacher.inputs(o).size()).sum(),
          check.getRelativeError(),
          100 * check.getPredictedShare());
    }
  }

  private static double start(RecoveredNetwork network, String name) {
    RecoveryStage stage =
        network.getStagesList().stream()
            .filter(one -> one.getStage().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("there was no stage " + name));
    return Durations.toMillis(stage.getStart()) / 1e3;
  }

  /** Drawn while they are sent, on all processors. */
  private static Iterator<Pair> pairs(long from, long to) {
    return LongStream.iterate(from, first -> first < to, first -> first + DRAWN_AT_ONCE)
        .boxed()
        .flatMap(first -> drawn(first, Math.min(to, first + DRAWN_AT_ONCE)).stream())
        .iterator();
  }

  private static List<Pair> drawn(long from, long to) {
    int p = TEACHERS.get().inputSizes().stream().mapToInt(Integer::intValue).sum();
    return LongStream.range(from, to)
        .parallel()
        .mapToObj(
            i -> {
              TeacherNetwork.Pair pair = TEACHERS.get().pair(new SplittableRandom(i));
              return new Pair(Arrays.copyOf(pair.attributes(), p), pair.sketch().toArray());
            })
        .toList();
  }
}
