package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CountEstimatorTest {
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 16;

  private static List<ModuleProfile> profiles() {
    List<ModuleProfile> out = new ArrayList<>();
    for (int m = 0; m < MODULES; m++) {
      out.add(new ModuleProfile("m" + m, ATTRIBUTES, true, false, false));
    }
    return out;
  }

  /** A scene of 1 to 12 objects with unit attributes, of modules drawn from 60. */
  private static final class Scene {
    final int[] counts = new int[MODULES];
    final Computation graph;

    Scene(SplittableRandom random) {
      int objects = 1 + random.nextInt(12);
      Computation.Builder builder = Computation.builder();
      for (int i = 0; i < objects; i++) {
        int module = random.nextInt(MODULES);
        counts[module]++;
        builder.object(
            "o" + i, "m" + module, Attributes.dense(RandomGraphs.unit(random, ATTRIBUTES)));
        builder.root("o" + i, 1f / objects);
      }
      graph = builder.build();
    }
  }

  /** Share of scenes with every module's count right. */
  private static double exactScenes(int dimension, int prefix, int scenes) {
    Operators operators = new Operators(new SketchSpec(dimension, 16, 5));
    CountEstimator estimator = new CountEstimator(operators, profiles(), prefix);
    Sketcher sketcher = new Sketcher(operators);
    SplittableRandom random = new SplittableRandom(17);
    int exact = 0;
    for (int k = 0; k < scenes; k++) {
      Scene scene = new Scene(random);
      List<ModuleCount> found = estimator.estimate(sketcher.sketch(scene.graph).truncate(prefix));
      boolean right = true;
      for (int m = 0; m < MODULES; m++) {
        right &= Math.round(found.get(m).count()) == scene.counts[m];
      }
      exact += right ? 1 : 0;
    }
    return exact / (double) scenes;
  }

  @Test
  void scenesAreCountedExactly() {
    assertThat(exactScenes(4096, 4096, 300)).isGreaterThanOrEqualTo(0.99);
    assertThat(exactScenes(4096, 2048, 300)).as("half erased").isGreaterThanOrEqualTo(0.95);
  }

  /** Over many operators: 95 % intervals cover about 95 %, also after erasure and for sums. */
  @Test
  void intervalsCover() {
    for (int prefix : new int[] {2048, 1024}) {
      int[] single = new int[2];
      int[] sums = new int[2];
      SplittableRandom random = new SplittableRandom(23);
      for (int seed = 0; seed < 5; seed++) {
        Operators operators = new Operators(new SketchSpec(2048, 16, seed));
        CountEstimator estimator = new CountEstimator(operators, profiles(), prefix);
        Sketcher sketcher = new Sketcher(operators);
        List<Sketch> sketches = new ArrayList<>();
        int[] totals = new int[MODULES];
        for (int k = 0; k < 16; k++) {
          Scene scene = new Scene(random);
          Sketch sketch = sketcher.sketch(scene.graph).truncate(prefix);
          tally(single, estimator.estimate(sketch), scene.counts);
          sketches.add(sketch);
          for (int m = 0; m < MODULES; m++) {
            totals[m] += scene.counts[m];
          }
        }
        double[] ones = new double[sketches.size()];
        Arrays.fill(ones, 1);
        tally(sums, estimator.estimate(Sketch.weightedSum(sketches, ones)), totals);
      }
      assertThat(single[0] / (double) single[1])
          .as("single, prefix %d", prefix)
          .isBetween(0.93, 0.97);
      assertThat(sums[0] / (double) sums[1]).as("sums, prefix %d", prefix).isBetween(0.93, 0.97);
    }
  }

  private static void tally(int[] covered, List<ModuleCount> found, int[] truth) {
    for (int m = 0; m < truth.length; m++) {
      ModuleCount count = found.get(m);
      covered[1]++;
      if (Math.abs(count.count() - truth[m]) <= count.halfWidth95()) {
        covered[0]++;
      }
    }
  }

  @Test
  void rootsWithInputs_areCountedWhateverLiesBelow() {
    SplittableRandom random = new SplittableRandom(31);
    Computation.Builder builder = Computation.builder();
    builder.object("shared", "stage", Attributes.dense(RandomGraphs.unit(random, 32)));
    for (int i = 0; i < 7; i++) {
      builder.object(
          "o" + i,
          i < 4 ? "cat" : "dog",
          Attributes.dense(RandomGraphs.unit(random, 16)),
          new WeightedInput("shared", 1f));
      builder.root("o" + i, 1f / 7);
    }
    Computation graph = builder.build();
    Operators operators = new Operators(new SketchSpec(4096, 16, 1));
    List<ModuleProfile> modules = new ArrayList<>(ModuleProfile.of(graph.skeleton()));
    modules.add(ModuleProfile.unseen("fox"));
    List<ModuleCount> found =
        new CountEstimator(operators, modules, 4096)
            .estimate(new Sketcher(operators).sketch(graph));
    assertThat(found).extracting(ModuleCount::module).containsExactly("stage", "cat", "dog", "fox");
    assertThat(found).extracting(c -> Math.round(c.count())).containsExactly(0L, 4L, 3L, 0L);
    assertThat(found.get(0).determined()).isFalse();
    assertThat(found.get(0).reason()).contains("occurs only below roots");
    assertThat(found.subList(1, 4)).allMatch(ModuleCount::determined);
    assertThat(found.get(3).presence()).isEqualTo(Presence.ABSENT);
  }

  /** Where places below are not known, or the floats too few, the roots cannot be told apart. */
  @Test
  void moduleBelowOthers_isNotDeterminedWithoutItsPlaces() {
    Operators operators = new Operators(new SketchSpec(1024, 16, 1));
    Sketch sketch =
        new Sketcher(operators)
            .sketch(
                Computation.builder().object("a", "cat", Attributes.none()).root("a", 1).build());
    ModuleProfile unknown = new ModuleProfile("cat", 0, true, false, true);
    ModuleProfile known = new ModuleProfile("cat", 0, true, false, true, 2, 0, 0, false);
    assertThat(cat(operators, unknown, sketch).reason()).contains("depths that are not known");
    assertThat(cat(operators, unknown.merge(known), sketch).determined()).isFalse();
    List<ModuleProfile> many = new ArrayList<>(List.of(known));
    for (int m = 0; m < 95; m++) {
      many.add(new ModuleProfile("m" + m, 0, true, false, false));
    }
    assertThat(
            new CountEstimator(operators, many, 192).estimate(sketch.truncate(192)).get(0).reason())
        .contains("192 floats are too few");
    assertThat(cat(operators, known, sketch).determined()).isTrue();
    assertThat(cat(operators, known, sketch).estimate().covers(1)).isTrue();
  }

  private static ModuleCount cat(Operators operators, ModuleProfile profile, Sketch sketch) {
    return new CountEstimator(operators, List.of(profile), sketch.prefixLength())
        .estimate(sketch)
        .get(0);
  }

  /** A single object is all there is: its own copies are half of the noise. */
  @Test
  void intervalOfTheOnlyRootCovers() {
    int covered = 0;
    int seeds = 400;
    double squares = 0;
    for (int seed = 0; seed < seeds; seed++) {
      Operators operators = new Operators(new SketchSpec(1024, 16, seed));
      ModuleProfile only = new ModuleProfile("cat", 4, true, false, false);
      Computation graph =
          Computation.builder()
              .object("a", "cat", Attributes.dense(0.5f, 0.5f, -0.5f, 0.5f))
              .root("a", 1)
              .build();
      ModuleCount count = cat(operators, only, new Sketcher(operators).sketch(graph).truncate(512));
      covered += Math.abs(count.count() - 1) <= count.halfWidth95() ? 1 : 0;
      squares += Math.pow((count.count() - 1) / count.standardError(), 2);
    }
    assertThat(covered / (double) seeds).isBetween(0.93, 0.97);
    assertThat(Math.sqrt(squares / seeds)).as("error over stated error").isBetween(0.93, 1.07);
  }

  /**
   * A tenth of a sketch keeps one or two blocks of a signature, and objects of one module are
   * alike: errors differ from module to module. Under one error for all modules, 3 of these 1,740
   * absent ones are called present.
   */
  @Test
  void absentModules_areNotPresentInShortSketchesOfSimilarObjects() {
    SplittableRandom random = new SplittableRandom(41);
    List<ModuleProfile> modules = new ArrayList<>();
    for (int m = 0; m < 30; m++) {
      modules.add(new ModuleProfile("m" + m, 8, true, false, false));
    }
    int asked = 0;
    int falselyPresent = 0;
    double squares = 0;
    for (int seed = 0; seed < 60; seed++) {
      Operators operators = new Operators(new SketchSpec(2048, 16, seed));
      float[] centre = RandomGraphs.unit(random, 8);
      Computation.Builder graph = Computation.builder();
      for (int i = 0; i < 3; i++) {
        graph.object("o" + i, "m0", Attributes.dense(near(random, centre)));
        graph.root("o" + i, 1f / 3);
      }
      Sketch sketch = new Sketcher(operators).sketch(graph.build()).truncate(192);
      List<ModuleCount> found = new CountEstimator(operators, modules, 192).estimate(sketch);
      for (ModuleCount count : found.subList(1, modules.size())) {
        asked += count.determined() ? 1 : 0;
        falselyPresent += count.presence() == Presence.PRESENT ? 1 : 0;
        squares += count.determined() ? Math.pow(count.count() / count.standardError(), 2) : 0;
      }
    }
    assertThat(asked).isGreaterThan(1200);
    assertThat(falselyPresent).isLessThanOrEqualTo(1);
    assertThat(squares / asked).as("squared error over stated error").isBetween(0.7, 1.7);
  }

  private static float[] near(SplittableRandom random, float[] centre) {
    float[] x = RandomGraphs.unit(random, centre.length);
    double norm = 0;
    for (int j = 0; j < x.length; j++) {
      x[j] = centre[j] + 0.3f * x[j];
      norm += (double) x[j] * x[j];
    }
    for (int j = 0; j < x.length; j++) {
      x[j] /= (float) Math.sqrt(norm);
    }
    return x;
  }

  /**
   * Without its places, a module is counted with inputs and without, and its copies below are not.
   */
  @Test
  void moduleWithoutStatedPlaces_isCountedInEveryForm() {
    SplittableRandom random = new SplittableRandom(43);
    int covered = 0;
    int determined = 0;
    for (int seed = 0; seed < 60; seed++) {
      Operators operators = new Operators(new SketchSpec(4096, 16, seed));
      Computation graph =
          Computation.builder()
              .object("stage", "stage", Attributes.dense(RandomGraphs.unit(random, 32)))
              .object("part", "cat", Attributes.dense(RandomGraphs.unit(random, 4)))
              .object(
                  "a",
                  "cat",
                  Attributes.dense(RandomGraphs.unit(random, 4)),
                  new WeightedInput("stage", 0.5f),
                  new WeightedInput("part", 0.5f))
              .object("b", "cat", Attributes.dense(RandomGraphs.unit(random, 4)))
              .root("a", 0.5f)
              .root("b", 0.5f)
              .build();
      ModuleProfile byHand = new ModuleProfile("cat", 4, false, false, false);
      ModuleCount count = cat(operators, byHand, new Sketcher(operators).sketch(graph));
      determined += count.determined() ? 1 : 0;
      covered += Math.abs(count.count() - 2) <= count.halfWidth95() ? 1 : 0;
      assertThat(count.presence()).isNotEqualTo(Presence.ABSENT);
    }
    assertThat(determined).isEqualTo(60);
    assertThat(covered).isGreaterThanOrEqualTo(54);
  }

  @Test
  void belowTheNoiseFloorThereIsNoNumber() {
    assertThat(new ModuleCount("cat", 1.1, 0.3, true, "").estimate())
        .isEqualTo(
            Estimate.notDetermined("below the noise floor: the 95 % interval is 0.500 to 1.70"));
    assertThat(new ModuleCount("cat", 1.1, 0.2, true, "").estimate().determined()).isTrue();
    assertThat(new ModuleCount("cat", 40, 5.1, true, "").estimate().determined()).isFalse();
    assertThat(new ModuleCount("cat", 40, 4.9, true, "").estimate())
        .isEqualTo(Estimate.of(40, 4.9));
    assertThat(new ModuleCount("cat", 0, 0, false, "why").estimate())
        .isEqualTo(Estimate.notDetermined("why"));
  }

  @Test
  void presenceNeedsACountFarFromTheOtherAnswer() {
    assertThat(new ModuleCount("cat", 0.9, 0.2, true, "").presence()).isEqualTo(Presence.PRESENT);
    assertThat(new ModuleCount("cat", 0.1, 0.2, true, "").presence()).isEqualTo(Presence.ABSENT);
    assertThat(new ModuleCount("cat", 0.9, 0.4, true, "").presence())
        .isEqualTo(Presence.NOT_DETERMINED);
    assertThat(new ModuleCount("cat", 0.1, 0.4, true, "").presence())
        .isEqualTo(Presence.NOT_DETERMINED);
    assertThat(ofSigns(0.9, 0.2, 256).presence()).isEqualTo(Presence.PRESENT);
    assertThat(ofSigns(0.9, 0.2, 16).presence()).isEqualTo(Presence.NOT_DETERMINED);
    assertThat(ofSigns(0.1, 0.2, 16).presence()).isEqualTo(Presence.NOT_DETERMINED);
    assertThat(ofSigns(0.1, 0.01, 16).presence()).isEqualTo(Presence.ABSENT);
    assertThat(new ModuleCount("cat", 0, 0, false, "why").presence())
        .isEqualTo(Presence.NOT_DETERMINED);
  }

  private static ModuleCount ofSigns(double count, double error, double signs) {
    return new ModuleCount("cat", count, error, signs, true, "", CountMethod.LINEAR_FIT);
  }

  /** The error is that of one run; a floor at a part of the count would pick the largest errors. */
  @Test
  void oneUnscaledRunAmongAHundred_isNotDetermined_orInTheInterval() {
    double[] truth = {300, 100};
    int large = 0;
    for (int seed = 1; seed <= 12; seed++) {
      Operators operators = new Operators(new SketchSpec(4096, 16, seed));
      SplittableRandom random = new SplittableRandom(seed);
      List<Sketch> runs = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Computation.Builder run = Computation.builder().mass(4);
        for (int k = 0; k < 4; k++) {
          float[] x = RandomGraphs.unit(random, 4);
          if (i == 50) {
            Arrays.fill(x, 1000f);
          }
          run.object("o" + k, k < 3 ? "person" : "car", Attributes.dense(x)).root("o" + k, 0.25f);
        }
        runs.add(new Sketcher(operators).sketch(run.build()));
      }
      double[] ones = new double[runs.size()];
      Arrays.fill(ones, 1);
      Sketch sum = Sketch.weightedSum(runs, ones);
      List<ModuleProfile> modules =
          List.of(
              new ModuleProfile("person", 4, true, false, false),
              new ModuleProfile("car", 4, true, false, false));
      List<ModuleCount> counts = new CountEstimator(operators, modules, 4096).estimate(sum);
      for (int m = 0; m < 2; m++) {
        Estimate count = counts.get(m).estimate();
        large += count.determined() ? 0 : 1;
        assertThat(!count.determined() || count.covers(truth[m])).as("%s", count).isTrue();
        assertThat(counts.get(m).standardError()).isPositive();
      }
    }
    assertThat(large).isGreaterThan(20);
  }

  /** Asked one by one, each module has a filter of its own; all at once they have none. */
  @ParameterizedTest
  @ValueSource(ints = {2048, 1296})
  void manyModulesAtOnce_areCountedAsOneByOne(int prefix) {
    Operators operators = new Operators(new SketchSpec(2048, 16, 3));
    List<ModuleProfile> modules = new ArrayList<>();
    for (int m = 0; m < 320; m++) {
      modules.add(new ModuleProfile("m" + m, 16, m % 3 != 0, m % 3 == 0, false));
    }
    SplittableRandom random = new SplittableRandom(17);
    Computation.Builder run = Computation.builder().mass(40);
    run.object("stage", "m1", Attributes.dense(RandomGraphs.unit(random, 16)));
    for (int k = 0; k < 40; k++) {
      Attributes x = Attributes.dense(RandomGraphs.unit(random, 16));
      if (k % 3 == 0) {
        run.object("o" + k, "m" + k, x, new WeightedInput("stage", 1f));
      } else {
        run.object("o" + k, "m" + k, x);
      }
      run.root("o" + k, 1f / 40);
    }
    Sketch sketch = new Sketcher(operators).sketch(run.build()).truncate(prefix);
    CountEstimator estimator = new CountEstimator(operators, modules, prefix);
    List<ModuleCount> atOnce = estimator.estimate(sketch);
    int covered = 0;
    for (int m = 0; m < atOnce.size(); m++) {
      ModuleCount count = atOnce.get(m);
      covered += Math.abs(count.count() - (m < 40 ? 1 : 0)) <= count.halfWidth95() ? 1 : 0;
    }
    assertThat(covered).isBetween(290, 316); // 95 % of 320, and three deviations
    for (int m = 0; m < 60; m += 4) {
      ModuleCount alone = estimator.estimate(sketch, new int[] {m}).get(0);
      ModuleCount count = atOnce.get(m);
      assertThat(count.count()).isCloseTo(alone.count(), offset(0.2 * alone.standardError()));
      assertThat(count.standardError())
          .isBetween(0.8 * alone.standardError(), 1.25 * alone.standardError());
      assertThat(count.signs()).isCloseTo(alone.signs(), offset(0.25 * alone.signs()));
    }
  }

  @Test
  void badArguments_areNamed() {
    Operators operators = new Operators(new SketchSpec(1024, 16, 1));
    ModuleProfile cat = ModuleProfile.unseen("cat");
    assertThatThrownBy(() -> new CountEstimator(operators, List.of(cat, cat), 1024))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stands twice");
    assertThatThrownBy(() -> new CountEstimator(operators, List.of(cat), 1000))
        .hasMessageContaining("prefixLength: 1000");
    List<ModuleProfile> many = new ArrayList<>();
    for (int m = 0; m < 600; m++) {
      many.add(ModuleProfile.unseen("m" + m));
    }
    assertThatThrownBy(() -> new CountEstimator(operators, many, 1024))
        .hasMessageContaining("too many for 1024 floats");
    Sketch half =
        new Sketcher(operators)
            .sketch(
                Computation.builder().object("a", "cat", Attributes.none()).root("a", 1).build())
            .truncate(512);
    assertThatThrownBy(() -> new CountEstimator(operators, List.of(cat), 1024).estimate(half))
        .hasMessageContaining("512 floats are left");
  }

  /** 5 % of 16 blocks a column is less than one block: many signatures are erased as a whole. */
  @Test
  void signatureErasedAsAWhole_isNotDetermined_andNothingIsNotANumber() {
    Operators operators = new Operators(new SketchSpec(8192, 16, 3));
    List<ModuleProfile> modules = new ArrayList<>();
    for (int m = 0; m < 60; m++) {
      modules.add(new ModuleProfile("m" + m, 0, true, false, false));
    }
    Computation scene =
        Computation.builder()
            .object("a", "m1", Attributes.none())
            .object("b", "m2", Attributes.none())
            .root("a", 0.5f)
            .root("b", 0.5f)
            .build();
    Sketch sketch = new Sketcher(operators).sketch(scene).truncate(400);
    List<ModuleCount> counts = new CountEstimator(operators, modules, 400).estimate(sketch);
    assertThat(counts).anyMatch(c -> !c.determined()).anyMatch(ModuleCount::determined);
    for (ModuleCount count : counts) {
      assertThat(count.count()).as(count.module()).isFinite();
      assertThat(count.standardError()).as(count.module()).isFinite();
      if (!count.determined()) {
        assertThat(count.reason()).contains("hold nothing of the module's signature");
      }
    }
  }

  /**
   * Scenes with inputs as roots of own weight 0.2; counts follow it, and do without where it
   * varies.
   */
  @Test
  void ownWeights_areInTheForms() {
    Operators operators = new Operators(new SketchSpec(4096, 16, 9));
    SplittableRandom random = new SplittableRandom(4);
    int scenes = 3;
    Computation.Builder graph = Computation.builder();
    for (int k = 0; k < 4; k++) {
      String leaf = "leaf" + k;
      graph.object(leaf, "leaf", Attributes.dense(RandomGraphs.unit(random, 4)));
      Attributes own = Attributes.dense(RandomGraphs.unit(random, 4));
      String module = k < scenes ? "scene" : "other";
      graph.object("s" + k, module, own, List.of(new WeightedInput(leaf, 1)), 0.2f);
      graph.root("s" + k, 0.25f);
    }
    Computation run = graph.build();
    Sketch sketch = new Sketcher(operators).sketch(run);
    List<ModuleProfile> known = ModuleProfile.of(run.skeleton());
    ModuleCount count =
        new CountEstimator(operators, known, 4096)
            .estimate(sketch).stream()
                .filter(c -> c.module().equals("scene"))
                .findFirst()
                .orElseThrow();
    assertThat(count.determined()).isTrue();
    assertThat(count.count()).isCloseTo(scenes, within(4 * count.standardError()));
    assertThat(count.standardError()).isLessThan(0.5);
    List<ModuleProfile> varied = new ArrayList<>(known);
    varied.replaceAll(p -> p.name().equals("scene") ? p.merge(profileOf("scene", 0.7f)) : p);
    ModuleCount open =
        new CountEstimator(operators, varied, 4096)
            .estimate(sketch).stream()
                .filter(c -> c.module().equals("scene"))
                .findFirst()
                .orElseThrow();
    assertThat(open.determined()).isFalse();
    assertThat(open.reason()).contains("different own weights");
    assertThatThrownBy(() -> new BlindDecoder(operators, varied))
        .hasMessageContaining("known[scene].ownWeight: differs among its objects");
  }

  private static ModuleProfile profileOf(String name, float own) {
    return new ModuleProfile(name, 4, false, true, false, 0, 0, own, false);
  }
}
