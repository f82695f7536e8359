package io.resketch.benchmarks.recovery;

import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Recovers teacher networks of several sizes and compares with the truth. Prints one row a network.
 */
public final class RecoveryReport {
  private static final int M = 16;
  private static final int PAIRS_PER_COLUMN = 40;
  private static final double FOUND = 0.99;

  private record Size(int inputs, List<Integer> levels, int dimension) {}

  private static final List<Size> SIZES =
      List.of(
          new Size(4, List.of(4, 3), 4096),
          new Size(4, List.of(4, 3), 2048),
          new Size(8, List.of(6, 6), 4096));

  private RecoveryReport() {}

  /** Arguments: the number of seeds, the machine, and how many of the sizes, all by default. */
  public static void main(String[] args) throws Exception {
    int seeds = Integer.parseInt(args[0]);
    int sizes = args.length > 2 ? Integer.parseInt(args[2]) : SIZES.size();
    System.out.printf("%s%n%n", args[1]);
    System.out.println(
        "| n | d | pairs | seed | columns | of 1–30 % | of 30–60 % | bit-exact | false | edges | extra"
            + " | held out | seconds |");
    System.out.println("|" + " --- |".repeat(13));
    ExecutorService executor =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      for (Size size : SIZES.subList(0, sizes)) {
        for (int seed = 1; seed <= seeds; seed++) {
          System.out.println(new Trial(size, seed).run(executor));
        }
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static final class Trial {
    private final Size size;
    private final int seed;
    private final TeacherNetwork teacher;
    private final int n;
    private final int p;
    private final double[] active;

    Trial(Size size, int seed) {
      this.size = size;
      this.seed = seed;
      this.teacher =
          new TeacherNetwork(
              new TeacherNetwork.Settings(size.inputs(), size.levels(), M, 4, 3, true, seed),
              new SketchSpec(size.dimension(), 16, seed + 1000));
      this.n = teacher.objects() * M;
      this.p = size.inputs() * M;
      this.active = new double[n];
    }

    String run(ExecutorService executor) {
      PairSample pairs = pairs();
      long began = System.nanoTime();
      RecoveredNetwork network =
          NetworkRecovery.recover(
              pairs,
              new RecoveryOptions(true, 0.1, seed),
              DataParallel.threads(executor),
              (stage, done, all) -> {},
              Checkpoints.none());
      double seconds = (System.nanoTime() - began) / 1e9;
      return row(network, seconds);
    }

    private PairSample pairs() {
      int rows = PAIRS_PER_COLUMN * n;
      int d = size.dimension();
      float[] inputs = new float[rows * p];
      float[] sketches = new float[rows * d];
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < rows; i++) {
        TeacherNetwork.Pair pair = teacher.pair(random);
        System.arraycopy(pair.attributes(), 0, inputs, i * p, p);
        System.arraycopy(pair.sketch().toArray(), 0, sketches, i * d, d);
        for (int j = 0; j < n; j++) {
          active[j] += pair.attributes()[j] != 0 ? 1.0 / rows : 0;
        }
      }
      return new PairSample(rows, teacher.inputSizes(), inputs, d, sketches);
    }

    private String row(RecoveredNetwork network, double seconds) {
      double[][] truth = teacher.columns();
      int[] match = new int[network.columns()];
      Set<Integer> found = new TreeSet<>();
      int wrong = 0;
      for (int c = p; c < match.length; c++) {
        match[c] = nearest(truth, network.dictionary().get(c));
        if (match[c] < 0) {
          wrong++;
        } else {
          found.add(match[c]);
        }
      }
      Map<Integer, Integer> names = new HashMap<>();
      for (int o = 0; o < network.objects().size(); o++) {
        names.put(o, match[network.objects().get(o).columns().get(0)] / M);
      }
      int edges = 0;
      int right = 0;
      for (int o = 0; o < network.objects().size(); o++) {
        for (RecoveredNetwork.Edge edge : network.objects().get(o).inputs()) {
          int source =
              edge.source() < size.inputs()
                  ? edge.source()
                  : names.get(edge.source() - size.inputs());
          edges++;
          right += teacher.inputs(names.get(o)).contains(source) ? 1 : 0;
        }
      }
      int all = 0;
      for (int o = 0; o < teacher.objects(); o++) {
        all += teacher.inputs(o).size();
      }
      return String.format(
          Locale.ROOT,
          "| %d | %,d | %,d | %d | %d of %d | %s | %s | %d | %d | %d of %d | %d | %.1e | %.0f |",
          n,
          size.dimension(),
          PAIRS_PER_COLUMN * n,
          seed,
          found.size(),
          n - p,
          share(found, 0.01, 0.3),
          share(found, 0.3, 0.6),
          network.snapped(),
          wrong,
          right,
          all,
          edges - right,
          network.heldOutRelativeError(),
          seconds);
    }

    private static int nearest(double[][] truth, double[] column) {
      int best = -1;
      double most = FOUND;
      for (int j = 0; j < truth.length; j++) {
        double dot = 0;
        for (int i = 0; i < column.length; i++) {
          dot += truth[j][i] * column[i];
        }
        if (Math.abs(dot) >= most) {
          most = Math.abs(dot);
          best = j;
        }
      }
      return best;
    }

    private String share(Set<Integer> found, double from, double to) {
      int all = 0;
      int there = 0;
      for (int j = p; j < n; j++) {
        if (active[j] > from && active[j] <= to) {
          all++;
          there += found.contains(j) ? 1 : 0;
        }
      }
      return there + " of " + all;
    }
  }
}
