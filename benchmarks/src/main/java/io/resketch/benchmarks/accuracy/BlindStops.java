package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Where blind decoding must stop: noise, unknown modules, erased and quantised sketches, sums. */
final class BlindStops implements Part {
  private static final int MANY = 125;
  private static final int SOME = 15;
  private static final int FEW = 3;
  private static final int SKETCHES_PER_OPERATORS = 10;

  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 3000;

  /**
   * A kind of sketches.
   *
   * @param perSeed sketches a seed
   * @param attributes of the known modules
   */
  private record Kind(String label, int perSeed, int dimension, int attributes, Maker maker) {
    Kind(String label, int perSeed, Maker maker) {
      this(label, perSeed, 4096, Scenes.ATTRIBUTES, maker);
    }
  }

  /** Makes one sketch of a kind. */
  private interface Maker {
    Case make(Operators operators, Random random);
  }

  /**
   * A sketch.
   *
   * @param truth what stands at every place; absent for sums, which have no tree
   */
  private record Case(Sketch sketch, Optional<Map<String, String>> truth) {
    static Case of(Operators operators, Computation graph) {
      return new Case(
          new Sketcher(operators).sketch(graph), Optional.of(BlindOutcome.places(graph)));
    }

    Case kept(int floats) {
      return new Case(sketch.truncate(floats), truth);
    }

    Case in8Bits() {
      return new Case(sketch.encode(Encoding.I8_BLOCK), truth);
    }
  }

  /**
   * What became of one sketch.
   *
   * @param wrong objects that are not at that place; of sums 0
   */
  private record Outcome(int found, int wrong, BlindTree.Status status) {}

  @Override
  public String name() {
    return "blind-stops";
  }

  private static List<Kind> kinds() {
    List<Kind> out = new ArrayList<>();
    for (int d : new int[] {4096, 1024}) {
      String at = ", d = " + d;
      out.add(new Kind("Gaussian noise" + at, MANY, d, Scenes.ATTRIBUTES, BlindStops::noise));
      Maker unknown = (o, r) -> scene(o, r, "x");
      out.add(new Kind("scenes of unknown modules" + at, MANY, d, Scenes.ATTRIBUTES, unknown));
    }
    out.add(new Kind("trees of unknown modules", MANY, (o, r) -> tree(o, r, 2, 4, "x", "x")));
    out.add(new Kind("known below unknown", MANY, (o, r) -> tree(o, r, 2, 4, "x", "m")));
    out.add(new Kind("unknown below known", SOME, (o, r) -> tree(o, r, 2, 4, "m", "x")));
    out.add(new Kind("scenes, ½ kept", MANY, (o, r) -> scene(o, r, "m").kept(2048)));
    out.add(new Kind("scenes, ¼ kept", MANY, (o, r) -> scene(o, r, "m").kept(1024)));
    out.add(new Kind("scenes, ⅛ kept", MANY, (o, r) -> scene(o, r, "m").kept(512)));
    String small = "trees of 2 levels, 4 inputs, ";
    String large = "trees of 3 levels, 3 inputs, ";
    out.add(new Kind(small + "¼ kept", FEW, (o, r) -> tree(o, r, 2, 4, "m", "m").kept(1024)));
    out.add(new Kind(large + "¼ kept", FEW, (o, r) -> tree(o, r, 3, 3, "m", "m").kept(1024)));
    Maker full = (o, r) -> Case.of(o, BlindTrees.tree(r, 3, 4, 64, "m", "m"));
    out.add(new Kind("trees of 3 levels, 4 inputs, 64 attributes", FEW, 4096, 64, full));
    out.add(new Kind("scenes, 8 bits", MANY, (o, r) -> scene(o, r, "m").in8Bits()));
    out.add(new Kind(small + "8 bits", FEW, (o, r) -> tree(o, r, 2, 4, "m", "m").in8Bits()));
    out.add(new Kind(large + "8 bits", FEW, (o, r) -> tree(o, r, 3, 3, "m", "m").in8Bits()));
    for (int runs : new int[] {2, 4, 16, 64}) {
      out.add(new Kind("sums of " + runs + " scenes", SOME, (o, r) -> sum(o, r, runs)));
    }
    return out;
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add(
        "| sketches | number | with wrong objects | wrong of found |"
            + " COMPLETE, PARTIAL, MIXED, NOTHING_FOUND |");
    table.add("| --- | --- | --- | --- | --- |");
    for (Kind kind : kinds()) {
      List<Outcome> outcomes =
          IntStream.range(0, seeds)
              .parallel()
              .mapToObj(seed -> measure(kind, seed))
              .flatMap(List::stream)
              .toList();
      boolean sum = kind.label.startsWith("sums");
      int wrong = outcomes.stream().mapToInt(Outcome::wrong).sum();
      int found = outcomes.stream().mapToInt(Outcome::found).sum();
      String statuses =
          Arrays.stream(BlindTree.Status.values())
              .map(s -> "" + outcomes.stream().filter(o -> o.status == s).count())
              .collect(Collectors.joining(", "));
      table.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %s | %s | %s |",
              kind.label,
              outcomes.size(),
              sum ? "–" : outcomes.stream().filter(o -> o.wrong > 0).count(),
              sum ? "–" : wrong + " of " + found,
              statuses));
    }
    return table;
  }

  private static List<Outcome> measure(Kind kind, int seed) {
    List<Outcome> out = new ArrayList<>();
    Random random = new Random(FIRST_SEED + seed);
    Operators operators = null;
    BlindDecoder decoder = null;
    for (int k = 0; k < kind.perSeed; k++) {
      if (k % SKETCHES_PER_OPERATORS == 0) {
        operators = new Operators(new SketchSpec(kind.dimension, 16, random.nextInt(1 << 30)));
        decoder = new BlindDecoder(operators, Scenes.profiles(Scenes.MODULES, kind.attributes));
      }
      Case made = kind.maker.make(operators, random);
      BlindTree tree = decoder.decode(made.sketch);
      int wrong = made.truth.map(truth -> BlindOutcome.of(truth, tree).wrong()).orElse(0);
      out.add(new Outcome(tree.objects().size(), wrong, tree.status()));
    }
    return out;
  }

  private static Case scene(Operators operators, Random random, String prefix) {
    return Case.of(operators, Scenes.gaussian(prefix, random).draw().graph());
  }

  private static Case tree(
      Operators operators, Random random, int levels, int fanIn, String roots, String below) {
    return Case.of(
        operators, BlindTrees.tree(random, levels, fanIn, Scenes.ATTRIBUTES, roots, below));
  }

  private static Case noise(Operators operators, Random random) {
    SketchSpec spec = operators.spec();
    float[] values = new float[spec.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Sketch sketch = Sketch.of(spec.fingerprint(), spec.dimension(), values, 1, 1);
    return new Case(sketch, Optional.of(Map.of()));
  }

  private static Case sum(Operators operators, Random random, int runs) {
    List<Sketch> sketches = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      sketches.add(scene(operators, random, "m").sketch);
    }
    double[] ones = new double[runs];
    Arrays.fill(ones, 1);
    return new Case(Sketch.weightedSum(sketches, ones), Optional.empty());
  }
}
