package io.resketch.benchmarks;

import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.BlindStatistics;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.GuidedStatistics;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.core.stats.Presence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Prints how well the 95 % intervals of the statistics cover, over seeds of the operators. Seeded:
 * the same figures every time. Arguments, all optional: a part of the settings' names, and a factor
 * on the number of operator seeds.
 */
public final class StatisticsTable {
  /**
   * Which sketches.
   *
   * @param keep the sketch is cut to 1/keep
   */
  private record Setting(
      Family family, int dimension, int keep, int modules, boolean deep, int seeds) {
    String label() {
      return String.format(
          Locale.ROOT,
          "%s d=%d kept=%d %s",
          family.label(),
          dimension,
          dimension / keep,
          deep ? "deep" : "flat");
    }
  }

  /**
   * What is asked of them.
   *
   * @param sum runs in the weighted sum, 1 for single runs
   * @param noise standard deviation of noise added to every value, over the root mean square of the
   *     sketch
   * @param trials per seed
   */
  private record Variant(int sum, double noise, int trials) {
    String label() {
      String runs = sum == 1 ? "single" : "sum of " + sum;
      return noise == 0 ? runs : String.format(Locale.ROOT, "%s, noise %.1f", runs, noise);
    }
  }

  private static final List<Variant> VARIANTS =
      List.of(
          new Variant(1, 0, 24),
          new Variant(1, 0.1, 12),
          new Variant(1, 1, 12),
          new Variant(2, 0, 12),
          new Variant(30, 0, 4),
          new Variant(30, 0.1, 4),
          new Variant(365, 0, 1));

  private StatisticsTable() {}

  /** Intervals that hold, of all, and questions answered, of all. */
  private static final class Tally {
    private int asked;
    private int answered;
    private int held;

    void add(Estimate estimate, double truth) {
      asked++;
      answered += estimate.determined() ? 1 : 0;
      held += estimate.covers(truth) ? 1 : 0;
    }

    @Override
    public String toString() {
      return answered < 100
          ? String.format(Locale.ROOT, "%7s of %6d", "–", answered)
          : String.format(
              Locale.ROOT,
              "%5.1f %% of %6d (%3.0f %%)",
              100.0 * held / answered,
              answered,
              100.0 * answered / asked);
    }
  }

  /** Prints the table. */
  public static void main(String[] arguments) {
    String part = arguments.length > 0 ? arguments[0] : "";
    double factor = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 1;
    for (Setting setting : settings()) {
      if (setting.label().contains(part)) {
        print(setting.label(), blind(setting, (int) Math.max(1, setting.seeds * factor)));
      }
    }
    if ("guided".contains(part)) {
      for (double noise : new double[] {0, 0.001, 0.003}) {
        print("guided, noise " + noise, guided(noise, (int) Math.max(1, 20 * factor)));
      }
    }
  }

  private static void print(String title, Map<String, Tally> tallies) {
    System.out.println(title);
    tallies.forEach((name, tally) -> System.out.println("  " + name + tally));
  }

  private static List<Setting> settings() {
    Family sparse = new Family.BlockSparse(16);
    List<Setting> out = new ArrayList<>();
    for (int keep : new int[] {1, 2, 4}) {
      out.add(new Setting(sparse, 4096, keep, 60, false, 12));
      out.add(new Setting(sparse, 1024, keep, 60, false, 24));
    }
    for (int keep : new int[] {1, 2}) {
      out.add(new Setting(sparse, 4096, keep, 20, true, 12));
      out.add(new Setting(new Family.Hadamard(), 1024, keep, 12, false, 12));
      out.add(new Setting(new Family.Dense(), 512, keep, 12, false, 12));
    }
    return out;
  }

  private static Map<String, Tally> blind(Setting setting, int seeds) {
    Map<String, Tally> out = new TreeMap<>();
    Random random = new Random(17);
    for (int seed = 0; seed < seeds; seed++) {
      Scenes scenes = new Scenes(setting.modules, setting.deep, random);
      List<List<List<Scenes.Scene>>> drawn = new ArrayList<>();
      for (Variant variant : VARIANTS) {
        List<List<Scenes.Scene>> trials = new ArrayList<>();
        for (int t = 0; t < variant.trials; t++) {
          List<Scenes.Scene> trial = new ArrayList<>();
          for (int k = 0; k < variant.sum; k++) {
            trial.add(scenes.draw(random, roots(random, t + k)));
          }
          trials.add(trial);
        }
        drawn.add(trials);
      }
      Operators operators =
          new Operators(new SketchSpec(setting.dimension, setting.family, 1000 + seed));
      CountEstimator counts =
          new CountEstimator(operators, profiles(setting, drawn), setting.dimension / setting.keep);
      BlindStatistics statistics = new BlindStatistics(counts);
      Sketcher sketcher = new Sketcher(operators);
      for (int v = 0; v < VARIANTS.size(); v++) {
        for (List<Scenes.Scene> trial : drawn.get(v)) {
          trial(setting, VARIANTS.get(v), random, sketcher, statistics, counts, trial, out);
        }
      }
    }
    return out;
  }

  /** One root in every third scene: the hardest case, since the module's own copies are all. */
  private static int roots(Random random, int trial) {
    return switch (trial % 3) {
      case 0 -> 1;
      case 1 -> 2 + random.nextInt(3);
      default -> 5 + random.nextInt(8);
    };
  }

  private static List<ModuleProfile> profiles(
      Setting setting, List<List<List<Scenes.Scene>>> drawn) {
    Map<String, ModuleProfile> known = new TreeMap<>();
    if (!setting.deep) {
      for (int m = 0; m < setting.modules; m++) {
        known.put("m" + m, new ModuleProfile("m" + m, Scenes.ATTRIBUTES, true, false, false));
      }
    }
    drawn.stream()
        .flatMap(List::stream)
        .flatMap(List::stream)
        .flatMap(scene -> ModuleProfile.of(scene.graph().skeleton()).stream())
        .forEach(profile -> known.merge(profile.name(), profile, ModuleProfile::merge));
    return List.copyOf(known.values());
  }

  private static void trial(
      Setting setting,
      Variant variant,
      Random random,
      Sketcher sketcher,
      BlindStatistics statistics,
      CountEstimator counts,
      List<Scenes.Scene> trial,
      Map<String, Tally> out) {
    double[] truth = new double[setting.modules];
    double[][] sums = new double[setting.modules][Scenes.ATTRIBUTES];
    List<Sketch> sketches = new ArrayList<>();
    double[] weights = new double[trial.size()];
    for (int k = 0; k < weights.length; k++) {
      weights[k] = weights.length == 1 ? 1 : 1 + random.nextInt(3);
      Scenes.Scene scene = trial.get(k);
      sketches.add(sketcher.sketch(scene.graph()));
      for (int m = 0; m < truth.length; m++) {
        truth[m] += weights[k] * scene.counts()[m];
        for (int j = 0; j < Scenes.ATTRIBUTES; j++) {
          sums[m][j] += weights[k] * scene.sums()[m][j];
        }
      }
    }
    Sketch sketch =
        noisy(random, Sketch.weightedSum(sketches, weights), variant.noise)
            .truncate(statistics.prefixLength());
    String question = String.format(Locale.ROOT, "%-20s", variant.label());
    for (ModuleCount count : counts.estimate(sketch)) {
      double n = truth[Integer.parseInt(count.module().substring(1))];
      String kind = n == 0 ? "absent" : sketch.mass() == 1 ? "the one root" : "present";
      tally(out, question + "count of any error, " + kind)
          .add(Estimate.of(count.count(), count.standardError()), n);
    }
    for (ModuleStatistics s : statistics.estimate(sketch)) {
      int m = Integer.parseInt(s.module().substring(1));
      tally(out, question + "count").add(s.count(), truth[m]);
      boolean right = (s.presence() == Presence.PRESENT) == (truth[m] > 0);
      tally(out, question + "presence right")
          .add(
              s.presence() == Presence.NOT_DETERMINED
                  ? Estimate.notDetermined("")
                  : Estimate.of(right ? 0 : 1, 0),
              0);
      for (int j = 0; j < s.mean().size() && truth[m] > 0; j++) {
        double mean = sums[m][j] / truth[m];
        tally(out, question + "mean" + (m % 3 == 0 && j < 2 ? ", one-hot" : ""))
            .add(s.mean().get(j), mean);
        if (variant.sum == 1 && truth[m] == 1) {
          tally(out, question + "second moment").add(s.secondMoment().get(j), mean * mean);
        }
      }
    }
  }

  private static Map<String, Tally> guided(double noise, int seeds) {
    Map<String, Tally> out = new TreeMap<>();
    Random random = new Random(19);
    for (int seed = 0; seed < seeds; seed++) {
      Scenes scenes = new Scenes(6, true, random);
      for (int keep : new int[] {1, 2}) {
        Operators operators = new Operators(new SketchSpec(4096, 16, 1000 + seed));
        GuidedStatistics statistics = new GuidedStatistics(operators);
        Map<String, double[][]> truth = new TreeMap<>();
        for (int k = 0; k < 8; k++) {
          var graph = scenes.draw(random, 1 + random.nextInt(6)).graph();
          var skeleton = graph.skeleton();
          Sketch sketch =
              noisy(random, new Sketcher(operators).sketch(graph), noise).truncate(4096 / keep);
          int weight = 1 + random.nextInt(3);
          statistics.add(
              new GraphDecoder(operators, skeleton).decode(sketch, Decoder.JOINT),
              Decoder.JOINT,
              sketch.prefixLength(),
              weight);
          for (int i = 0; i < skeleton.size(); i++) {
            double[][] sums =
                truth.computeIfAbsent(skeleton.module(i), name -> new double[3][Scenes.ATTRIBUTES]);
            float[] x = graph.attributes(i).toArray();
            for (int j = 0; j < x.length; j++) {
              sums[0][j] += weight;
              sums[1][j] += weight * x[j];
              sums[2][j] += weight * x[j] * x[j];
            }
          }
        }
        String kept = ", kept=" + 4096 / keep;
        for (ModuleStatistics s : statistics.statistics()) {
          double[][] sums = truth.get(s.module());
          for (int j = 0; j < Scenes.ATTRIBUTES; j++) {
            tally(out, "mean" + kept).add(s.mean().get(j), sums[1][j] / sums[0][j]);
            tally(out, "second moment" + kept)
                .add(s.secondMoment().get(j), sums[2][j] / sums[0][j]);
          }
        }
      }
    }
    return out;
  }

  private static Tally tally(Map<String, Tally> tallies, String name) {
    return tallies.computeIfAbsent(String.format(Locale.ROOT, "%-52s", name), n -> new Tally());
  }

  private static Sketch noisy(Random random, Sketch sketch, double noise) {
    float[] values = sketch.toArray();
    double scale = noise * Math.sqrt(sketch.energy() / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (scale * random.nextGaussian());
    }
    return Sketch.of(
        sketch.fingerprint(), sketch.dimension(), values, sketch.mass(), sketch.runs());
  }
}
