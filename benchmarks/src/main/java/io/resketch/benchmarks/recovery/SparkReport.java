package io.resketch.benchmarks.recovery;

import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.EngineProvider;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.IntStream;

/**
 * The same recovery on a Spark cluster of one and of two workers of one core, in turns, each after
 * one of the first size that has the executors compile what runs: seconds of every stage, and those
 * in which executors were at work.
 */
final class SparkReport {
  private static final List<String> STAGES =
      List.of("row space", "columns and codes", "dictionary", "wiring");

  /** Takes the time in which parts run elsewhere. */
  private static final class Timed implements DataParallel {
    private final DataParallel engine;
    private final List<Double> seconds = new ArrayList<>();

    Timed(DataParallel engine) {
      this.engine = engine;
    }

    @Override
    public <A, B> List<B> map(List<A> parts, Task<A, B> task) {
      long began = System.nanoTime();
      List<B> out = engine.map(parts, task);
      seconds.add((System.nanoTime() - began) / 1e9);
      return out;
    }
  }

  /** Seconds of the stages, and of every map of parts, which are the same in every run. */
  private record Run(List<Double> stages, double whole, List<Double> maps, int columns) {
    double parts() {
      return maps.stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private final Path jars;
  private final Path folder;
  private final int seed;
  private final PairSample first;
  private final PairSample pairs;
  private int clusters;

  private SparkReport(Path jars, Path folder, int seed, int size) {
    this.jars = jars;
    this.folder = folder;
    this.seed = seed;
    Shape shape = RecoveryReport.SIZES.get(size - 1);
    this.first = new Trial(RecoveryReport.SIZES.get(0), seed).sample();
    this.pairs = new Trial(shape, seed).sample();
  }

  /** Arguments: folder of Spark's jars, a folder to work in, seed, size, rounds, machine. */
  public static void main(String[] args) throws Exception {
    System.setProperty("spark.driver.host", "127.0.0.1");
    System.setProperty("spark.executor.memory", "1g");
    Path folder = Files.createTempDirectory(Path.of(args[1]), "spark-");
    System.out.printf("%s; seed %s, size %s%n%n", args[5], args[2], args[3]);
    System.out.println(
        "| workers | columns | " + String.join(" | ", STAGES) + " | whole, s | in parts, s |");
    System.out.println("|" + " --- |".repeat(STAGES.size() + 4));
    new SparkReport(Path.of(args[0]), folder, Integer.parseInt(args[2]), Integer.parseInt(args[3]))
        .compare(Integer.parseInt(args[4]));
  }

  private void compare(int rounds) throws Exception {
    List<Run> one = new ArrayList<>();
    List<Run> two = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      one.add(run(1));
      two.add(run(2));
    }
    double oneParts = leastParts(one);
    double twoParts = leastParts(two);
    double oneSerial = leastSerial(one);
    double twoSerial = leastSerial(two);
    System.out.printf(
        Locale.ROOT,
        "%nleast over the rounds of every map of parts, and of all else: one worker %.1f s and"
            + " %.1f s, two %.1f s and %.1f s; ratio of the parts %.2f, of the whole %.2f%n",
        oneParts,
        oneSerial,
        twoParts,
        twoSerial,
        oneParts / twoParts,
        (oneParts + oneSerial) / (twoParts + twoSerial));
  }

  /** Of every map what other work on the machine added the least to. */
  private static double leastParts(List<Run> runs) {
    return IntStream.range(0, runs.get(0).maps().size())
        .mapToDouble(i -> runs.stream().mapToDouble(run -> run.maps().get(i)).min().orElseThrow())
        .sum();
  }

  private static double leastSerial(List<Run> runs) {
    return runs.stream().mapToDouble(run -> run.whole() - run.parts()).min().orElseThrow();
  }

  private Run run(int workers) throws Exception {
    Path home = Files.createDirectories(folder.resolve("cluster-" + clusters++));
    EngineProvider spark =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals("spark"))
            .findFirst()
            .orElseThrow();
    try (SparkCluster cluster = new SparkCluster(jars, home, workers);
        EngineProvider.Engine engine = spark.open(cluster.url())) {
      cluster.awaitExecutors();
      recover(first, engine);
      Run run = recover(pairs, engine);
      System.out.printf(Locale.ROOT, "| %d | %d |", workers, run.columns());
      run.stages().forEach(seconds -> System.out.printf(Locale.ROOT, " %.1f |", seconds));
      System.out.printf(Locale.ROOT, " %.1f | %.1f |%n", run.whole(), run.parts());
      return run;
    }
  }

  private Run recover(PairSample pairs, DataParallel engine) {
    Timed timed = new Timed(engine);
    Map<String, Long> starts = new LinkedHashMap<>();
    long began = System.nanoTime();
    RecoveredNetwork network =
        NetworkRecovery.recover(
            pairs,
            new RecoveryOptions(true, 0.1, seed),
            timed,
            (stage, done, all) ->
                starts.putIfAbsent(
                    stage.equals("row space") && done == all ? "columns and codes" : stage,
                    System.nanoTime()),
            Checkpoints.none());
    long ended = System.nanoTime();
    List<Double> stages =
        IntStream.range(0, STAGES.size())
            .mapToObj(
                i ->
                    ((i + 1 < STAGES.size() ? starts.get(STAGES.get(i + 1)) : ended)
                            - starts.get(STAGES.get(i)))
                        / 1e9)
            .toList();
    return new Run(stages, (ended - began) / 1e9, timed.seconds, network.columns());
  }
}
