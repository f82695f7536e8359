package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Objects of few modules, alike or equal: one that is missing is taken up by its neighbours. */
class BlindSimilarTest {
  private static final int DIMENSION = 4096;
  private static final int ATTRIBUTES = 16;

  private static Operators operators(long seed) {
    return new Operators(new SketchSpec(DIMENSION, 16, seed));
  }

  private static BlindDecoder decoder(Operators operators, int attributes) {
    List<ModuleProfile> known = new ArrayList<>();
    for (int m = 0; m < 8; m++) {
      known.add(new ModuleProfile("m" + m, attributes, false, false, false));
    }
    return new BlindDecoder(operators, known);
  }

  /** A unit vector at a cosine of about {@code cosine} to the module's centre. */
  private static float[] near(SplittableRandom random, float[] center, double cosine) {
    float[] x = RandomGraphs.unit(random, center.length);
    double scatter = Math.sqrt(1 - cosine * cosine);
    for (int j = 0; j < x.length; j++) {
      x[j] = (float) (cosine * center[j] + scatter * x[j]);
    }
    return x;
  }

  /** Roots of two modules. */
  private static Computation scene(
      SplittableRandom random, float[] weights, int attributes, double cosine) {
    float[][] centers = {
      RandomGraphs.unit(random, attributes), RandomGraphs.unit(random, attributes)
    };
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < weights.length; i++) {
      int module = random.nextInt(2);
      float[] x = near(random, centers[module], cosine);
      graph.object("o" + i, "m" + module, Attributes.dense(x));
      graph.root("o" + i, weights[i]);
    }
    return graph.build();
  }

  private static float[] equal(int objects) {
    float[] weights = new float[objects];
    Arrays.fill(weights, 1f / objects);
    return weights;
  }

  private static Map<Integer, String> truth(Skeleton skeleton, double above) {
    Map<Integer, String> out = new TreeMap<>();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      if (skeleton.rootWeight(k) > above) {
        out.put(k, skeleton.module(skeleton.root(k)));
      }
    }
    return out;
  }

  private static Map<Integer, String> found(BlindTree tree) {
    Map<Integer, String> out = new TreeMap<>();
    tree.objects().forEach(o -> out.put(o.position(), o.module()));
    return out;
  }

  @Test
  void similarObjects_areCompleteOnlyIfNoneIsMissing() {
    SplittableRandom random = new SplittableRandom(31);
    int complete = 0;
    int all = 0;
    for (int seed = 0; seed < 5; seed++) {
      Operators operators = operators(seed);
      BlindDecoder decoder = decoder(operators, ATTRIBUTES);
      for (double cosine : new double[] {0.9, 0.99, 1}) {
        Computation graph = scene(random, equal(8 + random.nextInt(5)), ATTRIBUTES, cosine);
        for (int kept : new int[] {2048, 1024, 512}) {
          for (Encoding encoding : new Encoding[] {Encoding.F32, Encoding.I8_BLOCK}) {
            Sketch sketch = new Sketcher(operators).sketch(graph).truncate(kept).encode(encoding);
            BlindTree tree = decoder.decode(sketch);
            all += kept >= 1024 ? 1 : 0;
            if (tree.status() == BlindTree.Status.COMPLETE) {
              complete += kept >= 1024 ? 1 : 0;
              assertThat(found(tree))
                  .as("seed %d, cosine %s, %d %s", seed, cosine, kept, encoding)
                  .isEqualTo(truth(graph.skeleton(), 0));
              assertThat(tree.hiddenWeight()).isLessThan(0.25 / graph.skeleton().rootCount());
            }
          }
        }
      }
    }
    assertThat((double) complete / all).isGreaterThan(0.9);
  }

  /** At seed 0, a quarter holds next to nothing of position 7's own part of the signatures. */
  @Test
  void positionThatThePrefixHardlyHolds_isFoundByWhatItExplains() {
    SplittableRandom random = new SplittableRandom(32);
    Operators operators = operators(0);
    for (int k = 0; k < 4; k++) {
      Computation graph = scene(random, equal(10), ATTRIBUTES, 0.99);
      Sketch sketch = new Sketcher(operators).sketch(graph).truncate(1024);
      BlindTree tree = decoder(operators, ATTRIBUTES).decode(sketch);
      assertThat(tree.status()).as(tree.reason()).isEqualTo(BlindTree.Status.COMPLETE);
      assertThat(found(tree)).isEqualTo(truth(graph.skeleton(), 0));
      assertThat(tree.objects()).allMatch(o -> Math.abs(o.effectiveWeight() - 0.1) < 1e-3);
    }
  }

  /** Few attributes and few floats: different trees explain the same floats exactly. */
  @Test
  void floatsThatSeveralTreesExplain_areNotComplete() {
    SplittableRandom random = new SplittableRandom(33);
    Operators operators = operators(100);
    int ambiguous = 0;
    for (int objects = 2; objects <= 9; objects++) {
      Computation graph = scene(random, equal(objects), 1, 1);
      Sketch sketch = new Sketcher(operators).sketch(graph).truncate(400);
      BlindTree tree = decoder(operators, 1).decode(sketch);
      ambiguous += tree.reason().contains("do not tell positions apart") ? 1 : 0;
      if (tree.status() == BlindTree.Status.COMPLETE) {
        assertThat(found(tree)).isEqualTo(truth(graph.skeleton(), 0));
      }
    }
    assertThat(ambiguous).isPositive();
  }

  @Test
  void noiseThatIsNotStated_isNotComplete() {
    SplittableRandom random = new SplittableRandom(34);
    Operators operators = operators(1);
    Computation graph = scene(random, equal(6), ATTRIBUTES, 0.9);
    Sketch made = new Sketcher(operators).sketch(graph);
    float[] values = made.toArray();
    double scale = 0.1 * Math.sqrt(made.energy() / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (scale * random.nextDouble(-1, 1));
    }
    Sketch noisy = Sketch.of(made.fingerprint(), DIMENSION, values, made.mass(), 1);
    BlindTree tree = decoder(operators, ATTRIBUTES).decode(noisy);
    assertThat(found(tree)).isEqualTo(truth(graph.skeleton(), 0));
    assertThat(tree.status()).isEqualTo(BlindTree.Status.PARTIAL);
    assertThat(tree.reason()).contains("times the noise that rounding explains");
    assertThat(tree.hiddenWeight()).isEqualTo(1);
    assertThat(tree.computation()).isEmpty();
  }

  /** An object that rounding hides is lighter than what is stated. */
  @Test
  void lightObjects_areFoundOrBelowTheHiddenWeight() {
    SplittableRandom random = new SplittableRandom(35);
    int missing = 0;
    for (int seed = 0; seed < 4; seed++) {
      Operators operators = operators(200 + seed);
      for (float light : new float[] {0.05f, 0.005f, 5e-4f, 5e-5f}) {
        float[] weights = {0.3f, 0.3f, 0.4f - light, light};
        Computation graph = scene(random, weights, ATTRIBUTES, 0.97);
        for (Encoding encoding : new Encoding[] {Encoding.BF16, Encoding.I8_BLOCK}) {
          Sketch sketch = new Sketcher(operators).sketch(graph).encode(encoding);
          BlindTree tree = decoder(operators, ATTRIBUTES).decode(sketch);
          if (tree.status() == BlindTree.Status.COMPLETE) {
            missing += tree.objects().size() < weights.length ? 1 : 0;
            assertThat(found(tree))
                .containsAllEntriesOf(truth(graph.skeleton(), tree.hiddenWeight()));
          }
        }
      }
    }
    assertThat(missing).isPositive();
  }
}
