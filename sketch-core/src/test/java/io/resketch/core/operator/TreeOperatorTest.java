package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TreeOperatorTest {
  private static final int D = 4096;
  private static final Operators OPERATORS = new Operators(new SketchSpec(D, 16, 11));

  /** Not in order of positions, with a gap, and one object whose inputs are not in the tree. */
  private static final List<Node> NODES =
      List.of(
          new Node(-1, 2, "a", 3, true),
          new Node(-1, 0, "b", 2, false),
          new Node(0, 1, "a", 3, false),
          new Node(0, 0, "c", 0, true),
          new Node(3, 0, "b", 2, true));

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static float[] random(SplittableRandom random, int length) {
    float[] out = new float[length];
    for (int i = 0; i < length; i++) {
      out[i] = (float) random.nextDouble(-1, 1);
    }
    return out;
  }

  @Test
  void adjoint_isTheTranspose() {
    TreeOperator tree = new TreeOperator(OPERATORS, NODES);
    SplittableRandom random = new SplittableRandom(1);
    float[] x = random(random, tree.unknowns());
    float[] y = random(random, D);
    float[] forward = new float[D];
    float[] backward = new float[tree.unknowns()];
    tree.apply(x, forward);
    tree.adjoint(y, backward);
    assertThat(tree.unknowns()).isEqualTo(5 + 10);
    assertThat(dot(forward, y)).isCloseTo(dot(x, backward), within(1e-5));
  }

  @Test
  void strengthsAndWeightedAttributes_giveTheSketch() {
    Computation graph =
        Computation.builder()
            .object("leaf", "b", Attributes.dense(0.5f, -0.5f))
            .object("other", "a", Attributes.dense(0.1f, 0.2f, 0.3f))
            .object(
                "root",
                "a",
                Attributes.dense(-0.4f, 0, 0.7f),
                new WeightedInput("leaf", 0.25f),
                new WeightedInput("other", 0.75f))
            .root("leaf", 0.4f)
            .root("root", 0.6f)
            .build();
    List<Node> nodes =
        List.of(
            new Node(-1, 0, "b", 2, false),
            new Node(-1, 1, "a", 3, true),
            new Node(1, 0, "b", 2, false),
            new Node(1, 1, "a", 3, false));
    float[] x = {
      0.4f,
      0.6f,
      0.15f,
      0.45f, //
      0.4f * 0.5f,
      0.4f * -0.5f, //
      0.6f * -0.4f,
      0,
      0.6f * 0.7f, //
      0.15f * 0.5f,
      0.15f * -0.5f, //
      0.45f * 0.1f,
      0.45f * 0.2f,
      0.45f * 0.3f
    };
    float[] expected = new float[D];
    float[] actual = new float[D];
    new GraphOperator(OPERATORS, graph.skeleton()).sketch(graph, expected);
    new TreeOperator(OPERATORS, nodes).apply(x, actual);
    for (int i = 0; i < D; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
    }
  }

  @Test
  void contributionsOfNodes_addUpToTheMap() {
    TreeOperator tree = new TreeOperator(OPERATORS, NODES);
    float[] x = random(new SplittableRandom(2), tree.unknowns());
    float[] whole = new float[D];
    tree.apply(x, whole);
    float[] sum = new float[D];
    float[] part = new float[D];
    for (int n = 0; n < NODES.size(); n++) {
      tree.contribution(n, x, part);
      for (int i = 0; i < D; i++) {
        sum[i] += part[i];
      }
    }
    for (int i = 0; i < D; i++) {
      assertThat(sum[i]).isCloseTo(whole[i], within(1e-6f));
    }
    float[] unit = new float[tree.unknowns()];
    unit[4] = 1;
    tree.apply(unit, whole);
    tree.signatureColumn(4, part);
    assertThat(part).containsExactly(whole);
  }

  /** Also where a path repeats a position, and its words add up. */
  @Test
  void pathEnergies_areThoseOfColumns() {
    PathEnergies energies = new PathEnergies(0.5);
    for (int[] path :
        new int[][] {{3}, {0, 1}, {1, 1}, {0, 1, 2}, {0, 1, 0}, {2, 2, 1}, {1, 1, 1}}) {
      for (boolean inner : new boolean[] {false, true}) {
        double measured = 0;
        int modules = 40;
        for (int m = 0; m < modules; m++) {
          List<Node> nodes = new java.util.ArrayList<>();
          for (int k = 0; k < path.length; k++) {
            nodes.add(new Node(k - 1, path[k], "m" + m, 0, inner || k < path.length - 1));
          }
          float[] column = new float[D];
          new TreeOperator(OPERATORS, nodes).signatureColumn(path.length - 1, column);
          measured += dot(column, column) / modules;
        }
        assertThat(measured / energies.of(path, inner))
            .as("path %s, inner %s", path, inner)
            .isCloseTo(1, within(0.08));
      }
    }
  }
}
