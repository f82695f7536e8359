package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreciseGraphOperatorTest {
  private enum Kind {
    BLOCK_SPARSE,
    HADAMARD,
    DENSE;

    Family family() {
      return switch (this) {
        case BLOCK_SPARSE -> new Family.BlockSparse(16);
        case HADAMARD -> new Family.Hadamard();
        case DENSE -> new Family.Dense();
      };
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource
  void map_isThatOfSketches_andAdjointIsItsTranspose(Kind kind) {
    for (int seed = 0; seed < 8; seed++) {
      SketchSpec spec = new SketchSpec(512, kind.family(), 3);
      Computation graph = RandomGraphs.dag(seed % 4, 12, 20);
      if (seed >= 4) {
        spec = spec.withTransparency(0.75);
        graph = RandomGraphs.placed(seed, graph);
      }
      Operators operators = new Operators(spec);
      PreciseGraphOperator map = new PreciseGraphOperator(operators, graph.skeleton());
      float[] sketch = new float[512];
      new GraphOperator(operators, graph.skeleton()).sketch(graph, sketch);
      double[] x = new double[map.unknowns()];
      for (int i = 0; i < graph.skeleton().size(); i++) {
        float[] values = graph.attributes(i).toArray();
        for (int j = 0; j < values.length; j++) {
          x[graph.skeleton().offset(i) + j] = values[j];
        }
      }
      double[] image = new double[map.dimension()];
      double[] signatures = new double[map.dimension()];
      map.apply(x, image);
      map.signatures(signatures);
      double largest = 0;
      for (float v : sketch) {
        largest = Math.max(largest, Math.abs(v));
      }
      for (int i = 0; i < 512; i++) {
        assertThat(image[i] + signatures[i])
            .as("%s, seed %d, float %d", kind, seed, i)
            .isCloseTo(sketch[i], within(2e-6 * largest));
      }
      double[] y = new SplittableRandom(seed).doubles(512, -1, 1).toArray();
      double[] adjoint = new double[map.unknowns()];
      map.adjoint(y, adjoint);
      assertThat(dot(adjoint, x)).isCloseTo(dot(y, image), within(1e-12));
      int[] some = {0, map.unknowns() - 1};
      PreciseLinearMap subset = map.restrictedTo(some);
      double[] two = new double[2];
      subset.adjoint(y, two);
      assertThat(two).containsExactly(adjoint[some[0]], adjoint[some[1]]);
    }
  }
}
