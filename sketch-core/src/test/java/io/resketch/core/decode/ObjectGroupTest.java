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
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.GuidedStatistics;
import io.resketch.core.stats.ModuleStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects at one position of one list are seen as their sum, and only so. */
class ObjectGroupTest {
  private static final Operators OPERATORS = new Operators(new SketchSpec(2048, 16, 3));

  /** A scene of cats and dogs, each list entry at the position given, and one object below. */
  private static Computation scene(int[] positions, String[] modules, float[] weights) {
    SplittableRandom random = new SplittableRandom(7);
    Computation.Builder graph = Computation.builder();
    graph.object("frame", "camera", Attributes.dense(RandomGraphs.unit(random, 6)));
    List<WeightedInput> inputs = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      float[] x = RandomGraphs.unit(random, 8);
      graph.object("o" + i, modules[i], Attributes.dense(x));
      inputs.add(new WeightedInput("o" + i, weights[i], positions[i]));
    }
    graph.object("scene", "scene", Attributes.dense(RandomGraphs.unit(random, 5)), inputs, 0.3f);
    return graph
        .root(new WeightedInput("scene", 0.75f, 4))
        .root(new WeightedInput("frame", 0.25f, 4))
        .build();
  }

  private static Decoded decode(Computation graph, Decoder decoder) {
    Sketch sketch = new Sketcher(OPERATORS).sketch(graph);
    return new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch, decoder);
  }

  private static float[] weightedSum(Computation graph, List<Integer> members, double... weights) {
    float[] out = new float[8];
    for (int k = 0; k < weights.length; k++) {
      float[] x = graph.attributes(members.get(k)).toArray();
      for (int j = 0; j < out.length; j++) {
        out[j] += (float) (weights[k] * x[j]);
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(names = {"JOINT", "SPARSE"})
  void bag_isDecodedAsSums_andNeverSplit(Decoder decoder) {
    Computation graph =
        scene(
            new int[] {0, 0, 0, 0, 1},
            new String[] {"cat", "cat", "dog", "cat", "cat"},
            new float[] {0.2f, 0.2f, 0.2f, 0.2f, 0.2f});
    Decoded decoded = decode(graph, decoder);
    assertThat(decoded.groups()).hasSize(1);
    ObjectGroup cats = decoded.groups().get(0);
    assertThat(cats.members()).containsExactly(1, 2, 4);
    assertThat(cats.evenly()).isTrue();
    assertThat(cats.determined()).isTrue();
    assertThat(cats.sum())
        .containsExactly(weightedSum(graph, cats.members(), 1, 1, 1), within(1e-4f));
    for (int member : cats.members()) {
      assertThat(decoded.determined(member)).isFalse();
      assertThat(decoded.standardError(member)).isInfinite();
      assertThat(decoded.group(member)).contains(cats);
    }
    for (int alone : new int[] {0, 3, 5, 6}) {
      assertThat(decoded.determined(alone)).isTrue();
      assertThat(decoded.attributes(alone))
          .containsExactly(graph.attributes(alone).toArray(), within(1e-4f));
    }
  }

  @Test
  void unequalWeights_areTheGroups() {
    Computation graph =
        scene(new int[] {0, 0}, new String[] {"cat", "cat"}, new float[] {0.75f, 0.25f});
    ObjectGroup cats = decode(graph, Decoder.JOINT).groups().get(0);
    assertThat(cats.evenly()).isFalse();
    assertThat(cats.weights()).containsExactly(1.5, 0.5);
    assertThat(cats.sum())
        .containsExactly(weightedSum(graph, cats.members(), 1.5, 0.5), within(1e-4f));
  }

  @Test
  void positionsOfTheirOwn_makeNoGroup() {
    Computation graph =
        scene(new int[] {3, 900_000}, new String[] {"cat", "cat"}, new float[] {0.5f, 0.5f});
    Decoded decoded = decode(graph, Decoder.JOINT);
    assertThat(decoded.groups()).isEmpty();
    assertThat(decoded.determined(1)).isTrue();
    assertThat(decoded.determined(2)).isTrue();
  }

  /** Children of alike parents at one position share their path; so do ragged vectors. */
  @Test
  void nestedBags_groupAlongTheWholePath() {
    SplittableRandom random = new SplittableRandom(5);
    Computation.Builder graph = Computation.builder();
    List<WeightedInput> lines = new ArrayList<>();
    for (int line = 0; line < 2; line++) {
      List<WeightedInput> words = new ArrayList<>();
      for (int word = 0; word < 2; word++) {
        String id = "w" + line + word;
        graph.object(id, "word", Attributes.dense(RandomGraphs.unit(random, 8 - 3 * line)));
        words.add(new WeightedInput(id, 0.5f, word));
      }
      String id = "l" + line;
      graph.object(id, "line", Attributes.dense(RandomGraphs.unit(random, 4)), words);
      lines.add(new WeightedInput(id, 0.5f, 0));
    }
    graph.object("page", "page", Attributes.none(), lines).root("page", 1);
    Computation page = graph.build();
    Decoded decoded = decode(page, Decoder.JOINT);
    assertThat(decoded.groups().stream().map(ObjectGroup::members))
        .containsExactlyInAnyOrder(List.of(0, 3), List.of(1, 4), List.of(2, 5));
    ObjectGroup first =
        decoded.groups().stream().filter(g -> g.members().contains(0)).findFirst().orElseThrow();
    float[] expected = page.attributes(0).toArray();
    float[] shorter = page.attributes(3).toArray();
    for (int j = 0; j < shorter.length; j++) {
      expected[j] += shorter[j];
    }
    assertThat(first.sum()).containsExactly(expected, within(1e-4f));
  }

  /** Columns of DENSE depend on their number. */
  @Test
  void denseFamily_groupsEqualLengthsOnly() {
    Operators dense = new Operators(new SketchSpec(256, new Family.Dense(), 3));
    Computation graph =
        Computation.builder()
            .object("a", "m", Attributes.dense(0.5f, 0.5f))
            .object("b", "m", Attributes.dense(0.25f))
            .object("c", "m", Attributes.dense(0.5f, -0.25f))
            .root(new WeightedInput("a", 0.25f, 0))
            .root(new WeightedInput("b", 0.25f, 0))
            .root(new WeightedInput("c", 0.5f, 0))
            .build();
    Decoded decoded =
        new GraphDecoder(dense, graph.skeleton())
            .decode(new Sketcher(dense).sketch(graph), Decoder.JOINT);
    assertThat(decoded.groups()).hasSize(1);
    assertThat(decoded.groups().get(0).members()).containsExactly(0, 2);
    assertThat(decoded.determined(1)).isTrue();
  }

  @Test
  void unroll_ofAMemberIsRefused_andOfTheParentIsExact() {
    Computation graph =
        scene(new int[] {0, 0}, new String[] {"cat", "cat"}, new float[] {0.5f, 0.5f});
    Decoded decoded = decode(graph, Decoder.JOINT);
    Unroller unroller = new Unroller(OPERATORS);
    assertThatThrownBy(() -> unroller.unroll(decoded, "o0"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"o0\" cannot be told from o1");
    Unrolled scene = unroller.unroll(decoded, "scene");
    Sketch truth =
        new Sketcher(OPERATORS)
            .sketch(
                Computation.of(
                    graph.skeleton().below(3),
                    List.of(graph.attributes(1), graph.attributes(2), graph.attributes(3))));
    assertThat(scene.sketch().cosine(truth)).isGreaterThan(1 - 1e-6);
    assertThat(scene.sketchError()).isLessThan(1e-4);
  }

  @Test
  void guidedMeans_takeSums_andLeaveSecondMomentsOpen() {
    Computation graph =
        scene(
            new int[] {0, 0, 1},
            new String[] {"cat", "cat", "cat"},
            new float[] {0.25f, 0.25f, 0.5f});
    GuidedStatistics statistics = new GuidedStatistics(OPERATORS);
    statistics.add(decode(graph, Decoder.JOINT), Decoder.JOINT, 2048, 1);
    ModuleStatistics cats =
        statistics.statistics().stream()
            .filter(s -> s.module().equals("cat"))
            .findFirst()
            .orElseThrow();
    float[] sum = weightedSum(graph, List.of(1, 2, 3), 1, 1, 1);
    assertThat(cats.count().value()).isEqualTo(3);
    assertThat(cats.mean().get(2).value()).isCloseTo(sum[2] / 3, within(1e-4));
    assertThat(cats.secondMoment().get(2).determined()).isFalse();
    assertThat(cats.secondMoment().get(2).reason()).contains("2 of 3 objects are known only by");
  }

  /** Stated errors hold for whatever was placed wherever, at 8 bits. */
  @Test
  void statedErrorsHold_forDrawnPositionsAndShares() {
    Operators operators = new Operators(new SketchSpec(4096, 16, 5).withTransparency(0.75));
    int held = 0;
    int stated = 0;
    for (int seed = 0; seed < 12; seed++) {
      Computation graph = RandomGraphs.placed(seed, RandomGraphs.dag(seed, 14, 12));
      Sketch sketch = new Sketcher(operators).sketch(graph).encode(Encoding.I8_BLOCK);
      Decoded decoded = new GraphDecoder(operators, graph.skeleton()).decode(sketch, Decoder.JOINT);
      for (int i = 0; i < graph.skeleton().size(); i++) {
        float[] truth = graph.attributes(i).toArray();
        float[] found = decoded.attributes(i);
        double error = decoded.standardError(i);
        for (int j = 0; Double.isFinite(error) && j < truth.length; j++) {
          stated++;
          held += Math.abs(truth[j] - found[j]) <= 1.96 * error ? 1 : 0;
        }
      }
    }
    assertThat(stated).isGreaterThan(500);
    assertThat((double) held / stated).isBetween(0.9, 0.995);
  }
}
