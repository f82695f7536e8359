package io.resketch.core.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimilarityBoundsTest {
  private static final int TRIALS = 200;
  private static final double CONFIDENCE = 0.95;

  /** Bounds and what they bound, over trials. */
  private static final class Trials {
    private final double[] observed = new double[TRIALS];
    private double bounds;
    private int held;
    private int count;

    void add(double value, double bound) {
      observed[count++] = Math.abs(value);
      bounds += bound / TRIALS;
      held += Math.abs(value) <= bound ? 1 : 0;
    }

    double share() {
      return held / (double) TRIALS;
    }

    /** Mean bound over the observed quantile of the same confidence. */
    double looseness() {
      Arrays.sort(observed);
      return bounds / observed[(int) (CONFIDENCE * TRIALS)];
    }
  }

  private static Computation tree(int depth, String prefix) {
    return rename(RandomGraphs.tree(prefix.hashCode(), depth, 3, 16), prefix);
  }

  /** The same computation with modules that no other has. */
  private static Computation rename(Computation graph, String prefix) {
    Computation.Builder out = Computation.builder();
    for (int i = 0; i < graph.skeleton().size(); i++) {
      WeightedInput[] inputs = new WeightedInput[graph.skeleton().inputCount(i)];
      for (int k = 0; k < inputs.length; k++) {
        inputs[k] =
            new WeightedInput(
                graph.skeleton().id(graph.skeleton().input(i, k)), graph.skeleton().weight(i, k));
      }
      out.object(
          graph.skeleton().id(i), prefix + graph.skeleton().module(i), graph.attributes(i), inputs);
    }
    for (int k = 0; k < graph.skeleton().rootCount(); k++) {
      out.root(graph.skeleton().id(graph.skeleton().root(k)), graph.skeleton().rootWeight(k));
    }
    return out.build();
  }

  private static Trials unrelated(Computation a, Computation b, int prefix) {
    Trials trials = new Trials();
    for (int seed = 0; seed < TRIALS; seed++) {
      SketchSpec spec = new SketchSpec(1024, 16, seed);
      Sketcher sketcher = new Sketcher(new Operators(spec));
      Sketch left = sketcher.sketch(a).truncate(prefix);
      Sketch right = sketcher.sketch(b);
      trials.add(
          left.cosine(right),
          new SimilarityBounds(spec).unrelatedCosine(a, left, right, CONFIDENCE));
    }
    return trials;
  }

  @Test
  void unrelatedSketches_stayBelowTheBound_whichIsNotFarAway() {
    for (int prefix : new int[] {1024, 256}) {
      Trials flat = unrelated(tree(1, "a "), tree(1, "b "), prefix);
      Trials deep = unrelated(tree(2, "a "), tree(2, "b "), prefix);
      assertThat(flat.share()).isGreaterThanOrEqualTo(CONFIDENCE);
      assertThat(deep.share()).isGreaterThanOrEqualTo(CONFIDENCE);
      assertThat(flat.looseness()).isLessThan(3);
      assertThat(deep.looseness()).isLessThan(4);
    }
  }

  private static Attributes unit(SplittableRandom random) {
    return Attributes.dense(RandomGraphs.unit(random, 16));
  }

  /** Two objects of one module, one shared at another place, others; or all below one root. */
  private static Computation scene(long seed, boolean first, boolean below) {
    SplittableRandom common = new SplittableRandom(77);
    SplittableRandom random = new SplittableRandom(seed);
    Computation.Builder graph = Computation.builder();
    Attributes shared = unit(common);
    Attributes fixed = unit(common);
    String[] ids = first ? new String[] {"s", "f", "o", "p"} : new String[] {"o", "f", "p", "s"};
    WeightedInput[] all = new WeightedInput[ids.length];
    for (int i = 0; i < ids.length; i++) {
      Attributes x = ids[i].equals("s") ? shared : ids[i].equals("f") ? fixed : unit(random);
      String module = ids[i].equals("p") ? "s" : ids[i].equals("o") ? "o" + seed : ids[i];
      graph.object(ids[i], module, x);
      all[i] = new WeightedInput(ids[i], 0.25f);
      if (!below) {
        graph.root(ids[i], 0.25f);
      }
    }
    if (below) {
      graph.object("top", "top", unit(random), all).root("top", 1);
    }
    return graph.build();
  }

  @Test
  void sketchesTellTheExactSimilarity_withinTheBounds() {
    for (boolean below : new boolean[] {false, true}) {
      Computation a = scene(1, true, below);
      Computation b = scene(2, false, below);
      ExactFeatures left = new ExactFeatures(a);
      ExactFeatures right = new ExactFeatures(b);
      double shared = new SimilarityBounds(new SketchSpec(16384, 16, 0)).sharedAtLeast(a, b);
      assertThat(shared).isPositive().isLessThanOrEqualTo(left.dot(right));
      for (int prefix : new int[] {16384, 4096}) {
        Trials products = new Trials();
        Trials cosines = new Trials();
        int above = 0;
        for (int seed = 0; seed < TRIALS; seed++) {
          SketchSpec spec = new SketchSpec(16384, 16, seed);
          SimilarityBounds bounds = new SimilarityBounds(spec);
          Sketcher sketcher = new Sketcher(new Operators(spec));
          Sketch s = sketcher.sketch(a).truncate(prefix);
          Sketch t = sketcher.sketch(b).truncate(prefix);
          double product = s.cosine(t) * Math.sqrt(s.energy() * t.energy()) * 16384 / prefix;
          double error = bounds.innerProductError(a, b, prefix, CONFIDENCE);
          products.add(product - left.dot(right), error);
          cosines.add(
              s.cosine(t) - left.cosine(right), bounds.cosineError(a, b, prefix, CONFIDENCE));
          above += product >= shared - error ? 1 : 0;
        }
        assertThat(products.share()).isGreaterThanOrEqualTo(CONFIDENCE);
        assertThat(cosines.share()).isGreaterThanOrEqualTo(CONFIDENCE);
        assertThat(above / (double) TRIALS).isGreaterThanOrEqualTo(CONFIDENCE);
        assertThat(products.looseness()).isLessThan(below ? 13 : 8);
        if (!below && prefix == 16384) {
          assertThat(products.bounds).as("tells sharing from nothing").isLessThan(shared / 3);
          assertThat(cosines.bounds).isLessThan(0.45);
          assertThat(cosines.looseness()).isLessThan(45);
        }
      }
    }
  }

  @Test
  void sharedRoot_addsAnEighthOfTheWeights() {
    SplittableRandom random = new SplittableRandom(5);
    Attributes x = unit(random);
    Computation a =
        Computation.builder()
            .object("x", "m", x)
            .object("y", "n", unit(random))
            .root("x", 0.5f)
            .root("y", 0.5f)
            .build();
    Computation b =
        Computation.builder()
            .object("z", "o", unit(random))
            .object("x", "m", x)
            .root("z", 0.75f)
            .root("x", 0.25f)
            .build();
    SketchSpec spec = new SketchSpec(1024, 16, 0);
    assertThat(new SimilarityBounds(spec).sharedAtLeast(a, b))
        .isCloseTo(0.5 * 0.25 / 8, within(1e-7));
    assertThat(new SimilarityBounds(spec.withTransparency(0.75)).sharedAtLeast(a, b))
        .isCloseTo(0.75 * 0.75 * 0.5 * 0.25 / 2, within(1e-7));
  }

  @Test
  void boundsFallAsTheRootOfTheFloats() {
    Computation a = scene(1, true, false);
    Computation b = scene(2, false, false);
    double small =
        new SimilarityBounds(new SketchSpec(4096, 16, 1)).innerProductError(a, b, 4096, 0.9);
    double large =
        new SimilarityBounds(new SketchSpec(65536, 16, 1)).innerProductError(a, b, 65536, 0.9);
    assertThat(small / large).isCloseTo(4, within(0.1));
  }

  @Test
  void badArguments_areNamed() {
    Computation a = scene(1, true, false);
    assertThatThrownBy(() -> new SimilarityBounds(new SketchSpec(1024, new Family.Hadamard(), 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("family: HADAMARD");
    SimilarityBounds bounds = new SimilarityBounds(new SketchSpec(1024, 16, 1));
    assertThatThrownBy(() -> bounds.innerProductError(a, a, 1024, 1))
        .hasMessageContaining("confidence: 1.0");
    assertThatThrownBy(() -> bounds.innerProductError(a, a, 1000, 0.9))
        .hasMessageContaining("prefixLength: 1000");
  }
}
