package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.resketch.core.MismatchException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GraphDecoderTest {
  private static final Operators OPERATORS = new Operators(new SketchSpec(4096, 16, 3));

  private static Sketch sketch(Computation graph) {
    return new Sketcher(OPERATORS).sketch(graph);
  }

  private static double rootMeanSquareError(Computation graph, Decoded decoded, int object) {
    float[] truth = graph.attributes(object).toArray();
    float[] found = decoded.attributes(object);
    double sum = 0;
    for (int j = 0; j < truth.length; j++) {
      sum += Math.pow((double) found[j] - truth[j], 2);
    }
    return Math.sqrt(sum / truth.length);
  }

  @Test
  void joint_recoversSharedObjectsOfRandomGraphs() {
    for (int seed = 0; seed < 10; seed++) {
      Computation graph = RandomGraphs.dag(seed, 12, 30);
      Decoded decoded =
          new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch(graph), Decoder.JOINT);
      assertThat(decoded.relativeResidual()).as("seed %d", seed).isLessThan(1e-5);
      for (int i = 0; i < graph.skeleton().size(); i++) {
        if (graph.skeleton().dimension(i) > 0) {
          assertThat(rootMeanSquareError(graph, decoded, i))
              .as("seed %d, object %d", seed, i)
              .isLessThan(Math.max(2e-3, 5 * decoded.standardError(i)));
        }
      }
    }
  }

  /** Iterated or factored, by unknowns and by floats: the answers differ by less than the error. */
  @Test
  void forMany_answersAsForFew() {
    for (int prefix : new int[] {4096, 2304}) { // 0.5 and 2.3 unknowns a float
      Computation graph = RandomGraphs.tree(4, prefix == 4096 ? 2 : 3, prefix == 4096 ? 5 : 4, 64);
      Sketch sketch = sketch(graph).truncate(prefix).encode(Encoding.I8_BLOCK);
      Decoded few = new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch, Decoder.JOINT);
      GraphDecoder many = GraphDecoder.forMany(OPERATORS, graph.skeleton());
      int compared = 0;
      for (int repeated = 0; repeated < 2; repeated++) {
        Decoded found = many.decode(sketch, Decoder.JOINT);
        for (int i = 0; i < graph.skeleton().size(); i++) {
          double error = few.standardError(i);
          // Where just a quarter is kept, one may know the size of the error and the other not.
          if (Double.isFinite(error) && Double.isFinite(found.standardError(i))) {
            compared++;
            assertThat(found.attributes(i))
                .containsExactly(few.attributes(i), within((float) (0.3 * error)));
            assertThat(found.standardError(i)).isCloseTo(error, withinPercentage(20));
          }
        }
      }
      assertThat(compared).isGreaterThan(graph.skeleton().size() / 4);
    }
  }

  /** Where floats run short the error is large, and the stated one follows it. */
  @Test
  void joint_statedErrorFollowsTheTrueOne() {
    Computation graph = RandomGraphs.tree(4, 2, 5, 64);
    for (int prefix : new int[] {4096, 2048, 1536, 1024}) {
      Decoded decoded =
          new GraphDecoder(OPERATORS, graph.skeleton())
              .decode(sketch(graph).truncate(prefix), Decoder.JOINT);
      double stated = 0;
      double actual = 0;
      for (int i = 0; i < graph.skeleton().size(); i++) {
        stated += Math.pow(decoded.standardError(i), 2);
        actual += Math.pow(rootMeanSquareError(graph, decoded, i), 2);
      }
      assertThat(Math.sqrt(stated / actual)).as("prefix %d", prefix).isBetween(0.6, 1.7);
    }
  }

  @Test
  void matched_statedErrorFollowsTheTrueOneOfStrongObjects() {
    Computation graph = RandomGraphs.tree(4, 1, 8, 64);
    Decoded decoded =
        new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch(graph), Decoder.MATCHED);
    for (int i = 0; i < 8; i++) {
      assertThat(decoded.standardError(i) / rootMeanSquareError(graph, decoded, i))
          .isBetween(0.6, 1.7);
    }
  }

  /** Alike objects of one module add up in what is seen through the identities. */
  @Test
  void matched_statesWhatAlikeObjectsOfOneModuleAdd() {
    float[] x = RandomGraphs.unit(new SplittableRandom(5), 16);
    Computation.Builder builder = Computation.builder();
    for (int k = 0; k < 8; k++) {
      builder.object("o" + k, "m", Attributes.dense(x)).root("o" + k, 1f / 8);
    }
    Computation graph = builder.build();
    Decoded decoded =
        new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch(graph), Decoder.MATCHED);
    for (int i = 0; i < 8; i++) {
      double error = rootMeanSquareError(graph, decoded, i);
      assertThat(error).isGreaterThan(0.5 / 4); // of a vector with a root mean square of 1/4
      assertThat(decoded.standardError(i)).isGreaterThan(0.7 * error);
    }
  }

  @Test
  void objectsWithoutAttributes_decodeToNothing() {
    Computation graph =
        Computation.builder().object("a", "m", Attributes.none()).root("a", 1f).build();
    for (Decoder decoder : Decoder.values()) {
      Decoded decoded =
          new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch(graph), decoder);
      assertThat(decoded.attributes(0)).isEmpty();
      assertThat(decoded.relativeResidual()).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void anotherSkeleton_isRefused() {
    Sketch sketch = sketch(RandomGraphs.tree(1, 2, 3, 32));
    Skeleton other = RandomGraphs.dag(1, 12, 30).skeleton();
    assertThatThrownBy(() -> new GraphDecoder(OPERATORS, other).decode(sketch, Decoder.JOINT))
        .isInstanceOfSatisfying(
            MismatchException.class,
            e -> assertThat(e.reason()).isEqualTo(MismatchException.Reason.SKELETON_MISMATCH));
  }

  @Test
  void anotherSpec_isRefused() {
    Computation graph = RandomGraphs.tree(1, 2, 3, 32);
    Sketch sketch = new Sketcher(new SketchSpec(4096, 16, 4)).sketch(graph);
    assertThatThrownBy(
            () -> new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch, Decoder.JOINT))
        .isInstanceOfSatisfying(
            MismatchException.class,
            e -> assertThat(e.reason()).isEqualTo(MismatchException.Reason.FINGERPRINT_MISMATCH));
  }
}
