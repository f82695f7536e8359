package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.spec.SketchSpec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LargeGraphTest {
  private static final SketchSpec SPEC = new SketchSpec(256, 4, 1);

  /** Layers of shared objects; every object has three inputs in the layer below. */
  private static Computation layers(int depth, int width) {
    SplittableRandom random = new SplittableRandom(depth);
    Computation.Builder graph = Computation.builder();
    for (int layer = 0; layer < depth; layer++) {
      for (int i = 0; i < width; i++) {
        List<WeightedInput> inputs = new ArrayList<>();
        for (int k = 0; k < 3 && layer > 0; k++) {
          // The first keeps every object in reach of the roots.
          int below = k == 0 ? i : random.nextInt(width);
          inputs.add(new WeightedInput("o" + (layer - 1) + "." + below, 1f / 3));
        }
        graph.object(
            "o" + layer + "." + i,
            "layer " + layer,
            Attributes.dense((float) random.nextDouble(-1, 1), 0.5f),
            inputs);
      }
    }
    for (int i = 0; i < width; i++) {
      graph.root("o" + (depth - 1) + "." + i, 1f / width);
    }
    return graph.build();
  }

  private static double norm(Sketch sketch) {
    return Math.sqrt(sketch.energy());
  }

  @Test
  void aHundredThousandObjects_inTwoHundredLevels_areSketched() {
    Computation graph = layers(200, 500);
    assertThat(graph.skeleton().size()).isEqualTo(100_000);
    Sketch sketch = new Sketcher(SPEC).sketch(graph);
    assertThat(norm(sketch)).isPositive();
    // Objects of the top layer weigh 1/500 each; they alone make the sketch.
    assertThat(norm(sketch)).isLessThan(0.5);
  }

  /** One object over ten thousand leaves, half of them alike. */
  private static Sketch wide(int firstOdd) {
    List<WeightedInput> inputs = new ArrayList<>();
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < 10_000; i++) {
      graph.object("leaf" + i, "leaf", Attributes.dense((i + firstOdd) % 2));
      inputs.add(new WeightedInput("leaf" + i, 1e-4f));
    }
    graph.object("top", "top", Attributes.none(), inputs).root("top", 1f);
    return new Sketcher(SPEC).sketch(graph.build());
  }

  @Test
  void tenThousandInputs_areSketched_andThePlaceOfEachCounts() {
    Sketch sketch = wide(0);
    assertThat(norm(sketch)).isPositive();
    assertThat(wide(1)).isNotEqualTo(sketch);
    assertThat(wide(0)).isEqualTo(sketch);
  }

  @Test
  void aHundredThousandSparseEntries_inAVectorOfTwoBillion_takeMemoryByTheirNumber() {
    int entries = 100_000;
    int[] indices = new int[entries];
    float[] values = new float[entries];
    for (int i = 0; i < entries; i++) {
      indices[i] = i * 21_000 + 7;
      values[i] = 0.003f * (i % 5 - 2);
    }
    Computation graph =
        Computation.builder()
            .object("words", "words", Attributes.sparse(Integer.MAX_VALUE, indices, values))
            .root("words", 1f)
            .build();
    Sketcher sketcher = new Sketcher(SPEC);
    long before = allocated();
    Sketch sketch = sketcher.sketch(graph);
    assertThat(allocated() - before).isLessThan(100L * 1024 * 1024);
    double squares = 0;
    for (float v : values) {
      squares += (double) v * v;
    }
    // ‖s‖² ≈ ½ ‖a‖²: half by the identity, half by the rotation; a is ½ x in norm, and ½ signature.
    assertThat(sketch.energy()).isCloseTo(0.5 * 0.25 * (squares + 1), within(0.1));
  }

  @Test
  void memory_isLinearInTheGraph() {
    long small = allocatedBySketching(layers(100, 100));
    long large = allocatedBySketching(layers(200, 200));
    assertThat((double) large / small).isBetween(2.0, 6.0); // four times as many objects
  }

  private static long allocatedBySketching(Computation graph) {
    Sketcher sketcher = new Sketcher(SPEC);
    long before = allocated();
    sketcher.sketch(graph);
    return allocated() - before;
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void aKnownSkeleton_isSketchedAgainWithoutAllocationBeyondTheResult() {
    Computation graph = layers(10, 20);
    Sketcher sketcher = new Sketcher(SPEC);
    for (int i = 0; i < 2000; i++) {
      sketcher.sketch(graph); // until compiled code has removed short-lived objects
    }
    long before = allocated();
    int times = 100;
    for (int i = 0; i < times; i++) {
      sketcher.sketch(graph);
    }
    assertThat((allocated() - before) / times).isLessThan(2 * 4 * SPEC.dimension() + 2000);
  }
}
