package io.resketch.core.decode;

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
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UnrollerTest {
  private static final int D = 512;
  private static final int ATTRIBUTES = 24;

  private final SplittableRandom random = new SplittableRandom(8);
  private final Attributes face = unit();
  private final Attributes eye = unit();
  private final Attributes pixels = unit();

  private Attributes unit() {
    return Attributes.dense(RandomGraphs.unit(random, ATTRIBUTES));
  }

  private static WeightedInput in(String id, float weight) {
    return new WeightedInput(id, weight);
  }

  /** A face as a root, behind two others; the pixels are also an input of one of those. */
  private Computation shallow() {
    return Computation.builder()
        .object("pixels", "camera", pixels)
        .object("car", "car", unit(), in("pixels", 1))
        .object("tree", "tree", unit())
        .object("eye", "eye", eye, in("pixels", 1))
        .object("face", "face", face, in("eye", 0.75f), in("pixels", 0.25f))
        .root("car", 0.25f)
        .root("tree", 0.25f)
        .root("face", 0.5f)
        .build();
  }

  /** The same face two levels down, under other ids. */
  private Computation deep() {
    return Computation.builder()
        .object("scene", "scene", unit(), in("person", 0.6f), in("dog", 0.4f))
        .object("dog", "dog", unit())
        .object("person", "person", unit(), in("f", 0.7f), in("hand", 0.3f))
        .object("hand", "hand", unit())
        .object("f", "face", face, in("e", 0.75f), in("p", 0.25f))
        .object("e", "eye", eye, in("p", 1))
        .object("p", "camera", pixels)
        .root("scene", 1)
        .build();
  }

  private static Decoded decode(Operators operators, Computation graph, int kept) {
    Sketch sketch = new Sketcher(operators).sketch(graph).truncate(kept);
    return new GraphDecoder(operators, graph.skeleton()).decode(sketch, Decoder.JOINT);
  }

  private static Unrolled unroll(Operators operators, Computation graph, int kept, String id) {
    return new Unroller(operators).unroll(decode(operators, graph, kept), id);
  }

  @Test
  void objectSeenInTwoComputations_isFoundAgain_whereverItStood() {
    for (Family family :
        List.of(new Family.BlockSparse(16), new Family.Hadamard(), new Family.Dense())) {
      int d = family instanceof Family.Dense ? 256 : D;
      Operators operators = new Operators(new SketchSpec(d, family, 3));
      Unroller unroller = new Unroller(operators);
      Unrolled here = unroller.unroll(decode(operators, shallow(), d), "face");
      Decoded deep = decode(operators, deep(), d);
      Unrolled there = unroller.unroll(deep, "f");
      assertThat(here.sketch().cosine(there.sketch())).as(family.label()).isGreaterThan(0.9999);
      assertThat(here.sketch().mass()).isEqualTo(1);
      assertThat(here.sketch().prefixLength()).isEqualTo(d);
      for (String other : List.of("scene", "person", "dog", "hand", "e", "p")) {
        assertThat(here.sketch().cosine(unroller.unroll(deep, other).sketch()))
            .as("%s, %s", family.label(), other)
            .isLessThan(0.75);
      }
    }
  }

  @Test
  void otherAttributesOfTheSameModules_areFarther() {
    Operators operators = new Operators(new SketchSpec(D, 16, 3));
    Computation original = shallow();
    Computation other =
        Computation.of(original.skeleton(), List.of(unit(), unit(), unit(), unit(), unit()));
    double same = unroll(operators, original, D, "face").sketch().cosine(faceAlone(operators));
    double others = unroll(operators, other, D, "face").sketch().cosine(faceAlone(operators));
    assertThat(same).isGreaterThan(0.9999);
    assertThat(others).isBetween(0.2, 0.75);
  }

  private Sketch faceAlone(Operators operators) {
    return new Sketcher(operators)
        .sketch(
            Computation.builder()
                .object("a", "face", face, in("b", 0.75f), in("c", 0.25f))
                .object("b", "eye", eye, in("c", 1))
                .object("c", "camera", pixels)
                .root("a", 1)
                .build());
  }

  @Test
  void leafSharedByOthers_isALoneRoot_andTheRootHoldsAll() {
    Operators operators = new Operators(new SketchSpec(D, 16, 3));
    Unrolled leaf = unroll(operators, shallow(), D, "pixels");
    assertThat(leaf.part().skeleton().size()).isEqualTo(1);
    assertThat(leaf.attributes())
        .usingComparatorWithPrecision(1e-3f)
        .containsExactly(pixels.toArray());
    Computation graph = deep();
    Unrolled root = unroll(operators, graph, D, "scene");
    assertThat(root.part().skeleton().size()).isEqualTo(7);
    assertThat(root.sketch().cosine(new Sketcher(operators).sketch(graph)))
        .isCloseTo(1, within(1e-4));
    Unrolled face = unroll(operators, shallow(), D, "face");
    assertThat(face.part().skeleton().size()).as("face, eye, the shared pixels").isEqualTo(3);
    assertThat(face.part().skeleton().id(face.object())).isEqualTo("face");
  }

  /** Fewer floats than the 168 unknowns: worse, and said so. */
  @Test
  void afterErasure_theStatedErrorsFollowTheTrueOnes() {
    Computation graph = deep();
    double stated = 0;
    double actual = 0;
    double statedSketch = 0;
    double actualSketch = 0;
    for (int seed = 0; seed < 8; seed++) {
      Operators operators = new Operators(new SketchSpec(D, 16, seed));
      Unrolled part = unroll(operators, graph, 112, "person");
      float[] truth = graph.attributes(2).toArray();
      float[] found = part.attributes();
      for (int j = 0; j < truth.length; j++) {
        actual += Math.pow(found[j] - truth[j], 2) / truth.length;
      }
      stated += Math.pow(part.standardError(), 2);
      Sketch exact = unroll(operators, graph, D, "person").sketch();
      double distance = 0;
      for (int i = 0; i < D; i++) {
        distance += Math.pow(part.sketch().value(i) - exact.value(i), 2);
      }
      actualSketch += distance / part.sketch().energy();
      statedSketch += Math.pow(part.sketchError(), 2);
    }
    assertThat(Math.sqrt(actual / 8)).as("erasure is felt").isGreaterThan(0.02);
    assertThat(Math.sqrt(stated / actual)).isBetween(0.6, 1.7);
    assertThat(Math.sqrt(statedSketch / actualSketch)).isBetween(0.6, 1.7);
  }

  @Test
  void unknownId_isNamedWithThoseThatAreKnown() {
    Operators operators = new Operators(new SketchSpec(D, 16, 3));
    assertThatThrownBy(() -> unroll(operators, shallow(), D, "nose"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("objectId: \"nose\"")
        .hasMessageContaining("ask for one of pixels, car, tree, eye, face");
  }
}
