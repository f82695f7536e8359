package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.BlindStatistics;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.core.stats.Presence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** How often the 95 % intervals of the blind statistics hold, over seeds of the operators. */
final class BlindCoverage implements Part {
  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 1000;

  /**
   * Which sketches.
   *
   * @param keep the sketch is cut to 1/keep
   * @param operators seeds of the operators for each seed of the characterisation
   */
  private record Setting(
      Family family,
      int dimension,
      int keep,
      int modules,
      boolean deep,
      int operators,
      List<Variant> variants) {
    String label() {
      return String.format(
          Locale.ROOT, "%s %d, %s", family.label(), dimension, deep ? "deep" : "flat");
    }
  }

  /**
   * What is asked of them.
   *
   * @param sum runs in the weighted sum, 1 for single runs
   * @param noise standard deviation of noise added to every value, over the root mean square of the
   *     sketch
   * @param trials for each seed of the operators
   */
  private record Variant(int sum, double noise, int trials) {
    String label() {
      String runs = sum == 1 ? "single runs" : "sums of " + sum;
      return noise == 0 ? runs : String.format(Locale.ROOT, "%s, noise %.1f", runs, noise);
    }
  }

  private static final Variant SINGLE = new Variant(1, 0, 48);

  /** As many with few operators, where setting up a fit takes long. */
  private static final Variant MANY_SINGLE = new Variant(1, 0, 144);

  private static final Variant SUM_30 = new Variant(30, 0, 12);
  private static final Variant SUM_365 = new Variant(365, 0, 3);

  /** The columns of the table. */
  private enum Question {
    ABSENT("absent"),
    PRESENT("present"),
    COUNT("count"),
    MEAN("mean"),
    ONE_HOT("mean, one-hot"),
    SECOND_MOMENT("second moment"),
    PRESENCE("presence");

    final String title;

    Question(String title) {
      this.title = title;
    }
  }

  /** The answers of one setting and variant. */
  private static final class Answers {
    private final Map<Question, Tally> tallies = new EnumMap<>(Question.class);

    Tally at(Question question) {
      return tallies.computeIfAbsent(question, q -> new Tally());
    }

    Answers plus(Answers other) {
      Answers out = new Answers();
      for (Question question : Question.values()) {
        out.tallies.put(question, at(question).plus(other.at(question)));
      }
      return out;
    }

    String cells() {
      StringBuilder out = new StringBuilder();
      for (Question question : Question.values()) {
        Tally tally = at(question);
        String cell = question == Question.PRESENCE ? tally.cell() : tally.coverage();
        out.append(cell).append(" | ");
      }
      return out.toString().strip();
    }
  }

  @Override
  public String name() {
    return "blind-coverage";
  }

  private static List<Setting> settings() {
    Family sparse = new Family.BlockSparse(16);
    List<Variant> sums = List.of(SINGLE, SUM_30, SUM_365);
    List<Variant> all =
        List.of(
            SINGLE,
            new Variant(1, 0.1, 24),
            new Variant(1, 1, 24),
            new Variant(2, 0, 24),
            SUM_30,
            SUM_365);
    return List.of(
        new Setting(sparse, 4096, 1, 60, false, 3, all),
        new Setting(sparse, 4096, 2, 60, false, 3, sums),
        new Setting(sparse, 4096, 4, 60, false, 3, List.of(SINGLE)),
        new Setting(sparse, 1024, 1, 60, false, 1, List.of(MANY_SINGLE, SUM_365)),
        new Setting(sparse, 1024, 4, 60, false, 1, List.of(MANY_SINGLE)),
        new Setting(sparse, 4096, 1, 20, true, 3, List.of(SINGLE, SUM_365)),
        new Setting(sparse, 4096, 2, 20, true, 3, List.of(SINGLE)),
        new Setting(new Family.Hadamard(), 1024, 1, 12, false, 1, List.of(MANY_SINGLE, SUM_30)),
        new Setting(new Family.Dense(), 512, 1, 12, false, 1, List.of(MANY_SINGLE, SUM_30)));
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    StringBuilder head = new StringBuilder("| sketches | kept | asked of |");
    for (Question question : Question.values()) {
      head.append(' ').append(question.title).append(" |");
    }
    table.add(head.toString());
    table.add("| --- | --- | --- |" + " --- |".repeat(Question.values().length));
    for (Setting setting : settings()) {
      List<List<Answers>> all =
          IntStream.range(0, setting.operators * seeds)
              .parallel()
              .mapToObj(seed -> measure(setting, FIRST_SEED + seed))
              .toList();
      for (int v = 0; v < setting.variants.size(); v++) {
        int variant = v;
        Answers answers =
            all.stream().map(a -> a.get(variant)).reduce(new Answers(), Answers::plus);
        table.add(
            String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s",
                setting.label(),
                setting.dimension / setting.keep,
                setting.variants.get(v).label(),
                answers.cells()));
      }
    }
    return table;
  }

  /** The answers to every variant, with one seed of the operators. */
  private static List<Answers> measure(Setting setting, int seed) {
    Random random = new Random(seed);
    Scenes scenes = Scenes.scattered(setting.modules, setting.deep, random);
    List<List<List<Scenes.Scene>>> drawn = new ArrayList<>();
    for (Variant variant : setting.variants) {
      drawn.add(
          IntStream.range(0, variant.trials)
              .mapToObj(t -> trial(scenes, variant, random, t))
              .toList());
    }
    Operators operators = new Operators(new SketchSpec(setting.dimension, setting.family, seed));
    CountEstimator counts =
        new CountEstimator(operators, profiles(setting, drawn), setting.dimension / setting.keep);
    BlindStatistics statistics = new BlindStatistics(counts);
    Sketcher sketcher = new Sketcher(operators);
    List<Answers> out = new ArrayList<>();
    for (int v = 0; v < drawn.size(); v++) {
      Answers answers = new Answers();
      for (List<Scenes.Scene> trial : drawn.get(v)) {
        Truth truth = Truth.of(setting.modules, trial, random);
        Sketch sketch =
            noisy(random, truth.sketch(sketcher, trial), setting.variants.get(v).noise)
                .truncate(statistics.prefixLength());
        ask(answers, truth, counts.estimate(sketch), statistics.estimate(sketch));
      }
      out.add(answers);
    }
    return out;
  }

  private static List<Scenes.Scene> trial(Scenes scenes, Variant variant, Random random, int t) {
    return IntStream.range(0, variant.sum)
        .mapToObj(k -> scenes.draw(roots(random, t + k)))
        .toList();
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
      Scenes.profiles(setting.modules, Scenes.ATTRIBUTES).forEach(p -> known.put(p.name(), p));
    }
    drawn.stream()
        .flatMap(List::stream)
        .flatMap(List::stream)
        .flatMap(scene -> ModuleProfile.of(scene.graph().skeleton()).stream())
        .forEach(profile -> known.merge(profile.name(), profile, ModuleProfile::merge));
    return List.copyOf(known.values());
  }

  /** What is true of a weighted sum of scenes: weighted number and attributes of the roots. */
  private record Truth(double[] weights, double[] counts, double[][] sums) {
    /** Draws the weights, 1 to 3, of more than one scene. */
    static Truth of(int modules, List<Scenes.Scene> trial, Random random) {
      double[] weights = new double[trial.size()];
      double[] counts = new double[modules];
      double[][] sums = new double[modules][Scenes.ATTRIBUTES];
      for (int k = 0; k < weights.length; k++) {
        weights[k] = weights.length == 1 ? 1 : 1 + random.nextInt(3);
        for (int m = 0; m < modules; m++) {
          counts[m] += weights[k] * trial.get(k).counts()[m];
          for (int j = 0; j < Scenes.ATTRIBUTES; j++) {
            sums[m][j] += weights[k] * trial.get(k).sums()[m][j];
          }
        }
      }
      return new Truth(weights, counts, sums);
    }

    Sketch sketch(Sketcher sketcher, List<Scenes.Scene> trial) {
      List<Sketch> sketches = trial.stream().map(s -> sketcher.sketch(s.graph())).toList();
      return Sketch.weightedSum(sketches, weights);
    }
  }

  private static void ask(
      Answers answers, Truth truth, List<ModuleCount> counts, List<ModuleStatistics> statistics) {
    for (ModuleCount count : counts) {
      double n = truth.counts[Scenes.number(count.module())];
      answers
          .at(n == 0 ? Question.ABSENT : Question.PRESENT)
          .add(
              count.determined()
                  ? Estimate.of(count.count(), count.standardError())
                  : Estimate.notDetermined(count.reason()),
              n);
    }
    for (ModuleStatistics s : statistics) {
      int m = Scenes.number(s.module());
      double n = truth.counts[m];
      answers.at(Question.COUNT).add(s.count(), n);
      answers
          .at(Question.PRESENCE)
          .add(
              s.presence() != Presence.NOT_DETERMINED, (s.presence() == Presence.PRESENT) == n > 0);
      for (int j = 0; j < s.mean().size() && n > 0; j++) {
        double mean = truth.sums[m][j] / n;
        boolean oneHot = m % 3 == 0 && j < 2;
        answers.at(oneHot ? Question.ONE_HOT : Question.MEAN).add(s.mean().get(j), mean);
        if (truth.weights.length == 1 && n == 1) {
          answers.at(Question.SECOND_MOMENT).add(s.secondMoment().get(j), mean * mean);
        }
      }
    }
  }

  /** Gaussian noise on every value, as a multiple of the root mean square of the sketch. */
  static Sketch noisy(Random random, Sketch sketch, double noise) {
    float[] values = sketch.toArray();
    double scale = noise * Math.sqrt(sketch.energy() / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (scale * random.nextGaussian());
    }
    return Sketch.of(
        sketch.fingerprint(), sketch.dimension(), values, sketch.mass(), sketch.runs());
  }
}
