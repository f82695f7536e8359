package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Graphs on which a solver that stops early is wrong and does not notice: deep ones, one module in
 * many places, objects far from norm 1, more unknowns than floats.
 */
class JointConvergenceTest {
  /** What came out. */
  private static final class Outcome {
    final Computation graph;
    final Decoded decoded;
    int stated;
    int held;
    double worst;

    Outcome(Computation graph, int dimension, long seed) {
      this.graph = graph;
      Operators operators = new Operators(new SketchSpec(dimension, 16, seed));
      this.decoded =
          new GraphDecoder(operators, graph.skeleton())
              .decode(new Sketcher(operators).sketch(graph), Decoder.JOINT);
      Skeleton skeleton = graph.skeleton();
      for (int i = 0; i < skeleton.size(); i++) {
        double error = decoded.standardError(i);
        if (Double.isFinite(error)) {
          float[] truth = graph.attributes(i).toArray();
          float[] found = decoded.attributes(i);
          for (int j = 0; j < truth.length; j++) {
            double off = Math.abs((double) found[j] - truth[j]);
            stated++;
            held += off <= 1.96 * error ? 1 : 0;
            worst = Math.max(worst, off / error);
          }
        }
      }
    }

    double coverage() {
      return (double) held / stated;
    }

    /** Relative error of an object. */
    double error(String id) {
      for (int i = 0; i < graph.skeleton().size(); i++) {
        if (graph.skeleton().id(i).equals(id)) {
          float[] truth = graph.attributes(i).toArray();
          float[] found = decoded.attributes(i);
          double off = 0;
          double norm = 0;
          for (int j = 0; j < truth.length; j++) {
            off += Math.pow((double) found[j] - truth[j], 2);
            norm += Math.pow(truth[j], 2);
          }
          return Math.sqrt(off / norm);
        }
      }
      throw new AssertionError(id);
    }

    int undetermined() {
      int count = 0;
      for (int i = 0; i < graph.skeleton().size(); i++) {
        count += decoded.determined(i) ? 0 : 1;
      }
      return count;
    }
  }

  /** Layers, each object computed from the whole layer below; ids are k.depth. */
  private static Computation layers(
      int depth, int width, int attributes, boolean oneModule, double[] norms, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Computation.Builder graph = Computation.builder();
    List<WeightedInput> below = List.of();
    for (int level = depth; level >= 1; level--) {
      List<WeightedInput> layer = new ArrayList<>();
      for (int k = 0; k < width; k++) {
        String id = k + "." + level;
        float[] x = RandomGraphs.unit(random, attributes);
        for (int j = 0; j < x.length; j++) {
          x[j] *= (float) norms[(level * width + k) % norms.length];
        }
        graph.object(id, oneModule ? "one" : id, Attributes.dense(x), below);
        layer.add(new WeightedInput(id, 1f / width));
      }
      below = layer;
    }
    below.forEach(root -> graph.root(root.object(), root.weight()));
    return graph.build();
  }

  private static final double[] UNIT = {1};

  @Test
  void oneModuleInAChain_isDecodedToItsEnd() {
    for (long seed = 0; seed < 6; seed++) {
      Outcome outcome = new Outcome(layers(10, 1, 4, true, UNIT, seed), 4096, 7 + seed);
      assertThat(outcome.worst).as("seed %d", seed).isLessThan(6);
      assertThat(outcome.error("0.10")).as("seed %d", seed).isLessThan(0.05);
    }
  }

  @Test
  void twentyCallsOfOneModule_areRightOrNotDetermined() {
    int stated = 0;
    int held = 0;
    for (long seed = 0; seed < 10; seed++) {
      Outcome outcome = new Outcome(layers(20, 1, 4, true, UNIT, seed), 4096, 7 + seed);
      assertThat(outcome.worst).as("seed %d", seed).isLessThan(6);
      stated += outcome.stated;
      held += outcome.held;
    }
    assertThat((double) held / stated).isBetween(0.90, 0.995);
  }

  /** As attention heads: connected layers, 0.5 unknowns a float. */
  @Test
  void connectedLayers_areDecodedToTheLowest() {
    Outcome outcome = new Outcome(layers(6, 8, 24, false, UNIT, 1), 2304, 7);
    assertThat(outcome.undetermined()).isZero();
    assertThat(outcome.error("0.6")).isLessThan(0.01);
    assertThat(outcome.coverage()).isBetween(0.92, 0.98);
  }

  /** Below depth 13 nothing is left in float32. */
  @Test
  void aChainDeeperThanFloatsHold_isNotDeterminedThere() {
    Outcome outcome = new Outcome(layers(24, 1, 16, false, UNIT, 2), 2048, 7);
    assertThat(outcome.error("0.8")).isLessThan(0.01);
    assertThat(outcome.undetermined()).isBetween(6, 16);
    assertThat(outcome.coverage()).isBetween(0.90, 0.99);
    assertThat(outcome.worst).isLessThan(6);
  }

  @Test
  void vectorsOfAnyNorm_haveErrorsThatHold() {
    double[] norms = {0.01, 1, 100, 0.1, 30};
    Outcome outcome = new Outcome(layers(4, 4, 16, false, norms, 3), 2048, 7);
    assertThat(outcome.coverage()).isBetween(0.92, 0.99);
    assertThat(outcome.worst).isLessThan(6);
  }

  /** 2.5 unknowns a float: what is lost is not stated, what is stated holds. */
  @Test
  void moreUnknownsThanFloats_areStatedOnlyWhereTheyHold() {
    Outcome outcome = new Outcome(layers(6, 8, 24, false, UNIT, 4), 512, 7);
    assertThat(outcome.undetermined()).isGreaterThan(24);
    assertThat(outcome.stated).isPositive();
    assertThat(outcome.coverage()).isGreaterThan(0.92);
  }

  /** More unknowns than floats, of which the floats hold nothing but one object. */
  @Test
  void objectsOfWeightZero_areNotDetermined_andDisturbNothing() {
    SplittableRandom random = new SplittableRandom(5);
    Computation.Builder graph = Computation.builder();
    for (int k = 0; k < 20; k++) {
      graph.object(k + ".1", "m" + k, Attributes.dense(RandomGraphs.unit(random, 64)));
      graph.root(k + ".1", k == 0 ? 1 : 0);
    }
    Outcome outcome = new Outcome(graph.build(), 1024, 7);
    assertThat(outcome.undetermined()).isEqualTo(19);
    assertThat(outcome.error("0.1")).isLessThan(0.01);
  }
}
