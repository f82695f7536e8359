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
   * Where to measure.
   *
   * @param keep the sketch is cut to 1/keep
   * @param noise standard deviation of noise added to every value, over the sketch's own root mean
   *     square
   * @param sum runs in the weighted sum, 1 for single runs
   */
  private record Setting(
      Family family,
      int dimension,
      int keep,
      double noise,
      int modules,
      boolean deep,
      int sum,
      int seeds) {
    String label() {
      return String.format(
          Locale.ROOT,
          "%s d=%d kept=%d noise=%.2f %s %s",
          family.label(),
          dimension,
          dimension / keep,
          noise,
          deep ? "deep" : "flat",
          sum == 1 ? "single" : "sum of " + sum);
    }
  }

  private static final int RUNS_PER_SEED = 24;

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
        int seeds = (int) Math.max(1, setting.seeds * factor);
        System.out.println(setting.label());
        blind(setting, seeds).forEach((name, tally) -> System.out.println("  " + name + tally));
      }
    }
    if ("guided".contains(part)) {
      for (double noise : new double[] {0, 0.003, 0.03}) {
        System.out.println("guided noise=" + noise);
        guided(noise, (int) Math.max(1, 20 * factor))
            .forEach((name, tally) -> System.out.println("  " + name + tally));
      }
    }
  }

  private static List<Setting> settings() {
    Family sparse = new Family.BlockSparse(16);
    List<Setting> out = new ArrayList<>();
    for (int d : new int[] {4096, 1024}) {
      for (int keep : new int[] {1, 2, 4}) {
        for (int sum : new int[] {1, 2, 30, 365}) {
          out.add(new Setting(sparse, d, keep, 0, 60, false, sum, 40));
        }
      }
      out.add(new Setting(sparse, d, 1, 0.1, 60, false, 1, 40));
      out.add(new Setting(sparse, d, 1, 1, 60, false, 1, 40));
      out.add(new Setting(sparse, d, 2, 0.1, 60, false, 30, 40));
    }
    for (int keep : new int[] {1, 2}) {
      out.add(new Setting(sparse, 4096, keep, 0, 20, true, 1, 40));
      out.add(new Setting(sparse, 4096, keep, 0, 20, true, 30, 40));
      for (Family family : new Family[] {new Family.Hadamard(), new Family.Dense()}) {
        int d = family instanceof Family.Dense ? 512 : 1024;
        out.add(new Setting(family, d, keep, 0, 12, false, 1, 20));
        out.add(new Setting(family, d, keep, 0, 12, false, 30, 20));
      }
    }
    return out;
  }

  private static Map<String, Tally> blind(Setting setting, int seeds) {
    Map<String, Tally> out = new TreeMap<>();
    Random random = new Random(17);
    for (int seed = 0; seed < seeds; seed++) {
      Scenes scenes = new Scenes(setting.modules, setting.deep, random);
      List<List<Scenes.Scene>> drawn = new ArrayList<>();
      int trials = setting.sum == 1 ? RUNS_PER_SEED : Math.max(1, RUNS_PER_SEED / setting.sum);
      for (int t = 0; t < trials; t++) {
        List<Scenes.Scene> trial = new ArrayList<>();
        for (int k = 0; k < setting.sum; k++) {
          trial.add(scenes.draw(random, roots(random, t)));
        }
        drawn.add(trial);
      }
      Operators operators =
          new Operators(new SketchSpec(setting.dimension, setting.family, 1000 + seed));
      CountEstimator counts =
          new CountEstimator(
              operators, profiles(setting, drawn), setting.dimension / setting.keep);
      BlindStatistics statistics = new BlindStatistics(counts);
      Sketcher sketcher = new Sketcher(operators);
      for (List<Scenes.Scene> trial : drawn) {
        trial(setting, random, sketcher, statistics, counts, trial, out);
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

  private static List<ModuleProfile> profiles(Setting setting, List<List<Scenes.Scene>> drawn) {
    Map<String, ModuleProfile> known = new TreeMap<>();
    if (!setting.deep) {
      for (int m = 0; m < setting.modules; m++) {
        known.put("m" + m, new ModuleProfile("m" + m, Scenes.ATTRIBUTES, true, false, false));
      }
    }
    for (List<Scenes.Scene> trial : drawn) {
      for (Scenes.Scene scene : trial) {
        for (ModuleProfile profile : ModuleProfile.of(scene.graph().skeleton())) {
          known.merge(profile.name(), profile, ModuleProfile::merge);
        }
      }
    }
    return List.copyOf(known.values());
  }

  private static void trial(
      Setting setting,
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
        noisy(random, Sketch.weightedSum(sketches, weights), setting.noise)
            .truncate(statistics.prefixLength());
    String size = setting.sum == 1 && sketch.mass() == 1 ? " 1 root" : "";
    for (ModuleCount count : counts.estimate(sketch)) {
      int m = Integer.parseInt(count.module().substring(1));
      String kind = truth[m] == 0 ? "absent" : "present" + size;
      tally(out, "count, all, " + kind).add(
          Estimate.of(count.count(), count.standardError()), truth[m]);
    }
    for (ModuleStatistics s : statistics.estimate(sketch)) {
      int m = Integer.parseInt(s.module().substring(1));
      tally(out, "count").add(s.count(), truth[m]);
      if (s.presence() != Presence.NOT_DETERMINED) {
        boolean right = (s.presence() == Presence.PRESENT) == (truth[m] > 0);
        tally(out, "presence").add(Estimate.of(right ? 0 : 1, 0), 0);
      } else {
        tally(out, "presence").add(Estimate.notDetermined(""), 0);
      }
      for (int j = 0; j < s.mean().size() && truth[m] > 0; j++) {
        double mean = sums[m][j] / truth[m];
        tally(out, "mean" + (m % 3 == 0 && j < 2 ? ", one-hot" : "")).add(s.mean().get(j), mean);
        if (setting.sum == 1 && truth[m] == 1) {
          tally(out, "second moment").add(s.secondMoment().get(j), mean * mean);
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
        GuidedStatistics statistics = new GuidedStatistics();
        Map<String, double[][]> truth = new TreeMap<>();
        for (int k = 0; k < 8; k++) {
          var graph = scenes.draw(random, 1 + random.nextInt(6)).graph();
          var skeleton = graph.skeleton();
          Sketch sketch =
              noisy(random, new Sketcher(operators).sketch(graph), noise).truncate(4096 / keep);
          int weight = 1 + random.nextInt(3);
          statistics.add(new GraphDecoder(operators, skeleton).decode(sketch, Decoder.JOINT), weight);
          for (int i = 0; i < skeleton.size(); i++) {
            double[][] sums =
                truth.computeIfAbsent(
                    skeleton.module(i), name -> new double[3][Scenes.ATTRIBUTES]);
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
    return tallies.computeIfAbsent(
        String.format(Locale.ROOT, "%-28s", name), n -> new Tally());
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
