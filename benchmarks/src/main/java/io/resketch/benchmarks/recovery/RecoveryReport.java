package io.resketch.benchmarks.recovery;

import io.resketch.core.recovery.DataParallel;
import io.resketch.core.spec.Family;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Recovers teacher networks of several sizes and compares with the truth. Prints one row a network.
 */
public final class RecoveryReport {
  static final List<Shape> SIZES =
      List.of(
          new Shape(4, List.of(4, 3), 4096),
          new Shape(4, List.of(4, 3), 2048),
          new Shape(8, List.of(6, 6), 4096),
          new Shape(8, List.of(6, 6), 2048),
          new Shape(2, List.of(2), 512, new Family.Hadamard()),
          new Shape(2, List.of(2), 512, new Family.Dense()),
          new Shape(3, List.of(2, 1), 1024, new Family.Hadamard()),
          new Shape(4, List.of(4, 3), 2048, new Family.Hadamard()),
          new Shape(4, List.of(4, 3), 1024, new Family.Dense()));

  private RecoveryReport() {}

  /**
   * Arguments: the number of seeds, the machine, and which of the sizes, as 1,2; all by default.
   */
  public static void main(String[] args) {
    int seeds = Integer.parseInt(args[0]);
    System.out.printf("%s%n%n", args[1]);
    System.out.println(
        "| family | n | d | pairs | seed | columns | of 1–30 % | of 30–60 % | bit-exact | false | edges | extra"
            + " | held out | predicted | seconds |");
    System.out.println("|" + " --- |".repeat(15));
    ExecutorService executor =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      for (int size = 1; size <= SIZES.size(); size++) {
        if (args.length > 2 && !List.of(args[2].split(",")).contains(Integer.toString(size))) {
          continue;
        }
        for (int seed = 1; seed <= seeds; seed++) {
          Trial trial = new Trial(SIZES.get(size - 1), seed);
          System.out.println(row(trial.run(DataParallel.threads(executor))));
        }
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static String row(Score score) {
    Trial trial = score.trial();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %,d | %,d | %d | %s | %s | %s | %d | %d | %s | %d | %s | %s | %.0f |",
        trial.shape().family().getClass().getSimpleName(),
        trial.columns(),
        trial.shape().dimension(),
        trial.pairs(),
        trial.seed(),
        score.columns(),
        score.columns(0.01, 0.3),
        score.columns(0.3, 0.6),
        score.bitExact(),
        score.falseColumns(),
        score.edgesFound(),
        score.falseEdges(),
        error(OptionalDouble.of(score.heldOut())),
        error(score.predicted()),
        score.seconds());
  }

  private static String error(OptionalDouble error) {
    return error.isEmpty() || Double.isNaN(error.getAsDouble())
        ? "–"
        : String.format(Locale.ROOT, "%.1e", error.getAsDouble());
  }
}
