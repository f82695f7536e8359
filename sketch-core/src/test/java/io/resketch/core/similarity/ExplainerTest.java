package io.resketch.core.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.MismatchException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.decode.Unroller;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.similarity.Explanation.ModuleContribution;
import io.resketch.core.similarity.Explanation.ObjectContribution;
import io.resketch.core.similarity.Explanation.PairContribution;
import io.resketch.core.similarity.Explanation.Side;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static final Operators OPERATORS = new Operators(new SketchSpec(2048, 16, 9));

  private static Sketch sketch(Operators operators, Computation graph) {
    return new Sketcher(operators).sketch(graph);
  }

  private static double sum(Side side) {
    return side.objects().stream().mapToDouble(ObjectContribution::contribution).sum();
  }

  @Test
  void contributionsOfEitherSide_sumToTheCosine_alsoOfPrefixes_inEveryFamily() {
    for (Family family :
        List.of(new Family.BlockSparse(16), new Family.Hadamard(), new Family.Dense())) {
      Operators operators = new Operators(new SketchSpec(256, family, 4));
      Computation a = RandomGraphs.dag(1, 10, 20);
      Computation b = RandomGraphs.dag(2, 14, 20);
      Sketch left = sketch(operators, a);
      for (int kept : new int[] {256, 128}) {
        Sketch right = sketch(operators, b).truncate(kept);
        Explanation found = new Explainer(operators).explain(left, a, right, b, 3);
        assertThat(found.cosine()).isEqualTo(left.cosine(right));
        for (Side side : List.of(found.left(), found.right())) {
          assertThat(sum(side)).as(family.label()).isCloseTo(found.cosine(), within(1e-5));
          assertThat(side.rest()).isCloseTo(0, within(1e-5));
          assertThat(side.modules().stream().mapToDouble(ModuleContribution::contribution).sum())
              .isCloseTo(found.cosine(), within(1e-5));
        }
      }
    }
  }

  /** Each contribution and pair is what the parts, formed one by one, say. */
  @Test
  void contributionsAndPairs_areThoseOfThePartsThemselves() {
    Computation a = RandomGraphs.dag(5, 8, 20);
    Computation b = RandomGraphs.dag(6, 8, 20);
    Sketch left = sketch(OPERATORS, a);
    Sketch right = sketch(OPERATORS, b);
    double norms = Math.sqrt(left.energy() * right.energy());
    Explanation found = new Explainer(OPERATORS).explain(left, a, right, b, 8);
    assertThat(found.left().objects()).isNotEmpty();
    for (ObjectContribution object : found.left().objects()) {
      double expected = dot(part(a, object.object()), right.toArray()) / norms;
      assertThat(object.contribution()).isCloseTo(expected, within(1e-6));
      assertThat(object.id()).isEqualTo(a.skeleton().id(object.object()));
    }
    assertThat(found.pairs()).hasSize(8);
    double strongest = -1;
    for (int i = 0; i < 8; i++) {
      for (int k = 0; k < 8; k++) {
        strongest = Math.max(strongest, dot(part(a, i), part(b, k)) / norms);
      }
    }
    PairContribution best = found.pairs().get(0);
    assertThat(best.contribution()).isCloseTo(strongest, within(1e-6));
    int i = Integer.parseInt(best.left().substring(1));
    int k = Integer.parseInt(best.right().substring(1));
    assertThat(dot(part(a, i), part(b, k)) / norms).isCloseTo(strongest, within(1e-6));
  }

  private static float[] part(Computation graph, int object) {
    float[] out = new float[OPERATORS.spec().dimension()];
    new GraphOperator(OPERATORS, graph.skeleton()).part(graph, object, out);
    return out;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private final SplittableRandom random = new SplittableRandom(3);
  private final Attributes cat = unit();

  private Attributes unit() {
    return Attributes.dense(RandomGraphs.unit(random, 24));
  }

  /** The cat at one place among others. */
  private Computation scene(String catId, boolean catFirst, String... others) {
    Computation.Builder graph = Computation.builder();
    float weight = 1f / (others.length + 1);
    if (catFirst) {
      graph.object(catId, "cat", cat).root(catId, weight);
    }
    for (String other : others) {
      graph.object(other, other, unit(), new WeightedInput(other + " part", 1));
      graph.object(other + " part", other + " part", unit());
      graph.root(other, weight);
    }
    if (!catFirst) {
      graph.object(catId, "cat", cat).root(catId, weight);
    }
    return graph.build();
  }

  @Test
  void sharedObject_comesFirst_fromOriginalAndFromDecodedAttributes() {
    Computation a = scene("tom", true, "car", "tree", "house");
    Computation b = scene("felix", false, "dog", "bird");
    Sketch left = sketch(OPERATORS, a);
    Sketch right = sketch(OPERATORS, b);
    GraphDecoder decoder = new GraphDecoder(OPERATORS, a.skeleton());
    Computation decoded = Unroller.computation(decoder.decode(left, Decoder.JOINT));
    for (Computation known : List.of(a, decoded)) {
      Explanation found = new Explainer(OPERATORS).explain(left, known, right, b, 2);
      assertThat(found.left().objects().get(0).id()).isEqualTo("tom");
      assertThat(found.right().objects().get(0).id()).isEqualTo("felix");
      assertThat(found.left().modules().get(0).module()).isEqualTo("cat");
      assertThat(found.left().objects().get(0).contribution()).isGreaterThan(0.8 * found.cosine());
      assertThat(found.pairs().get(0).left()).isEqualTo("tom");
      assertThat(found.pairs().get(0).right()).isEqualTo("felix");
      assertThat(found.pairs()).hasSize(2);
    }
  }

  /** MATCHED attributes are noisy: the rest says how much of the cosine they miss. */
  @Test
  void whatRecoveredAttributesMiss_isTheRest() {
    Computation a = scene("tom", true, "car", "tree");
    Sketch sketch = sketch(OPERATORS, a);
    GraphDecoder decoder = new GraphDecoder(OPERATORS, a.skeleton());
    Computation decoded = Unroller.computation(decoder.decode(sketch, Decoder.MATCHED));
    Explanation found = new Explainer(OPERATORS).explain(sketch, decoded, sketch, a, 0);
    assertThat(Math.abs(found.left().rest())).isGreaterThan(0.005);
    assertThat(sum(found.left()) + found.left().rest()).isCloseTo(found.cosine(), within(1e-9));
    assertThat(found.pairs()).isEmpty();
  }

  @Test
  void anotherSpec_isRefused() {
    Computation a = scene("tom", true, "car");
    Sketch mine = sketch(OPERATORS, a);
    Sketch foreign = sketch(new Operators(new SketchSpec(2048, 16, 10)), a);
    Explainer explainer = new Explainer(OPERATORS);
    assertThatThrownBy(() -> explainer.explain(foreign, a, mine, a, 1))
        .isInstanceOf(MismatchException.class);
    assertThatThrownBy(() -> explainer.explain(mine, a, foreign, a, 1))
        .isInstanceOf(MismatchException.class);
  }
}
