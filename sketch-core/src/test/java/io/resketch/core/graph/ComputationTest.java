package io.resketch.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ComputationTest {
  private static final Attributes ONE = Attributes.dense(1f);

  private static WeightedInput in(String id, float weight) {
    return new WeightedInput(id, weight);
  }

  private static AbstractThrowableAssert<?, ?> assertInvalid(ThrowingCallable call) {
    return assertThatThrownBy(call).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void cycle_namesTheObjectsThatCloseIt() {
    assertInvalid(
            () ->
                Computation.builder()
                    .object("a", "m", ONE, in("b", 1))
                    .object("b", "m", ONE, in("a", 1))
                    .root("a", 1)
                    .build())
        .hasMessageContaining("objects[b].inputs: \"a\" closes a cycle");
  }

  @Test
  void cycleOutOfReachOfTheRoots_isStillACycle() {
    assertInvalid(
            () ->
                Computation.builder()
                    .object("r", "m", ONE)
                    .object("a", "m", ONE, in("r", 0.5f), in("b", 0.5f))
                    .object("b", "m", ONE, in("a", 1))
                    .root("r", 1)
                    .build())
        .hasMessageContaining("cycle");
  }

  @Test
  void selfInput_isACycle() {
    assertInvalid(
            () -> Computation.builder().object("a", "m", ONE, in("a", 1)).root("a", 1).build())
        .hasMessageContaining("objects[a].inputs");
  }

  @Test
  void unknownReference_namesPlaceAndId() {
    assertInvalid(
            () -> Computation.builder().object("a", "m", ONE, in("x", 1)).root("a", 1).build())
        .hasMessageContaining("objects[a].inputs[0].object: \"x\"");
    assertInvalid(() -> Computation.builder().object("a", "m", ONE).root("y", 1).build())
        .hasMessageContaining("roots[0].object: \"y\"");
  }

  @Test
  void nonFiniteAttribute_namesObjectAndIndex() {
    assertInvalid(() -> Computation.builder().object("a", "m", Attributes.dense(0f, Float.NaN)))
        .hasMessageContaining("objects[a].attributes[1]: NaN");
    assertInvalid(
            () ->
                Computation.builder()
                    .object(
                        "a",
                        "m",
                        Attributes.sparse(9, new int[] {8}, new float[] {Float.NEGATIVE_INFINITY})))
        .hasMessageContaining("objects[a].attributes[8]: -Infinity");
  }

  @Test
  void weights_mustBeFiniteNonNegativeAndSumToOne() {
    assertInvalid(() -> Computation.builder().object("a", "m", ONE).root("a", 0.9998f).build())
        .hasMessageContaining("roots: weights sum to 0.99");
    assertInvalid(() -> Computation.builder().object("a", "m", ONE).root("a", Float.NaN).build())
        .hasMessageContaining("roots[0].weight: NaN");
    assertInvalid(
            () ->
                Computation.builder()
                    .object("a", "m", ONE)
                    .object("b", "m", ONE, in("a", -1f), in("a", 2f))
                    .root("b", 1)
                    .build())
        .hasMessageContaining("objects[b].inputs[0].weight: -1.0");
    assertThat(
            Computation.builder()
                .object("a", "m", ONE)
                .root("a", 0.99995f)
                .build()
                .skeleton()
                .rootCount())
        .isEqualTo(1);
  }

  @Test
  void emptyOrUselessObjects_areRefused() {
    assertInvalid(() -> Computation.builder().build()).hasMessageContaining("objects: is empty");
    assertInvalid(() -> Computation.builder().object("a", "m", ONE).build())
        .hasMessageContaining("roots: is empty");
    assertInvalid(
            () ->
                Computation.builder()
                    .object("a", "m", ONE)
                    .object("b", "m", ONE)
                    .root("a", 1)
                    .build())
        .hasMessageContaining("objects[b]: is out of reach");
    assertInvalid(() -> Computation.builder().object("a", "m", ONE).object("a", "m", ONE))
        .hasMessageContaining("\"a\" is also the id of object 0");
    assertInvalid(() -> Computation.builder().object("", "m", ONE))
        .hasMessageContaining("objects[0].id");
    assertInvalid(() -> Computation.builder().object("a", "", ONE))
        .hasMessageContaining("objects[a].module");
  }

  @Test
  void sparseIndices_mustIncreaseWithinTheDimension() {
    float[] two = {1f, 2f};
    assertInvalid(() -> Attributes.sparse(4, new int[] {1, 1}, two))
        .hasMessageContaining("indices[1]");
    assertInvalid(() -> Attributes.sparse(4, new int[] {1, 4}, two))
        .hasMessageContaining("below dimension=4");
    assertInvalid(() -> Attributes.sparse(4, new int[] {1}, two)).hasMessageContaining("2 values");
  }

  @Test
  void massIsTheNumberOfRootsUnlessStated() {
    Computation.Builder graph =
        Computation.builder().object("a", "m", ONE).root("a", 0.5f).root("a", 0.5f);
    assertThat(graph.build().skeleton().mass()).isEqualTo(2);
    assertThat(graph.mass(0.25).build().skeleton().mass()).isEqualTo(0.25);
    assertInvalid(() -> Computation.builder().mass(0)).hasMessageContaining("mass: 0.0");
  }

  @Test
  void deepGraph_isValidatedWithoutRecursion() {
    Computation.Builder graph = Computation.builder().object("o0", "m", ONE);
    for (int i = 1; i < 100_000; i++) {
      graph.object("o" + i, "m", ONE, List.of(in("o" + (i - 1), 1)));
    }
    assertThat(graph.root("o99999", 1).build().skeleton().size()).isEqualTo(100_000);
  }

  @Test
  void contentHash_changesWithEveryPart() {
    byte[] base =
        Computation.builder().object("a", "m", ONE).root("a", 1).build().skeleton().contentHash();
    assertThat(
            Computation.builder()
                .object("a", "m", Attributes.dense(0.5f))
                .root("a", 1)
                .build()
                .skeleton()
                .contentHash())
        .as("values are no part of a skeleton")
        .isEqualTo(base);
    assertThat(
            Computation.builder()
                .object("a", "n", ONE)
                .root("a", 1)
                .build()
                .skeleton()
                .contentHash())
        .isNotEqualTo(base);
    assertThat(
            Computation.builder()
                .object("a", "m", ONE)
                .root("a", 1)
                .mass(2)
                .build()
                .skeleton()
                .contentHash())
        .isNotEqualTo(base);
  }

  @Test
  void tooManyAttributesInAll_areRefusedByName() {
    int[] index = {5};
    float[] value = {1f};
    assertThatThrownBy(
            () ->
                Computation.builder()
                    .object("a", "m", Attributes.sparse(Integer.MAX_VALUE, index, value))
                    .object("b", "m", Attributes.sparse(10, index, value))
                    .root("a", 0.5f)
                    .root("b", 0.5f)
                    .build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("objects[b].dimension: 10 makes the attributes");
  }

  @Test
  void namesThatAreNotUnicodeText_areRefused() {
    for (String[] name : new String[][] {{"a", "x\ud800"}, {"a\udc00", "x"}}) {
      assertThatThrownBy(() -> Computation.builder().object(name[0], name[1], Attributes.none()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("objects[0]: its id or module has half of a surrogate pair");
    }
    Computation.builder().object("a", "\ud83d\ude00", Attributes.none());
  }

  @Test
  void attributesOfAKnownSkeleton_mustFitIt() {
    Computation graph =
        Computation.builder()
            .object("a", "m", ONE)
            .object("b", "n", Attributes.none(), in("a", 1))
            .root("b", 1)
            .build();
    Skeleton skeleton = graph.skeleton();
    Attributes two = Attributes.dense(2f);
    assertThat(Computation.of(skeleton, List.of(two, Attributes.none())).attributes(0))
        .isEqualTo(two);
    assertInvalid(() -> Computation.of(skeleton, List.of(two)))
        .hasMessageContaining("1 vectors for 2 objects");
    assertInvalid(() -> Computation.of(skeleton, List.of(two, ONE)))
        .hasMessageContaining("objects[b].attributes: 1 attributes, but the skeleton says 0");
    assertInvalid(
            () -> Computation.of(skeleton, List.of(Attributes.dense(Float.NaN), Attributes.none())))
        .hasMessageContaining("objects[a].attributes[0]: NaN");
  }

  @Test
  void skeletonBelowAnObject_holdsWhatItWasComputedFrom() {
    Skeleton skeleton =
        Computation.builder()
            .object("shared", "m", ONE)
            .object("a", "n", ONE, in("shared", 1))
            .object("b", "o", ONE, in("a", 0.75f), in("shared", 0.25f))
            .object("other", "p", ONE, in("shared", 1))
            .root("b", 0.5f)
            .root("other", 0.5f)
            .mass(7)
            .build()
            .skeleton();
    Skeleton below = skeleton.below(2);
    assertThat(below.size()).isEqualTo(3);
    assertThat(below.id(0)).isEqualTo("shared");
    assertThat(below.id(2)).isEqualTo("b");
    assertThat(below.weight(2, 0)).isEqualTo(0.75f);
    assertThat(below.id(below.input(2, 1))).isEqualTo("shared");
    assertThat(below.rootCount()).isEqualTo(1);
    assertThat(below.root(0)).isEqualTo(2);
    assertThat(below.rootWeight(0)).isEqualTo(1f);
    assertThat(below.mass()).isEqualTo(1);
    assertThat(skeleton.below(0).size()).isEqualTo(1);
  }
}
