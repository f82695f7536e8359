package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.benchmarks.Trees;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Blind decoding of trees: how deep objects are found. */
final class BlindTrees implements Part {
  private static final int TREES_PER_SEED = 2;

  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 2000;

  private static final int SHARED_LAYERS = 3;
  private static final int SHARED_OBJECTS = 3;

  /**
   * A kind of trees.
   *
   * @param levels 0 for layers of shared objects
   */
  private record Shape(int levels, int fanIn, int attributes) {
    String label() {
      return levels == 0
          ? SHARED_LAYERS + " layers, shared"
          : levels
              + " levels, "
              + fanIn
              + " inputs"
              + (attributes == Scenes.ATTRIBUTES ? "" : ", " + attributes + " attributes");
    }

    Computation draw(Random random) {
      return levels == 0 ? shared(random) : tree(random, levels, fanIn, attributes, "m", "m");
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(2, 4, 16),
          new Shape(2, 8, 16),
          new Shape(3, 2, 16),
          new Shape(3, 3, 16),
          new Shape(3, 4, 16),
          new Shape(3, 4, 64),
          new Shape(4, 2, 16),
          new Shape(5, 2, 16),
          new Shape(0, 2, 16));

  @Override
  public String name() {
    return "blind-trees";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add("| d | tree | objects | depth 1, 2, 3, … | exact | wrong |");
    table.add("| --- | --- | --- | --- | --- | --- |");
    int trees = TREES_PER_SEED * seeds;
    for (int dimension : new int[] {4096, 16384}) {
      for (Shape shape : SHAPES) {
        List<BlindOutcome> outcomes =
            IntStream.range(0, trees)
                .parallel()
                .mapToObj(seed -> measure(shape, dimension, FIRST_SEED + seed))
                .toList();
        table.add(
            String.format(
                Locale.ROOT,
                "| %d | %s | %d | %s %% | %d of %d | %d |",
                dimension,
                shape.label(),
                IntStream.of(outcomes.get(0).objects()).sum(),
                shares(outcomes),
                outcomes.stream().filter(BlindOutcome::exact).count(),
                trees,
                outcomes.stream().mapToInt(BlindOutcome::wrong).sum()));
      }
    }
    return table;
  }

  /** The share of the objects that are found at each depth, in per cent. */
  private static String shares(List<BlindOutcome> outcomes) {
    return IntStream.range(0, BlindOutcome.MAX_DEPTH)
        .filter(h -> outcomes.get(0).objects()[h] > 0)
        .mapToObj(
            h -> {
              double objects = outcomes.stream().mapToInt(o -> o.objects()[h]).sum();
              int found = outcomes.stream().mapToInt(o -> o.found()[h]).sum();
              return String.format(Locale.ROOT, "%.1f", 100 * found / objects);
            })
        .collect(Collectors.joining(", "));
  }

  private static BlindOutcome measure(Shape shape, int dimension, int seed) {
    Operators operators = new Operators(new SketchSpec(dimension, 16, seed));
    Computation graph = shape.draw(new Random(seed));
    BlindDecoder decoder =
        new BlindDecoder(operators, Scenes.profiles(Scenes.MODULES, shape.attributes));
    return BlindOutcome.of(
        BlindOutcome.places(graph), decoder.decode(new Sketcher(operators).sketch(graph)));
  }

  /**
   * A tree with modules drawn with repetition.
   *
   * @param roots prefix of the names of the roots' modules
   * @param below of those of all other objects
   */
  static Computation tree(
      Random random, int levels, int fanIn, int attributes, String roots, String below) {
    return Trees.tree(
        levels,
        fanIn,
        id -> (Trees.depth(id) == 1 ? roots : below) + random.nextInt(Scenes.MODULES),
        () -> Trees.unit(random, attributes));
  }

  /** Layers of objects, each with two inputs of the layer below: shared everywhere. */
  private static Computation shared(Random random) {
    Computation.Builder graph = Computation.builder();
    for (int layer = 0; layer < SHARED_LAYERS; layer++) {
      for (int i = 0; i < SHARED_OBJECTS; i++) {
        List<WeightedInput> inputs = new ArrayList<>();
        for (int k = 0; k < 2 && layer > 0; k++) {
          inputs.add(new WeightedInput(id(layer - 1, (i + k) % SHARED_OBJECTS), 0.5f));
        }
        String module = "m" + random.nextInt(Scenes.MODULES);
        float[] attributes = Trees.unit(random, Scenes.ATTRIBUTES);
        graph.object(id(layer, i), module, Attributes.dense(attributes), inputs);
      }
    }
    for (int i = 0; i < SHARED_OBJECTS; i++) {
      graph.root(id(SHARED_LAYERS - 1, i), 1f / SHARED_OBJECTS);
    }
    return graph.build();
  }

  private static String id(int layer, int i) {
    return "o" + layer + "." + i;
  }
}
