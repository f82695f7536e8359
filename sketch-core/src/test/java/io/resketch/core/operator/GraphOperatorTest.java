package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphOperatorTest {
  private static final SketchSpec SPEC = new SketchSpec(1024, 8, 42);

  @Test
  void sketch_isBitIdenticalToTheLiteralFormulas() {
    for (int seed = 0; seed < 60; seed++) {
      SketchSpec spec = new SketchSpec(256 * (1 + seed % 5), 1 << (seed % 5), seed - 3);
      Computation graph = RandomGraphs.dag(seed, 1 + seed % 17, 20);
      float[] values = new float[spec.dimension()];
      new GraphOperator(new Operators(spec), graph.skeleton()).sketch(graph, values);
      assertThat(bits(values))
          .as("seed %d", seed)
          .isEqualTo(bits(new LiteralSketch(spec, graph).values()));
    }
  }

  @Test
  void sketchesOfPositionsSharesAndTransparency_areBitIdenticalToTheLiteralFormulas() {
    double[] transparencies = {0.5, 0.75, 0.25, 0.9375, 0.546875};
    for (int seed = 0; seed < 60; seed++) {
      SketchSpec spec =
          new SketchSpec(256 * (1 + seed % 5), 1 << (seed % 5), seed - 3)
              .withTransparency(transparencies[seed % 5]);
      Computation graph =
          RandomGraphs.placed(seed, RandomGraphs.dag(seed + 100, 1 + seed % 17, 20));
      float[] values = new float[spec.dimension()];
      new GraphOperator(new Operators(spec), graph.skeleton()).sketch(graph, values);
      assertThat(bits(values))
          .as("seed %d", seed)
          .isEqualTo(bits(new LiteralSketch(spec, graph).values()));
    }
  }

  private static int[] bits(float[] values) {
    int[] out = new int[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.floatToRawIntBits(values[i]);
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void adjoint_isTheTransposeOfApply(long seed) {
    Computation graph = RandomGraphs.dag(seed, 25, 30);
    assertTransposed(new GraphOperator(new Operators(SPEC), graph.skeleton()), seed);
    Skeleton placed = RandomGraphs.placed(seed, graph).skeleton();
    Operators operators = new Operators(SPEC.withTransparency(0.75));
    assertTransposed(new GraphOperator(operators, placed), seed);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.75, 0.25})
  void rootModules_adjointIsTheTransposeOfApply(double transparency) {
    RootModules map =
        new RootModules(
            new Operators(SPEC.withTransparency(transparency)),
            List.of(
                new RootModules.Component("a", 9, true, 0, 0.25f),
                new RootModules.Component("a", 9, false, 2),
                new RootModules.Component("b", 0, true, 1)));
    assertThat(map.unknowns()).isEqualTo(21);
    assertTransposed(map, 11);
  }

  private static void assertTransposed(LinearMap map, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = RandomGraphs.unit(random, map.unknowns());
    float[] y = RandomGraphs.unit(random, SPEC.dimension());
    float[] image = new float[SPEC.dimension()];
    float[] back = new float[map.unknowns()];
    map.apply(x, image);
    map.adjoint(y, back);
    double norms = Math.sqrt(dot(image, image));
    assertThat(norms).isPositive();
    assertThat(dot(image, y)).isCloseTo(dot(x, back), within(1e-6 * norms));
  }

  @Test
  void sketch_isAttributesPlusSignatures() {
    Computation graph = RandomGraphs.dag(9, 20, 30);
    Skeleton skeleton = graph.skeleton();
    GraphOperator operator = new GraphOperator(new Operators(SPEC), skeleton);
    float[] x = new float[skeleton.totalDimension()];
    for (int i = 0; i < skeleton.size(); i++) {
      float[] values = graph.attributes(i).toArray();
      System.arraycopy(values, 0, x, skeleton.offset(i), values.length);
    }
    float[] sketch = new float[SPEC.dimension()];
    float[] linear = new float[SPEC.dimension()];
    float[] signatures = new float[SPEC.dimension()];
    operator.sketch(graph, sketch);
    operator.apply(x, linear);
    operator.signatures(signatures);
    for (int i = 0; i < sketch.length; i++) {
      assertThat(sketch[i]).isCloseTo(linear[i] + signatures[i], within(1e-6f));
    }
  }

  @Test
  void columnEnergies_areThoseOfTheColumns() {
    Computation graph = RandomGraphs.tree(5, 3, 2, 6);
    Skeleton skeleton = graph.skeleton();
    SketchSpec spec = new SketchSpec(8192, 16, 1);
    GraphOperator operator = new GraphOperator(new Operators(spec), skeleton);
    for (int prefix : new int[] {8192, 4096}) {
      double[] estimated = operator.columnEnergies(prefix);
      for (int i = 0; i < skeleton.size(); i++) {
        double mean = 0;
        for (int j = 0; j < 6; j++) {
          float[] x = new float[skeleton.totalDimension()];
          float[] column = new float[spec.dimension()];
          x[skeleton.offset(i) + j] = 1f;
          operator.apply(x, column);
          float[] kept = Arrays.copyOf(column, prefix);
          mean += dot(kept, kept) / 6;
        }
        assertThat(estimated[i]).as("object %d", i).isCloseTo(mean, within(0.25 * mean));
      }
    }
  }

  @Test
  void blockSparseColumn_hasOneBlockInEachStratum() {
    AttributeOperator columns = new Operators(SPEC).attributes("cat", 40);
    for (int j = 0; j < 40; j++) {
      float[] column = new float[1024];
      columns.add(column, Attributes.sparse(40, new int[] {j}, new float[] {2f}), new float[1024]);
      int stratum = 1024 / 8;
      for (int k = 0; k < 8; k++) {
        float[] part = Arrays.copyOfRange(column, k * stratum, (k + 1) * stratum);
        assertThat(nonZeroBlocks(part)).isEqualTo(1);
      }
      assertThat(dot(column, column)).isCloseTo(1, within(1e-6));
    }
  }

  private static int nonZeroBlocks(float[] part) {
    int blocks = 0;
    for (int t = 0; t < part.length; t += 16) {
      int nonZero = 0;
      for (int l = 0; l < 16; l++) {
        nonZero += part[t + l] != 0 ? 1 : 0;
      }
      assertThat(nonZero).isIn(0, 16);
      blocks += nonZero / 16;
    }
    return blocks;
  }

  @Test
  void deepAndWideGraphs_needFewSlots() {
    Skeleton.Builder chain = Skeleton.builder().object("o0", "m", 1, List.of());
    for (int i = 1; i < 20_000; i++) {
      chain.object("o" + i, "m", 1, List.of(new WeightedInput("o" + (i - 1), 1f)));
    }
    chain.root(new WeightedInput("o19999", 1f));
    assertThat(EvaluationPlan.of(chain.build()).slots()).isLessThanOrEqualTo(2);
    assertThat(EvaluationPlan.of(RandomGraphs.tree(1, 4, 5, 1).skeleton()).slots())
        .isLessThanOrEqualTo(6);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
