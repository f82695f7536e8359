package io.resketch.core.bounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatchedBoundsTest {
  private static final double CONFIDENCE = 0.9;

  @Test
  void errorsStayWithinTheBound_atEveryDepth_whichIsNotFarAway() {
    Computation graph = RandomGraphs.tree(3, 3, 2, 12);
    Skeleton skeleton = graph.skeleton();
    for (int prefix : new int[] {4096, 2048}) {
      List<List<Double>> errors = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      double[] bound = new double[3];
      int[] held = new int[3];
      for (int seed = 0; seed < 25; seed++) {
        Operators operators = new Operators(new SketchSpec(4096, 16, seed));
        MatchedBounds bounds = new MatchedBounds(operators, skeleton);
        Sketch sketch = new Sketcher(operators).sketch(graph).truncate(prefix);
        Decoded decoded = new GraphDecoder(operators, skeleton).decode(sketch, Decoder.MATCHED);
        for (int i = 0; i < skeleton.size(); i++) {
          int level = skeleton.id(i).length() / 2 - 1;
          float[] truth = graph.attributes(i).toArray();
          float[] found = decoded.attributes(i);
          double error = 0;
          for (int j = 0; j < truth.length; j++) {
            error = Math.max(error, Math.abs((double) found[j] - truth[j]));
          }
          double stated = bounds.error(i, sketch, CONFIDENCE);
          errors.get(level).add(error);
          bound[level] += stated;
          held[level] += error <= stated ? 1 : 0;
        }
      }
      for (int level = 0; level < 3; level++) {
        double[] sorted = errors.get(level).stream().mapToDouble(e -> e).sorted().toArray();
        double quantile = sorted[(int) (CONFIDENCE * sorted.length)];
        assertThat(held[level] / (double) sorted.length).isGreaterThanOrEqualTo(CONFIDENCE);
        assertThat(bound[level] / sorted.length / quantile)
            .as("depth %d", level + 1)
            .isLessThan(prefix == 4096 ? 12 : 25);
      }
    }
  }

  /** The closed form by depth and weight is the same as that of the graph. */
  @Test
  void noiseFactor_isThatOfTheGraph() {
    Skeleton skeleton = RandomGraphs.tree(3, 3, 2, 12).skeleton();
    Reach reach = new Reach(skeleton, 0.5);
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = skeleton.id(i).length() / 2;
      assertThat(reach.depth[i]).isEqualTo(depth);
      assertThat(0.5 * reach.most[i] / (0.25 * reach.energy[i]))
          .isCloseTo(
              MatchedBounds.noiseFactor(depth, depth < 3, Math.pow(0.5, depth)), within(1e-6));
    }
  }

  @Test
  void moduleOfTwoObjects_isRefused() {
    Computation graph =
        Computation.builder()
            .object("a", "cat", Attributes.dense(1f))
            .object("b", "cat", Attributes.dense(1f))
            .root("a", 0.5f)
            .root("b", 0.5f)
            .build();
    Operators operators = new Operators(new SketchSpec(1024, 16, 1));
    Sketch sketch = new Sketcher(operators).sketch(graph);
    assertThatThrownBy(() -> new MatchedBounds(operators, graph.skeleton()).error(0, sketch, 0.9))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"cat\" is also the module of \"b\"");
  }
}
