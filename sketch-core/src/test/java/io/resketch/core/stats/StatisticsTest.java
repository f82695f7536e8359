package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.RandomGraphs;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The 95 % intervals of blind and guided statistics hold in 93 to 97 % of cases. */
class StatisticsTest {
  /** Intervals that hold, of those given. */
  private static final class Tally {
    private int given;
    private int held;

    void add(Estimate estimate, double truth) {
      given += estimate.determined() ? 1 : 0;
      held += estimate.covers(truth) ? 1 : 0;
    }

    void assertCovers(String what, int atLeast) {
      assertThat(given).as(what).isGreaterThan(atLeast);
      assertThat(held / (double) given).as(what).isBetween(0.93, 0.97);
    }
  }

  private final Tally counts = new Tally();
  private final Tally absent = new Tally();
  private final Tally means = new Tally();
  private final Tally squares = new Tally();
  private int presences;
  private int wrongPresences;

  private static List<ModuleProfile> profiles(List<Scenes.Scene> scenes) {
    Map<String, ModuleProfile> known = new HashMap<>();
    for (int m = 0; m < Scenes.MODULES; m++) {
      known.put("m" + m, ModuleProfile.unseen("m" + m));
    }
    for (Scenes.Scene scene : scenes) {
      for (ModuleProfile profile : ModuleProfile.of(scene.graph().skeleton())) {
        known.merge(profile.name(), profile, ModuleProfile::merge);
      }
    }
    return List.copyOf(known.values());
  }

  private static Sketch noisy(SplittableRandom random, Sketch sketch, double noise) {
    float[] values = sketch.toArray();
    double scale = noise * Math.sqrt(3 * sketch.energy() / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (scale * random.nextDouble(-1, 1)); // as rounding does
    }
    return Sketch.of(
        sketch.fingerprint(), sketch.dimension(), values, sketch.mass(), sketch.runs());
  }

  /**
   * Asks about sums of {@code runs} scenes each.
   *
   * @param noise added to every value, over the root mean square of the sketch; with any, values
   *     are also encoded in 8 bits
   */
  private void ask(
      Family family, int dimension, int prefix, boolean deep, int runs, double noise, int seeds) {
    SplittableRandom random = new SplittableRandom(29);
    int trials = runs == 1 ? 20 : 3;
    for (int seed = 0; seed < seeds; seed++) {
      Scenes scenes = new Scenes(random, deep);
      List<Scenes.Scene> drawn = new ArrayList<>();
      for (int k = 0; k < trials * runs; k++) {
        drawn.add(scenes.draw(1 + k % 5));
      }
      Operators operators = new Operators(new SketchSpec(dimension, family, seed));
      BlindStatistics statistics =
          new BlindStatistics(new CountEstimator(operators, profiles(drawn), prefix));
      Sketcher sketcher = new Sketcher(operators);
      for (int t = 0; t < trials; t++) {
        List<Scenes.Scene> part = drawn.subList(t * runs, (t + 1) * runs);
        List<Sketch> sketches = new ArrayList<>();
        double[] weights = new double[runs];
        for (int k = 0; k < runs; k++) {
          sketches.add(sketcher.sketch(part.get(k).graph()));
          weights[k] = runs == 1 ? 1 : 1 + random.nextInt(3);
        }
        Sketch sketch =
            noisy(random, Sketch.weightedSum(sketches, weights), noise).truncate(prefix);
        Sketch asked = noise > 0 ? sketch.encode(Encoding.I8_BLOCK) : sketch;
        compare(statistics.estimate(asked), part, weights);
      }
    }
  }

  private void compare(List<ModuleStatistics> found, List<Scenes.Scene> scenes, double[] weights) {
    for (ModuleStatistics s : found) {
      int m = Integer.parseInt(s.module().substring(1));
      double n = 0;
      double[] sums = new double[Scenes.ATTRIBUTES];
      for (int k = 0; k < weights.length; k++) {
        n += weights[k] * scenes.get(k).counts()[m];
        for (int j = 0; j < sums.length; j++) {
          sums[j] += weights[k] * scenes.get(k).sums()[m][j];
        }
      }
      counts.add(s.count(), n);
      if (n == 0) {
        absent.add(s.count(), n);
      }
      if (s.presence() != Presence.NOT_DETERMINED) {
        presences++;
        wrongPresences += (s.presence() == Presence.PRESENT) == (n > 0) ? 0 : 1;
      }
      for (int j = 0; j < s.mean().size() && n > 0; j++) {
        means.add(s.mean().get(j), sums[j] / n);
        squares.add(s.secondMoment().get(j), sums[j] * sums[j] / (n * n));
      }
    }
  }

  @Test
  void singleRuns() {
    ask(new Family.BlockSparse(16), 2048, 2048, false, 1, 0, 30);
    counts.assertCovers("counts", 3000);
    absent.assertCovers("counts of absent modules", 1000);
    means.assertCovers("means", 5000);
    squares.assertCovers("second moments", 3000);
    assertThat(presences).isGreaterThan(3500);
    assertThat(wrongPresences).isLessThanOrEqualTo(presences / 500);
  }

  @Test
  void erasedAndRoundedRuns() {
    ask(new Family.BlockSparse(16), 2048, 1024, false, 1, 0.5, 30);
    counts.assertCovers("counts", 2000);
    means.assertCovers("means", 2000);
    squares.assertCovers("second moments", 1000);
  }

  @Test
  void weightedSums() {
    ask(new Family.BlockSparse(16), 2048, 1024, false, 30, 0, 40);
    counts.assertCovers("counts", 300);
    means.assertCovers("means", 1000);
    assertThat(squares.given).as("a sum holds no squares").isZero();
  }

  @Test
  void modulesThatAlsoOccurBelowOthers() {
    ask(new Family.BlockSparse(16), 2048, 2048, true, 1, 0, 6);
    counts.assertCovers("counts", 500);
    means.assertCovers("means", 300);
  }

  @Test
  void otherFamilies() {
    ask(new Family.Hadamard(), 256, 256, false, 1, 0, 3);
    ask(new Family.Dense(), 256, 256, false, 1, 0, 3);
    counts.assertCovers("counts", 150);
  }

  @Test
  void moreUnknownsThanFloats_giveNoShrunkMeans() {
    Operators operators = new Operators(new SketchSpec(256, 16, 1));
    float[] x = RandomGraphs.unit(new SplittableRandom(2), 400);
    Computation graph =
        Computation.builder().object("a", "cat", Attributes.dense(x)).root("a", 1).build();
    List<ModuleProfile> cat = ModuleProfile.of(graph.skeleton());
    ModuleStatistics found =
        new BlindStatistics(new CountEstimator(operators, cat, 256))
            .estimate(new Sketcher(operators).sketch(graph))
            .get(0);
    assertThat(found.mean()).hasSize(400).noneMatch(Estimate::determined);
    assertThat(found.mean()).isNotEmpty().allSatisfy(e -> assertThat(e.value()).isZero());
  }

  @Test
  void guidedStatistics() {
    SplittableRandom random = new SplittableRandom(37);
    for (int seed = 0; seed < 120; seed++) {
      Operators operators = new Operators(new SketchSpec(2048, 16, seed));
      Scenes scenes = new Scenes(random, true);
      GuidedStatistics statistics = new GuidedStatistics(operators);
      Map<String, double[][]> truth = new HashMap<>();
      for (int k = 0; k < 4; k++) {
        Scenes.Scene scene = scenes.draw(1 + k);
        Sketch sketch =
            noisy(random, new Sketcher(operators).sketch(scene.graph()), 0.003).truncate(1536);
        double weight = 1 + k % 2;
        statistics.add(decode(operators, scene, sketch), Decoder.JOINT, 1536, weight);
        add(truth, scene, weight);
      }
      for (ModuleStatistics s : statistics.statistics()) {
        double[][] sums = truth.get(s.module());
        assertThat(s.count()).as("exact").isEqualTo(Estimate.of(sums[0][0], 0));
        assertThat(s.presence()).isEqualTo(Presence.PRESENT);
        for (int j = 0; j < Scenes.ATTRIBUTES; j++) {
          means.add(s.mean().get(j), sums[1][j] / sums[0][j]);
          squares.add(s.secondMoment().get(j), sums[2][j] / sums[0][j]);
        }
      }
    }
    means.assertCovers("means", 4000);
    squares.assertCovers("second moments", 4000);
  }

  private static Decoded decode(Operators operators, Scenes.Scene scene, Sketch sketch) {
    return new GraphDecoder(operators, scene.graph().skeleton()).decode(sketch, Decoder.JOINT);
  }

  private static void add(Map<String, double[][]> truth, Scenes.Scene scene, double weight) {
    Skeleton skeleton = scene.graph().skeleton();
    for (int i = 0; i < skeleton.size(); i++) {
      double[][] sums =
          truth.computeIfAbsent(skeleton.module(i), name -> new double[3][Scenes.ATTRIBUTES]);
      float[] x = scene.graph().attributes(i).toArray();
      for (int j = 0; j < x.length; j++) {
        sums[0][j] += weight;
        sums[1][j] += weight * x[j];
        sums[2][j] += weight * x[j] * x[j];
      }
    }
  }

  @Test
  void guided_objectsBelowTheNoiseFloorGiveNoNumber() {
    Operators operators = new Operators(new SketchSpec(256, 16, 3));
    Scenes.Scene scene = new Scenes(new SplittableRandom(1), true).draw(8);
    Sketch sketch = new Sketcher(operators).sketch(scene.graph());
    GuidedStatistics statistics = new GuidedStatistics(operators);
    statistics.add(decode(operators, scene, sketch), Decoder.JOINT, 256, 1);
    assertThat(statistics.statistics())
        .anySatisfy(
            s -> {
              assertThat(s.count().determined()).isTrue();
              assertThat(s.mean().get(0).reason()).contains("objects are below the noise floor");
              assertThat(s.secondMoment().get(0).determined()).isFalse();
            });
  }

  @Test
  void guided_badArgumentsAreNamed() {
    Operators operators = new Operators(new SketchSpec(1024, 16, 3));
    Scenes.Scene scene = new Scenes(new SplittableRandom(1), false).draw(1);
    Decoded run = decode(operators, scene, new Sketcher(operators).sketch(scene.graph()));
    GuidedStatistics statistics = new GuidedStatistics(operators);
    assertThatThrownBy(() -> statistics.add(run, Decoder.JOINT, 1024, 0))
        .hasMessageContaining("weight: 0.0 must be finite and above 0");
    assertThatThrownBy(() -> statistics.add(run, Decoder.JOINT, 1000, 1))
        .hasMessageContaining("prefixLength: 1000");
  }
}
