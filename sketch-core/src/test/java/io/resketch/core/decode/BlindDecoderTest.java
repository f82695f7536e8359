package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BlindDecoderTest {
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 16;

  private static List<ModuleProfile> known(int modules) {
    List<ModuleProfile> known = new ArrayList<>();
    for (int m = 0; m < modules; m++) {
      known.add(new ModuleProfile("m" + m, ATTRIBUTES, false, false, false));
    }
    return known;
  }

  private static Operators operators(int dimension, long seed) {
    return new Operators(new SketchSpec(dimension, 16, seed));
  }

  private static Attributes unit(SplittableRandom random) {
    return Attributes.dense(RandomGraphs.unit(random, ATTRIBUTES));
  }

  /** Roots without inputs, of modules drawn from the known, repeated ones among them. */
  private static Computation scene(SplittableRandom random, int objects, String prefix) {
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < objects; i++) {
      graph.object("o" + i, prefix + random.nextInt(MODULES), unit(random));
      graph.root("o" + i, 1f / objects);
    }
    return graph.build();
  }

  /** Every object with {@code fanIn} inputs of unequal weights. */
  private static Computation tree(
      SplittableRandom random, int levels, int fanIn, String above, String below) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : inputs("o", random, levels, fanIn, above, below, graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  private static List<WeightedInput> inputs(
      String parent,
      SplittableRandom random,
      int levels,
      int fanIn,
      String prefix,
      String below,
      Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < fanIn && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> list = inputs(id, random, levels - 1, fanIn, below, below, graph);
      graph.object(id, prefix + random.nextInt(MODULES), unit(random), list);
      out.add(new WeightedInput(id, 2f * (k + 1) / (fanIn * (fanIn + 1))));
    }
    return out;
  }

  /** Module and form at every path of a computation. */
  private static Map<String, String> places(Skeleton skeleton) {
    Map<String, String> out = new TreeMap<>();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      collect(skeleton, skeleton.root(k), Integer.toString(k), out);
    }
    return out;
  }

  private static void collect(Skeleton skeleton, int object, String path, Map<String, String> out) {
    out.put(path, skeleton.module(object) + (skeleton.inputCount(object) > 0 ? " inner" : " leaf"));
    for (int k = 0; k < skeleton.inputCount(object); k++) {
      collect(skeleton, skeleton.input(object, k), path + "." + k, out);
    }
  }

  private static Map<String, String> places(BlindTree tree) {
    Map<String, String> out = new TreeMap<>();
    for (int i = 0; i < tree.objects().size(); i++) {
      BlindObject object = tree.objects().get(i);
      out.put(tree.path(i), object.module() + (object.inner() ? " inner" : " leaf"));
    }
    return out;
  }

  private static Sketch withNoise(Sketch sketch, SplittableRandom random, double relative) {
    float[] values = sketch.toArray();
    double scale = relative * Math.sqrt(sketch.energy() / values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (scale * Math.sqrt(3) * random.nextDouble(-1, 1));
    }
    return Sketch.of(
        sketch.fingerprint(), sketch.dimension(), values, sketch.mass(), sketch.runs());
  }

  @Test
  void scenes_areUnrolledExactly() {
    SplittableRandom random = new SplittableRandom(3);
    for (int seed = 0; seed < 6; seed++) {
      Operators operators = operators(4096, seed);
      BlindDecoder decoder = new BlindDecoder(operators, known(MODULES));
      for (int objects = 1; objects <= 12; objects += 2) {
        Computation graph = scene(random, objects, "m");
        BlindTree tree = decoder.decode(new Sketcher(operators).sketch(graph));
        assertThat(places(tree)).isEqualTo(places(graph.skeleton()));
        assertThat(tree.status()).as(tree.reason()).isEqualTo(BlindTree.Status.COMPLETE);
        assertThat(tree.missingWeight()).isCloseTo(0, within(1e-4));
        for (BlindObject object : tree.objects()) {
          float[] truth = graph.attributes(object.position()).toArray();
          assertThat(object.effectiveWeight()).isCloseTo(1.0 / objects, within(1e-5));
          assertThat(object.attributesDetermined()).isTrue();
          assertThat(object.confidence()).isGreaterThan(0.999);
          for (int j = 0; j < ATTRIBUTES; j++) {
            assertThat(object.attributes()[j]).isCloseTo(truth[j], within(1e-3f));
          }
        }
      }
    }
  }

  @Test
  void tree_isUnrolledToAComputationThatSketchesTheSame() {
    SplittableRandom random = new SplittableRandom(8);
    for (int seed = 0; seed < 3; seed++) {
      Operators operators = operators(4096, seed);
      Computation graph = tree(random, 2, 3, "m", "m");
      Sketch sketch = new Sketcher(operators).sketch(graph);
      BlindTree tree = new BlindDecoder(operators, known(MODULES)).decode(sketch);
      assertThat(places(tree)).isEqualTo(places(graph.skeleton()));
      Computation found = tree.computation().orElseThrow();
      assertThat(new Sketcher(operators).sketch(found).cosine(sketch)).isGreaterThan(0.999999);
      Decoded decoded = new GraphDecoder(operators, found.skeleton()).decode(sketch, Decoder.JOINT);
      assertThat(decoded.relativeResidual()).isLessThan(1e-3);
    }
  }

  @Test
  void threeLevels_needALongerSketch() {
    Operators operators = operators(16384, 1);
    Computation graph = tree(new SplittableRandom(4), 3, 2, "m", "m");
    BlindTree tree =
        new BlindDecoder(operators, known(MODULES)).decode(new Sketcher(operators).sketch(graph));
    assertThat(places(tree)).isEqualTo(places(graph.skeleton()));
  }

  /** A shared object is found in each of its places; a position of no weight stays empty. */
  @Test
  void sharingAndEmptyPositions_areKept() {
    SplittableRandom random = new SplittableRandom(5);
    Computation graph =
        Computation.builder()
            .object("shared", "m1", unit(random))
            .object("a", "m2", unit(random), new WeightedInput("shared", 1f))
            .object(
                "b",
                "m3",
                unit(random),
                new WeightedInput("a", 0f),
                new WeightedInput("shared", 0.5f),
                new WeightedInput("a", 0.5f))
            .root("b", 0f)
            .root("a", 0.5f)
            .root("b", 0.5f)
            .build();
    Operators operators = operators(8192, 2);
    Sketch sketch = new Sketcher(operators).sketch(graph);
    BlindTree tree = new BlindDecoder(operators, known(8)).decode(sketch);
    assertThat(places(tree))
        .containsExactly(
            Map.entry("1", "m2 inner"),
            Map.entry("1.0", "m1 leaf"),
            Map.entry("2", "m3 inner"),
            Map.entry("2.1", "m1 leaf"),
            Map.entry("2.2", "m2 inner"),
            Map.entry("2.2.0", "m1 leaf"));
    Computation found = tree.computation().orElseThrow();
    assertThat(found.skeleton().rootCount()).isEqualTo(3);
    assertThat(found.skeleton().rootWeight(0)).isZero();
    assertThat(new Sketcher(operators).sketch(found).cosine(sketch)).isGreaterThan(0.99999);
  }

  @Test
  void statedErrorsFollowTheTrueOnes() {
    SplittableRandom random = new SplittableRandom(6);
    double weights = 0;
    double attributes = 0;
    int objects = 0;
    for (int seed = 0; seed < 12; seed++) {
      Operators operators = operators(2048, seed);
      Computation graph = scene(random, 6, "m");
      Sketch noisy = withNoise(new Sketcher(operators).sketch(graph), random, 0.3);
      BlindTree tree = new BlindDecoder(operators, known(MODULES)).decode(noisy);
      assertThat(places(tree)).isEqualTo(places(graph.skeleton()));
      for (BlindObject object : tree.objects()) {
        objects++;
        weights +=
            Math.pow((object.effectiveWeight() - 1.0 / 6) / object.effectiveWeightError(), 2);
        float[] truth = graph.attributes(object.position()).toArray();
        for (int j = 0; j < ATTRIBUTES; j++) {
          attributes +=
              Math.pow((object.attributes()[j] - truth[j]) / object.attributeError(), 2)
                  / ATTRIBUTES;
        }
      }
    }
    assertThat(Math.sqrt(weights / objects)).isBetween(0.75, 1.35);
    assertThat(Math.sqrt(attributes / objects)).isBetween(0.75, 1.35);
  }

  @Test
  void noiseAndUnknownModules_giveNothing() {
    SplittableRandom random = new SplittableRandom(7);
    for (int seed = 0; seed < 10; seed++) {
      Operators operators = operators(1024, seed);
      BlindDecoder decoder = new BlindDecoder(operators, known(MODULES));
      Sketch unknown = new Sketcher(operators).sketch(scene(random, 1 + seed, "unknown"));
      Sketch noise = withNoise(unknown, random, 1e4);
      for (Sketch sketch : List.of(unknown, noise, noise.truncate(256))) {
        BlindTree tree = decoder.decode(sketch);
        assertThat(tree.objects()).isEmpty();
        assertThat(tree.status()).isEqualTo(BlindTree.Status.NOTHING_FOUND);
        assertThat(tree.relativeResidual()).isCloseTo(1, within(1e-6));
        assertThat(tree.computation()).isEmpty();
      }
    }
  }

  @Test
  void zeroSketch_givesNothing() {
    Operators operators = operators(1024, 1);
    Sketch zero = Sketch.of(operators.spec().fingerprint(), 1024, new float[1024], 1, 1);
    BlindTree tree = new BlindDecoder(operators, known(MODULES)).decode(zero);
    assertThat(tree.status()).isEqualTo(BlindTree.Status.NOTHING_FOUND);
    assertThat(tree.relativeResidual()).isZero();
  }

  /** It stops above what it does not know, and says that weight is missing. */
  @Test
  void unknownInputs_leaveThePartAbove() {
    Operators operators = operators(4096, 3);
    Computation graph = tree(new SplittableRandom(9), 2, 3, "m", "unknown");
    BlindTree tree =
        new BlindDecoder(operators, known(MODULES)).decode(new Sketcher(operators).sketch(graph));
    assertThat(tree.status()).isEqualTo(BlindTree.Status.PARTIAL);
    assertThat(tree.reason()).contains("inputs of m");
    assertThat(places(tree)).hasSize(3);
    assertThat(places(graph.skeleton())).containsAllEntriesOf(places(tree));
    assertThat(tree.missingWeight()).isCloseTo(0, within(0.05));
  }

  /** I8_BLOCK makes the strength of a lone object about 0.0007 too large, far above its error. */
  @Test
  void roundedSketches_areUnrolled() {
    SplittableRandom random = new SplittableRandom(13);
    for (int seed = 0; seed < 4; seed++) {
      Operators operators = operators(4096, seed);
      for (Computation graph :
          List.of(scene(random, 1, "m"), scene(random, 9, "m"), tree(random, 2, 3, "m", "m"))) {
        Sketch rounded = new Sketcher(operators).sketch(graph).encode(Encoding.I8_BLOCK);
        BlindTree tree = new BlindDecoder(operators, known(MODULES)).decode(rounded);
        assertThat(places(tree)).isEqualTo(places(graph.skeleton()));
        assertThat(tree.status()).as(tree.reason()).isEqualTo(BlindTree.Status.COMPLETE);
      }
    }
  }

  /** A prefix holds less; what is found is there. */
  @Test
  void erasure_losesObjectsAndInventsNone() {
    SplittableRandom random = new SplittableRandom(10);
    Operators operators = operators(4096, 4);
    BlindDecoder decoder = new BlindDecoder(operators, known(MODULES));
    Computation graph = tree(random, 2, 4, "m", "m");
    Sketch sketch = new Sketcher(operators).sketch(graph);
    assertThat(places(decoder.decode(sketch))).isEqualTo(places(graph.skeleton()));
    for (int prefix : new int[] {1024, 512, 256}) {
      BlindTree tree = decoder.decode(sketch.truncate(prefix));
      assertThat(places(graph.skeleton())).containsAllEntriesOf(places(tree));
    }
    assertThat(decoder.decode(sketch.truncate(256)).objects().size()).isLessThan(20);
  }

  @Test
  void sumOfDifferentScenes_isCalledMixed() {
    SplittableRandom random = new SplittableRandom(11);
    Operators operators = operators(4096, 5);
    BlindDecoder decoder = new BlindDecoder(operators, known(MODULES));
    for (int runs : new int[] {2, 4, 8}) {
      List<Sketch> sketches = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        sketches.add(new Sketcher(operators).sketch(scene(random, 6, "m")));
      }
      double[] ones = new double[runs];
      Arrays.fill(ones, 1);
      BlindTree tree = decoder.decode(Sketch.weightedSum(sketches, ones));
      assertThat(tree.status()).as("%d runs", runs).isEqualTo(BlindTree.Status.MIXED);
      assertThat(tree.reason()).contains("holds both m");
      assertThat(tree.computation()).isEmpty();
    }
  }

  @Test
  void sumOfOneSkeleton_isUnrolledToItsMean() {
    Operators operators = operators(4096, 6);
    Computation one = Computation.builder().object("a", "m1", one(0.5f)).root("a", 1).build();
    Computation two = Computation.builder().object("a", "m1", one(-0.1f)).root("a", 1).build();
    Sketcher sketcher = new Sketcher(operators);
    Sketch sum =
        Sketch.weightedSum(
            List.of(sketcher.sketch(one), sketcher.sketch(two)), new double[] {1, 1});
    BlindTree tree = new BlindDecoder(operators, known(MODULES)).decode(sum);
    assertThat(tree.status()).isEqualTo(BlindTree.Status.COMPLETE);
    assertThat(tree.objects().get(0).attributes()[0]).isCloseTo(0.2f, within(1e-4f));
    assertThat(tree.computation().orElseThrow().skeleton().mass()).isEqualTo(2);
  }

  private static Attributes one(float value) {
    return Attributes.sparse(ATTRIBUTES, new int[] {0}, new float[] {value});
  }

  @Test
  void everyFamily_isUnrolled() {
    for (Family family : new Family[] {new Family.Hadamard(), new Family.Dense()}) {
      Operators operators = new Operators(new SketchSpec(256, family, 1));
      SplittableRandom random = new SplittableRandom(12);
      Computation graph =
          Computation.builder()
              .object("below", "m1", Attributes.none())
              .object("a", "m2", unit(random), new WeightedInput("below", 1f))
              .object("b", "m0", unit(random))
              .root("a", 0.6f)
              .root("b", 0.4f)
              .build();
      List<ModuleProfile> known = new ArrayList<>(ModuleProfile.of(graph.skeleton()));
      known.add(new ModuleProfile("m3", ATTRIBUTES, false, false, false));
      BlindTree tree =
          new BlindDecoder(operators, known).decode(new Sketcher(operators).sketch(graph));
      assertThat(places(tree)).as(family.label()).isEqualTo(places(graph.skeleton()));
    }
  }

  @Test
  void badArguments_areNamed() {
    Operators operators = operators(1024, 1);
    assertThatThrownBy(() -> new BlindDecoder(operators, List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("known: is empty");
    ModuleProfile cat = ModuleProfile.unseen("cat");
    assertThatThrownBy(() -> new BlindDecoder(operators, List.of(cat, cat)))
        .hasMessageContaining("stands twice");
    Sketch foreign =
        new Sketcher(operators(1024, 2)).sketch(scene(new SplittableRandom(1), 1, "m"));
    assertThatThrownBy(() -> new BlindDecoder(operators, known(1)).decode(foreign))
        .isInstanceOf(MismatchException.class);
  }
}
