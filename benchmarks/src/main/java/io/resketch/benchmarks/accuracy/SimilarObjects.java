package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.Presence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Presence and intervals of counts where objects resemble each other, as embeddings of real things
 * do: few modules are there, with several objects each, whose attributes are a mean common to all
 * modules, a centre of the module, a variation of low rank and a little noise.
 */
final class SimilarObjects implements Part {
  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 5000;

  private static final int DIMENSION = 4096;
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 32;
  private static final int RANK = 3;

  /** Errors of one seed repeat from run to run: many operators, and few sketches with each. */
  private static final int OPERATORS = 24;

  private static final int SINGLE_RUNS = 6;
  private static final int SUMS = 3;
  private static final int SUMMED = 30;

  /** Length of the variation and of the noise; the centre has length 1. */
  private static final double VARIATION = 0.3;

  private static final double NOISE = 0.1;

  /**
   * Which sketches.
   *
   * @param kept of 100 parts of the sketch
   * @param inner whether the roots have inputs, and all runs one network's below them
   */
  private record Setting(int kept, boolean inner) {
    int prefixLength() {
      return DIMENSION * kept / 100 / 16 * 16;
    }

    String label(int sum) {
      return String.format(
          Locale.ROOT,
          "%s, roots %s inputs",
          sum == 1 ? "single runs" : "sums of " + sum,
          inner ? "with" : "without");
    }
  }

  /** Verdicts and intervals of one setting. */
  private static final class Answers {
    private int absent;
    private int falselyPresent;
    private int calledAbsent;
    private int present;
    private int found;
    private int falselyAbsent;
    private double furthest;
    private final Tally ofAbsent = new Tally();
    private final Tally ofPresent = new Tally();
    private final List<Tally> tallies = List.of(ofAbsent, ofPresent);

    void add(ModuleCount count, double truth) {
      boolean isThere = count.presence() == Presence.PRESENT;
      boolean isNot = count.presence() == Presence.ABSENT;
      if (truth == 0) {
        absent++;
        falselyPresent += isThere ? 1 : 0;
        calledAbsent += isNot ? 1 : 0;
        if (count.determined()) {
          furthest = Math.max(furthest, count.count() / count.standardError());
        }
      } else {
        present++;
        found += isThere ? 1 : 0;
        falselyAbsent += isNot ? 1 : 0;
      }
      tallies
          .get(truth == 0 ? 0 : 1)
          .add(
              count.determined()
                  ? Estimate.of(count.count(), count.standardError())
                  : Estimate.notDetermined(count.reason()),
              truth);
    }

    static Answers sum(List<Answers> all) {
      Answers out = new Answers();
      Tally ofAbsent = new Tally();
      Tally ofPresent = new Tally();
      for (Answers a : all) {
        out.absent += a.absent;
        out.falselyPresent += a.falselyPresent;
        out.calledAbsent += a.calledAbsent;
        out.present += a.present;
        out.found += a.found;
        out.falselyAbsent += a.falselyAbsent;
        out.furthest = Math.max(out.furthest, a.furthest);
        ofAbsent = ofAbsent.plus(a.ofAbsent);
        ofPresent = ofPresent.plus(a.ofPresent);
      }
      out.cells = List.of(ofAbsent.coverage(), ofPresent.coverage());
      return out;
    }

    private List<String> cells = List.of();

    String row() {
      return String.format(
          Locale.ROOT,
          "%d of %d | %.1f | %.1f %% | %d of %d | %.1f %% | %s | %s |",
          falselyPresent,
          absent,
          furthest,
          100.0 * calledAbsent / absent,
          falselyAbsent,
          present,
          100.0 * found / present,
          cells.get(0),
          cells.get(1));
    }
  }

  @Override
  public String name() {
    return "similar-objects";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add(
        "| sketches | kept | falsely PRESENT | furthest | called ABSENT | falsely ABSENT |"
            + " found PRESENT | absent: 95 % hold | present: 95 % hold |");
    table.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (boolean inner : new boolean[] {false, true}) {
      List<String> sums = new ArrayList<>();
      for (int kept : new int[] {100, 50, 25, 10}) {
        Setting setting = new Setting(kept, inner);
        List<Map<Integer, Answers>> all =
            IntStream.range(0, OPERATORS * seeds)
                .parallel()
                .mapToObj(seed -> measure(setting, FIRST_SEED + seed))
                .toList();
        table.add(row(setting, 1, all));
        sums.add(row(setting, SUMMED, all));
      }
      table.addAll(sums);
    }
    return table;
  }

  private static String row(Setting setting, int sum, List<Map<Integer, Answers>> all) {
    Answers answers = Answers.sum(all.stream().map(one -> one.get(sum)).toList());
    return String.format(
        Locale.ROOT, "| %s | %d %% | %s", setting.label(sum), setting.kept, answers.row());
  }

  /** Answers for single runs and for sums. */
  private static Map<Integer, Answers> measure(Setting setting, int seed) {
    Random random = new Random(seed);
    Embeddings embeddings = new Embeddings(random);
    Operators operators = new Operators(new SketchSpec(DIMENSION, 16, seed));
    List<ModuleProfile> profiles =
        IntStream.range(0, MODULES)
            .mapToObj(
                m -> new ModuleProfile("m" + m, ATTRIBUTES, !setting.inner, setting.inner, false))
            .toList();
    CountEstimator estimator = new CountEstimator(operators, profiles, setting.prefixLength());
    Sketcher sketcher = new Sketcher(operators);
    return Map.of(
        1,
        measure(setting, 1, random, estimator, sketcher, embeddings),
        SUMMED,
        measure(setting, SUMMED, random, estimator, sketcher, embeddings));
  }

  private static Answers measure(
      Setting setting,
      int sum,
      Random random,
      CountEstimator estimator,
      Sketcher sketcher,
      Embeddings embeddings) {
    Answers answers = new Answers();
    for (int t = 0; t < (sum == 1 ? SINGLE_RUNS : SUMS); t++) {
      double[] counts = new double[MODULES];
      List<Sketch> sketches = new ArrayList<>();
      for (int k = 0; k < sum; k++) {
        sketches.add(sketcher.sketch(run(random, embeddings, setting.inner, counts)));
      }
      double[] ones = new double[sketches.size()];
      Arrays.fill(ones, 1);
      Sketch sketch = Sketch.weightedSum(sketches, ones).truncate(setting.prefixLength());
      List<ModuleCount> found = estimator.estimate(sketch);
      for (int m = 0; m < MODULES; m++) {
        answers.add(found.get(m), counts[m]);
      }
    }
    return answers;
  }

  /** One to four of the first eight modules with up to four objects each, in order. */
  private static Computation run(
      Random random, Embeddings embeddings, boolean inner, double[] counts) {
    Computation.Builder graph = Computation.builder();
    List<String> roots = new ArrayList<>();
    List<WeightedInput> inputs = new ArrayList<>();
    if (inner) {
      graph.object("stage", "stage", Attributes.dense(Trees.unit(random, 64)));
      inputs.add(new WeightedInput("stage", 1));
    }
    int kinds = 1 + random.nextInt(4);
    for (int k = 0; k < kinds; k++) {
      int module = random.nextInt(8);
      int objects = 1 + random.nextInt(4);
      for (int i = 0; i < objects; i++) {
        String id = "o" + roots.size();
        graph.object(id, "m" + module, Attributes.dense(embeddings.draw(module)), inputs);
        roots.add(id);
      }
      counts[module] += objects;
    }
    for (String root : roots) {
      graph.root(root, 1f / roots.size());
    }
    return graph.build();
  }

  /** Attribute vectors of norm 1 with a cosine of 0.9 to 1 to the centre of their module. */
  private static final class Embeddings {
    private final Random random;
    private final float[][] centres = new float[MODULES][];
    private final float[][][] directions = new float[MODULES][RANK][];

    Embeddings(Random random) {
      this.random = random;
      float[] mean = Trees.unit(random, ATTRIBUTES);
      for (int m = 0; m < MODULES; m++) {
        centres[m] = Trees.unit(random, ATTRIBUTES);
        for (int j = 0; j < ATTRIBUTES; j++) {
          centres[m][j] += mean[j];
        }
        normalise(centres[m]);
        for (int k = 0; k < RANK; k++) {
          directions[m][k] = Trees.unit(random, ATTRIBUTES);
        }
      }
    }

    float[] draw(int module) {
      float[] x = centres[module].clone();
      float[] noise = Trees.unit(random, ATTRIBUTES);
      double[] part = random.doubles(RANK, -1, 1).toArray();
      for (int j = 0; j < ATTRIBUTES; j++) {
        for (int k = 0; k < RANK; k++) {
          x[j] += (float) (VARIATION * part[k] * directions[module][k][j]);
        }
        x[j] += (float) (NOISE * noise[j]);
      }
      normalise(x);
      return x;
    }

    private static void normalise(float[] x) {
      double norm = 0;
      for (float v : x) {
        norm += (double) v * v;
      }
      for (int j = 0; j < x.length; j++) {
        x[j] /= (float) Math.sqrt(norm);
      }
    }
  }
}
