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

  private static Skeleton pair(int first, int second, float own) {
    List<WeightedInput> inputs =
        List.of(new WeightedInput("x", 0.5f, first), new WeightedInput("y", 0.5f, second));
    return Computation.builder()
        .object("x", "m", ONE)
        .object("y", "m", ONE)
        .object("top", "t", ONE, inputs, own)
        .root("top", 1)
        .build()
        .skeleton();
  }

  @Test
  void statedDefaults_areTheSameSkeleton() {
    Skeleton plain = pair(WeightedInput.INDEX, WeightedInput.INDEX, 0.5f);
    assertThat(plain.isPlain()).isTrue();
    assertThat(pair(0, 1, 0.5f).contentHash()).isEqualTo(plain.contentHash());
    for (Skeleton other : List.of(pair(0, 0, 0.5f), pair(1, 0, 0.5f), pair(0, 1, 0.25f))) {
      assertThat(other.isPlain()).isFalse();
      assertThat(other.contentHash()).isNotEqualTo(plain.contentHash());
      assertThat(other.below(2).contentHash()).isEqualTo(other.contentHash());
    }
    assertThat(pair(0, 0, 0.5f).contentHash()).isNotEqualTo(pair(0, 2, 0.5f).contentHash());
  }

  @Test
  void positionsOutOfRange_nameThePlace() {
    assertInvalid(() -> pair(0, -2, 0.5f))
        .hasMessageContaining("objects[top].inputs[1].position: -2 must be 0 to 1048576");
    assertInvalid(() -> pair(1 << 20, (1 << 20) + 1, 0.5f))
        .hasMessageContaining("objects[top].inputs[1].position: 1048577");
    assertInvalid(
            () ->
                Computation.builder()
                    .object("a", "m", ONE)
                    .root(new WeightedInput("a", 1, Integer.MAX_VALUE))
                    .build())
        .hasMessageContaining("roots[0].position");
  }

  @Test
  void ownWeightsOutOfRange_nameTheObject() {
    for (float own : new float[] {0, 1, -0.5f, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertInvalid(() -> pair(0, 1, own))
          .hasMessageContaining("objects[top].ownWeight: " + own + " must be above 0");
    }
    assertInvalid(() -> Computation.builder().object("a", "m", ONE, List.of(), 0.25f))
        .hasMessageContaining("objects[a].ownWeight: 0.25 is given for an object without inputs");
  }

  @Test
  void positions_areChosenForAllLists() {
    Skeleton given =
        Computation.builder()
            .object("a", "m", ONE)
            .object("b", "n", ONE)
            .object("c", "m", ONE)
            .object("t", "t", ONE, in("a", 0.5f), in("b", 0.25f), in("c", 0.25f))
            .root("b", 0.5f)
            .root("t", 0.5f)
            .build()
            .skeleton();
    Skeleton ordinal = Positions.ORDINAL.place(given);
    assertThat(List.of(ordinal.position(3, 0), ordinal.position(3, 1), ordinal.position(3, 2)))
        .containsExactly(0, 0, 1);
    assertThat(ordinal.rootPosition(1)).isEqualTo(0);
    Skeleton bag = Positions.BAG.place(ordinal);
    assertThat(bag.position(3, 2)).isEqualTo(0);
    assertThat(Positions.INDEX.place(bag).contentHash()).isEqualTo(given.contentHash());
  }

  @Test
  void balanced_givesEveryLevelTheSameShare() {
    Computation chain =
        Computation.builder()
            .object("top", "t", ONE, in("mid", 0.5f), in("leaf", 0.5f))
            .object("leaf", "l", ONE)
            .object("mid", "m", ONE, in("leaf", 1))
            .root(new WeightedInput("top", 1, 5))
            .mass(3)
            .build();
    Skeleton balanced = OwnWeights.balanced(chain).skeleton();
    assertThat(balanced.ownWeight(0)).isEqualTo(1f / 3);
    assertThat(balanced.ownWeight(2)).isEqualTo(0.5f);
    assertThat(balanced.rootPosition(0)).isEqualTo(5);
    assertThat(balanced.mass()).isEqualTo(3);
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
