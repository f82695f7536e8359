package io.resketch.benchmarks;

import static io.resketch.benchmarks.SketchBenchmark.BLOCKS_PER_COLUMN;
import static io.resketch.benchmarks.SketchBenchmark.SEED;

import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * Times one sketch of the tree by the product, by the C program of {@code benchmarks/native} and by
 * the literal form in EJML, in turns within one run, after checking that the C program's sketches
 * have the product's bits. Prints a table and writes it as JSON.
 */
public final class NativeReport {
  private static final int DIMENSION = 4096;
  private static final int ROUNDS = 5;

  /** The orders in which the C program adds columns. */
  private static final String BLOCKS = "blocks";

  private static final String COLUMNS = "columns";

  /** Seconds a round measures each contestant. */
  private static final int SECONDS = 2;

  /** Times of one contestant over the rounds, in microseconds. */
  private record Times(String name, List<Double> least, List<Double> medians) {
    Times(String name) {
      this(name, new ArrayList<>(), new ArrayList<>());
    }

    void add(double min, double median) {
      least.add(min);
      medians.add(median);
    }

    double min() {
      return least.stream().mapToDouble(t -> t).min().orElseThrow();
    }

    double median() {
      double[] sorted = medians.stream().mapToDouble(t -> t).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  private final Path program;
  private final Path folder;

  private NativeReport(Path program, Path folder) {
    this.program = program;
    this.folder = folder;
  }

  /**
   * Runs everything.
   *
   * @param arguments the C program, a folder for files, a description of the machine
   */
  public static void main(String[] arguments) throws Exception {
    new NativeReport(Path.of(arguments[0]), Path.of(arguments[1])).run(arguments[2]);
  }

  private void run(String machine) throws IOException, InterruptedException, RunnerException {
    compare(Trees.placedTree(1), 0.5);
    compare(Trees.placedTree(1), 0.8125);
    compare(Trees.placedTree(1), 0.25);
    Computation tree = Trees.tree(1);
    compare(tree, SketchSpec.DEFAULT_TRANSPARENCY); // last: this graph is timed
    System.out.println(
        "The C program, in both orders, and the product made the same floats of four sketches.");

    Times blocks = new Times("C, columns filed by block");
    Times columns = new Times("C, columns in order");
    Times vector = new Times("Java, Vector API");
    Times plain = new Times("Java, plain");
    Times literal = new Times("Java, literal form in EJML");
    for (int round = 1; round <= ROUNDS; round++) {
      add(blocks, nativeRun(BLOCKS, SketchSpec.DEFAULT_TRANSPARENCY, SECONDS));
      add(columns, nativeRun(COLUMNS, SketchSpec.DEFAULT_TRANSPARENCY, SECONDS));
      add(vector, jmh("blockSparse", 1));
      add(plain, jmh("blockSparsePlain", 1));
      System.out.println("round " + round + " of " + ROUNDS);
    }
    add(literal, jmh("literalDense", ROUNDS));
    Sketcher sketcher = sketcher(SketchSpec.DEFAULT_TRANSPARENCY);
    long allocated = allocated(() -> sketcher.sketch(tree));
    Sketch result = sketcher.sketch(tree);
    long copied = allocated(() -> result.truncate(DIMENSION));
    List<Times> all = List.of(blocks, columns, vector, plain, literal);
    System.out.println(table(all, machine));
    System.out.printf(
        Locale.ROOT,
        "Java, Vector API, allocates %,d bytes a sketch, %,d beyond the result.%n",
        allocated,
        allocated - copied);
    Files.writeString(folder.resolve("native.json"), json(all, machine, allocated, copied));
  }

  /** Leaves the graph for the C program, and fails where it makes other floats of it. */
  private void compare(Computation graph, double transparency)
      throws IOException, InterruptedException {
    GraphFile.write(folder.resolve("graph.bin"), graph);
    byte[] ours = bytes(sketcher(transparency).sketch(graph));
    for (String order : List.of(BLOCKS, COLUMNS)) {
      nativeRun(order, transparency, 0.1);
      byte[] theirs = Files.readAllBytes(folder.resolve("sketch.bin"));
      int difference = Arrays.mismatch(ours, theirs);
      if (difference >= 0) {
        throw new IllegalStateException(
            order
                + ", transparency "
                + transparency
                + ": sketches differ at float "
                + difference / 4);
      }
    }
  }

  private static Sketcher sketcher(double transparency) {
    SketchSpec spec = new SketchSpec(DIMENSION, BLOCKS_PER_COLUMN, SEED);
    return new Sketcher(spec.withTransparency(transparency));
  }

  /** Bytes that a call allocates once it is compiled; the result's own among them. */
  private static long allocated(Supplier<Sketch> call) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    float sink = 0;
    for (int i = 0; i < 20_000; i++) {
      long before = threads.getThreadAllocatedBytes(thread);
      sink += call.get().value(0);
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    if (Float.isNaN(sink)) {
      throw new IllegalStateException("a sketch is not a number");
    }
    return least;
  }

  private static byte[] bytes(Sketch sketch) {
    ByteBuffer out = ByteBuffer.allocate(4 * DIMENSION).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : sketch.toArray()) {
      out.putFloat(value);
    }
    return out.array();
  }

  /** Least and median nanoseconds of a sketch by the C program, which adds in this order. */
  private double[] nativeRun(String order, double transparency, double seconds)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                order,
                folder.resolve("graph.bin").toString(),
                Integer.toString(DIMENSION),
                Integer.toString(BLOCKS_PER_COLUMN),
                Long.toUnsignedString(SEED),
                Double.toString(transparency),
                Double.toString(seconds),
                folder.resolve("sketch.bin").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Scanner words = new Scanner(process.getInputStream(), StandardCharsets.UTF_8);
    double[] times = new double[2];
    for (int i = 0; i < times.length && words.hasNextLong(); i++) {
      times[i] = words.nextLong();
    }
    if (process.waitFor() != 0) {
      throw new IOException(program + " failed");
    }
    return times;
  }

  /**
   * One fork. It takes its options from the benchmark alone: this JVM has the Vector API, plain
   * Java must not.
   */
  private static RunResult jmh(String method, int iterations) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("SketchBenchmark\\." + method + "$")
            .param("dimension", Integer.toString(DIMENSION))
            .mode(Mode.SampleTime)
            .warmupIterations(2)
            .warmupTime(TimeValue.seconds(SECONDS))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.seconds(SECONDS))
            .forks(1)
            .jvmArgs()
            .verbosity(VerboseMode.SILENT)
            .build();
    return new Runner(options).runSingle();
  }

  private static void add(Times times, double[] nanoseconds) {
    times.add(nanoseconds[0] / 1e3, nanoseconds[1] / 1e3);
  }

  private static void add(Times times, RunResult result) {
    Statistics milliseconds = result.getPrimaryResult().getStatistics();
    times.add(1e3 * milliseconds.getMin(), 1e3 * milliseconds.getPercentile(50));
  }

  private String table(List<Times> all, String machine) {
    StringBuilder out = new StringBuilder();
    Times first = all.get(0);
    Times literal = all.get(all.size() - 1);
    out.append("\n").append(machine).append("; d = ").append(DIMENSION).append("\n\n");
    out.append("| one sketch of the tree | least, µs | median, µs | least over the first | ");
    out.append("median over the first | least, literal form over it |\n");
    out.append("| --- | --- | --- | --- | --- | --- |\n");
    for (Times times : all) {
      out.append(
          String.format(
              Locale.ROOT,
              "| %s | %,.0f | %,.0f | %,.2f | %,.2f | %,.0f |%n",
              times.name(),
              times.min(),
              times.median(),
              times.min() / first.min(),
              times.median() / first.median(),
              literal.min() / times.min()));
    }
    return out.toString();
  }

  private static String json(List<Times> all, String machine, long allocated, long copied) {
    List<String> rows = new ArrayList<>();
    for (Times times : all) {
      rows.add(
          String.format(
              Locale.ROOT,
              "{\"name\": \"%s\", \"least_us\": %.1f, \"median_us\": %.1f}",
              times.name(),
              times.min(),
              times.median()));
    }
    return String.format(
        Locale.ROOT,
        "{\"machine\": \"%s\", \"dimension\": %d, \"allocated_bytes\": %d, \"result_bytes\": %d, \"rows\": [%n%s%n]}%n",
        machine,
        DIMENSION,
        allocated,
        copied,
        String.join(",\n", rows));
  }
}
