package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SparseDecoderTest {
  private static final Operators OPERATORS = new Operators(new SketchSpec(2048, 16, 7));

  /** 84 objects of 64 attributes, 5,376 unknowns. */
  private static Computation tree(long seed, int nonZero, boolean negative) {
    return RandomGraphs.sparseTree(seed, 3, 4, 64, nonZero, negative);
  }

  private static Sketch sketch(Computation graph) {
    return new Sketcher(OPERATORS).sketch(graph);
  }

  private static Decoded decode(Computation graph, Sketch sketch, Decoder decoder, double noise) {
    return new GraphDecoder(OPERATORS, graph.skeleton()).decode(sketch, decoder, noise);
  }

  private static double squaredError(Computation graph, Decoded decoded, int object) {
    float[] truth = graph.attributes(object).toArray();
    float[] found = decoded.attributes(object);
    double sum = 0;
    for (int j = 0; j < truth.length; j++) {
      sum += Math.pow((double) found[j] - truth[j], 2);
    }
    return sum;
  }

  private static void assertEveryObjectWithin(
      double relativeError, Computation graph, Decoded decoded) {
    for (int i = 0; i < graph.skeleton().size(); i++) {
      assertThat(Math.sqrt(squaredError(graph, decoded, i)))
          .as("object %s", graph.skeleton().id(i))
          .isLessThan(relativeError);
      assertThat(decoded.determined(i)).isTrue();
    }
  }

  @Test
  void fourOf64_at2048_isExact_whereJointIsNot() {
    for (int seed = 0; seed < 3; seed++) {
      Computation signed = tree(seed, 4, true);
      assertEveryObjectWithin(1e-4, signed, decode(signed, sketch(signed), Decoder.SPARSE, 0));
      Computation positive = tree(seed, 4, false);
      assertEveryObjectWithin(
          1e-4, positive, decode(positive, sketch(positive), Decoder.SPARSE_NONNEGATIVE, 0));
    }
    Computation graph = tree(0, 4, true);
    Decoded joint = decode(graph, sketch(graph), Decoder.JOINT, 0);
    double worst = 0;
    for (int i = 0; i < graph.skeleton().size(); i++) {
      worst = Math.max(worst, Math.sqrt(squaredError(graph, joint, i)));
    }
    assertThat(worst).isGreaterThan(0.5);
  }

  /** Near the phase transition for signs unknown, 0.328; 0.344 here. */
  @Test
  void nonNegativity_holdsMoreThanSignsUnknown() {
    Computation graph = tree(1, 11, false);
    assertEveryObjectWithin(
        1e-3, graph, decode(graph, sketch(graph), Decoder.SPARSE_NONNEGATIVE, 0));
    Decoded signed = decode(graph, sketch(graph), Decoder.SPARSE, 0);
    int determined = 0;
    for (int i = 0; i < graph.skeleton().size(); i++) {
      determined += signed.determined(i) ? 1 : 0;
    }
    assertThat(determined).isLessThan(42);
  }

  /** Values of one size are what a pursuit finds hardest: here the ℓ1 path decides. */
  @Test
  void equalValues_beyondThePursuit_areFoundOnTheL1Path() {
    Computation.Builder graph = Computation.builder();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 16; i++) {
      int[] indices = random.ints(0, 64).distinct().limit(20).sorted().toArray();
      float[] values = new float[20];
      java.util.Arrays.fill(values, 0.22f);
      graph.object("o" + i, "m" + i, Attributes.sparse(64, indices, values)).root("o" + i, 1 / 16f);
    }
    Computation computation = graph.build();
    Operators operators = new Operators(new SketchSpec(768, 16, 7));
    Decoded decoded =
        new GraphDecoder(operators, computation.skeleton())
            .decode(new Sketcher(operators).sketch(computation), Decoder.SPARSE_NONNEGATIVE);
    assertEveryObjectWithin(1e-3, computation, decoded);
  }

  @Test
  void erasedPrefix_isExactWhileTheRestCarriesIt() {
    Computation graph = RandomGraphs.sparseTree(2, 2, 4, 64, 4, true);
    Sketch prefix = sketch(graph).truncate(768);
    assertEveryObjectWithin(1e-3, graph, decode(graph, prefix, Decoder.SPARSE, 0));
  }

  @Test
  void statedNoise_entersTheStandardErrors() {
    double stated = 0;
    double actual = 0;
    for (int seed = 0; seed < 4; seed++) {
      Computation graph = tree(seed, 4, true);
      double deviation = 1e-3 * Math.sqrt(sketch(graph).energy() / 2048);
      Sketch noisy = NoisySketches.of(sketch(graph), deviation, seed);
      Decoded decoded = decode(graph, noisy, Decoder.SPARSE, deviation * deviation);
      for (int i = 0; i < graph.skeleton().size(); i++) {
        stated += 64 * Math.pow(decoded.standardError(i), 2);
        actual += squaredError(graph, decoded, i);
      }
    }
    assertThat(Math.sqrt(stated / actual)).isBetween(0.8, 1.25);
  }

  /** Noise as large as a tenth of the sketch drowns the leaves, and only them. */
  @Test
  void objectsBelowTheNoise_areNotDetermined() {
    Computation graph = tree(3, 4, true);
    double deviation = 0.1 * Math.sqrt(sketch(graph).energy() / 2048);
    Sketch noisy = NoisySketches.of(sketch(graph), deviation, 3);
    for (Decoder decoder : new Decoder[] {Decoder.SPARSE, Decoder.JOINT}) {
      Decoded decoded = decode(graph, noisy, decoder, deviation * deviation);
      Skeleton skeleton = graph.skeleton();
      for (int i = 0; i < skeleton.size(); i++) {
        int depth = skeleton.id(i).split("\\.").length - 1;
        if (depth != 2) {
          assertThat(decoded.determined(i)).as(skeleton.id(i)).isEqualTo(depth == 1);
        }
      }
    }
  }

  /** 5,376 dense unknowns do not fit: what is claimed of the deep objects must not be a number. */
  @Test
  void denseAttributes_areNotClaimed() {
    Computation graph = RandomGraphs.tree(4, 3, 4, 64);
    Decoded decoded = decode(graph, sketch(graph), Decoder.SPARSE, 0);
    int claimed = 0;
    for (int i = 0; i < graph.skeleton().size(); i++) {
      double error = Math.sqrt(squaredError(graph, decoded, i) / 64);
      claimed += decoded.determined(i) && error > 3 * decoded.standardError(i) ? 1 : 0;
    }
    assertThat(claimed).isLessThan(5);
  }

  @Test
  void anotherSkeleton_isRefused() {
    Sketch sketch = sketch(tree(1, 4, true));
    Computation other = RandomGraphs.sparseTree(9, 1, 80, 64, 4, true);
    assertThatThrownBy(() -> decode(other, sketch, Decoder.SPARSE, 0))
        .isInstanceOfSatisfying(
            MismatchException.class,
            e -> assertThat(e.reason()).isEqualTo(MismatchException.Reason.SKELETON_MISMATCH));
  }

  @Test
  void objectOfWeightZero_isNotDetermined_andDisturbsNothing() {
    Computation graph =
        Computation.builder()
            .object("seen", "a", Attributes.dense(0f, 0.6f, 0f, 0.8f))
            .object("unseen", "b", Attributes.dense(0.6f, 0.8f))
            .object("bare", "c", Attributes.none())
            .root("seen", 0.5f)
            .root("unseen", 0f)
            .root("bare", 0.5f)
            .build();
    for (Decoder decoder : Decoder.values()) {
      Decoded decoded = decode(graph, sketch(graph), decoder, 0);
      assertThat(decoded.determined(1)).as("%s", decoder).isFalse();
      assertThat(decoded.standardError(1)).isInfinite();
      assertThat(decoded.attributes(1)).containsOnly(0f);
      assertThat(decoded.determined(2)).isTrue();
      if (decoder != Decoder.MATCHED) {
        assertThat(decoded.determined(0)).isTrue();
        assertThat(Math.sqrt(squaredError(graph, decoded, 0))).isLessThan(1e-4);
      }
    }
  }

  @Test
  void sameSketch_decodesToTheSameBits_whateverCameBefore() {
    Computation graph = RandomGraphs.sparseTree(2, 2, 4, 64, 4, false);
    Sketch sketch = sketch(graph);
    GraphDecoder used = new GraphDecoder(OPERATORS, graph.skeleton());
    used.decode(sketch.truncate(1024), Decoder.JOINT);
    used.decode(sketch, Decoder.JOINT, 1e-6);
    used.decode(sketch(RandomGraphs.sparseTree(3, 2, 4, 64, 4, false)), Decoder.SPARSE);
    for (Decoder decoder : Decoder.values()) {
      Decoded first = used.decode(sketch, decoder);
      Decoded fresh = decode(graph, sketch, decoder, 0);
      for (int i = 0; i < graph.skeleton().size(); i++) {
        assertThat(first.attributes(i)).as("%s", decoder).isEqualTo(fresh.attributes(i));
        assertThat(first.standardError(i)).isEqualTo(fresh.standardError(i));
      }
    }
  }

  @Test
  void negativeNoise_isRefused() {
    Computation graph = tree(1, 4, true);
    assertThatThrownBy(() -> decode(graph, sketch(graph), Decoder.SPARSE, -1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("noiseVariance");
  }
}
