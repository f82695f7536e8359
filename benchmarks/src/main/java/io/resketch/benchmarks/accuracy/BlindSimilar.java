package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.benchmarks.Trees;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Blind decoding of objects of two modules whose attributes are alike or equal: whether COMPLETE
 * means that nothing is missing, and a confidence of 0.99 that the object is there.
 */
final class BlindSimilar implements Part {
  private static final int SKETCHES = 8;
  private static final int DIMENSION = 4096;
  private static final int PRESENT = 2;
  private static final int KNOWN = 8;
  private static final int MAX_ROOTS = 12;

  /** Runs of one skeleton in a sum. */
  private static final int RUNS = 5;

  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 5000;

  /** How the attributes of a module lie. */
  private enum Likeness {
    COSINE_90("cosine 0.9", 0.9),
    COSINE_99("cosine 0.99", 0.99),
    EQUAL("equal", 1),
    EMBEDDING("embeddings", 0);

    final String label;
    final double cosine;

    Likeness(String label, double cosine) {
      this.label = label;
      this.cosine = cosine;
    }
  }

  /** How the weights of a list lie: equal, log-normal, or equal with a quarter of them 0. */
  private enum Weights {
    EQUAL,
    UNEQUAL,
    GAPS
  }

  private record Setting(
      String label, Likeness likeness, int levels, Weights weights, int runs, Encoding encoding) {
    Setting(String label, Likeness likeness) {
      this(label, likeness, 1, Weights.EQUAL, 1, Encoding.F32);
    }
  }

  private record Outcome(boolean exact, boolean complete, boolean missing, int sure, int wrong) {}

  @Override
  public String name() {
    return "blind-similar";
  }

  private static List<Setting> settings() {
    List<Setting> out = new ArrayList<>();
    for (Likeness likeness : Likeness.values()) {
      out.add(new Setting(likeness.label, likeness));
    }
    Likeness some = Likeness.EMBEDDING;
    Weights equal = Weights.EQUAL;
    out.add(new Setting("embeddings, 8 bits", some, 1, equal, 1, Encoding.I8_BLOCK));
    out.add(
        new Setting(
            "embeddings, bfloat16, unequal weights", some, 1, Weights.UNEQUAL, 1, Encoding.BF16));
    out.add(
        new Setting("embeddings, weights 0 among them", some, 1, Weights.GAPS, 1, Encoding.F32));
    out.add(new Setting("embeddings, sums of 5 runs", some, 1, equal, RUNS, Encoding.F32));
    out.add(new Setting("trees of equal objects", Likeness.EQUAL, 2, equal, 1, Encoding.F32));
    out.add(new Setting("trees of embeddings", some, 2, equal, 1, Encoding.F32));
    return out;
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add(
        "| attributes | kept | number | exact | COMPLETE | of these with something missing or wrong"
            + " | objects 0.99 sure | of these wrong |");
    table.add("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Setting setting : settings()) {
      for (int kept : new int[] {4096, 2048, 1024, 400}) {
        List<Outcome> outcomes =
            IntStream.range(0, seeds)
                .parallel()
                .mapToObj(seed -> measure(setting, kept, FIRST_SEED + seed))
                .flatMap(List::stream)
                .toList();
        table.add(
            String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %d | %d | %d | %d |",
                setting.label,
                kept,
                outcomes.size(),
                sum(outcomes, o -> o.exact ? 1 : 0),
                sum(outcomes, o -> o.complete ? 1 : 0),
                sum(outcomes, o -> o.missing ? 1 : 0),
                sum(outcomes, Outcome::sure),
                sum(outcomes, Outcome::wrong)));
      }
    }
    return table;
  }

  private static int sum(List<Outcome> outcomes, ToIntFunction<Outcome> number) {
    return outcomes.stream().mapToInt(number).sum();
  }

  private static List<Outcome> measure(Setting setting, int kept, int seed) {
    Random random = new Random(seed);
    Operators operators = new Operators(new SketchSpec(DIMENSION, 16, seed));
    BlindDecoder decoder = new BlindDecoder(operators, Scenes.profiles(KNOWN, Scenes.ATTRIBUTES));
    List<Outcome> out = new ArrayList<>();
    for (int k = 0; k < SKETCHES; k++) {
      Graphs graphs = new Graphs(setting, random);
      int roots = setting.levels > 1 ? 2 + random.nextInt(3) : 1 + random.nextInt(MAX_ROOTS);
      long skeleton = random.nextLong();
      List<Sketch> runs = new ArrayList<>();
      Computation graph = null;
      for (int run = 0; run < setting.runs; run++) {
        graph = graphs.draw(roots, new Random(skeleton));
        runs.add(new Sketcher(operators).sketch(graph));
      }
      double[] ones = new double[runs.size()];
      Arrays.fill(ones, 1);
      Sketch sketch = runs.size() == 1 ? runs.get(0) : Sketch.weightedSum(runs, ones);
      BlindTree tree = decoder.decode(sketch.truncate(kept).encode(setting.encoding));
      out.add(outcome(graph, tree));
    }
    return out;
  }

  /** Missing is what is heavier, in its list, than the answer says may hide. */
  private static Outcome outcome(Computation graph, BlindTree tree) {
    Map<String, String> truth = BlindOutcome.places(graph);
    Map<String, String> found = new HashMap<>();
    int sure = 0;
    int wrong = 0;
    boolean right = true;
    for (int i = 0; i < tree.objects().size(); i++) {
      BlindObject object = tree.objects().get(i);
      String label = BlindOutcome.label(object.module(), object.inner());
      boolean there = label.equals(truth.get(tree.path(i)));
      found.put(tree.path(i), label);
      right &= there;
      sure += object.confidence() >= 0.99 ? 1 : 0;
      wrong += object.confidence() >= 0.99 && !there ? 1 : 0;
    }
    boolean missing =
        truth.keySet().stream()
            .anyMatch(
                path ->
                    !found.containsKey(path)
                        && weight(graph.skeleton(), path) > tree.hiddenWeight());
    boolean complete = tree.status() == BlindTree.Status.COMPLETE;
    return new Outcome(found.equals(truth), complete, complete && (missing || !right), sure, wrong);
  }

  /** Weight of a place in its list. */
  private static double weight(Skeleton skeleton, String path) {
    String[] positions = path.split("\\.", -1);
    int position = Integer.parseInt(positions[0]);
    int object = skeleton.root(position);
    double weight = skeleton.rootWeight(position);
    for (int k = 1; k < positions.length; k++) {
      position = Integer.parseInt(positions[k]);
      weight = skeleton.weight(object, position);
      object = skeleton.input(object, position);
    }
    return weight;
  }

  /** Draws computations whose modules have centres of their own. */
  private static final class Graphs {
    private static final int FACTORS = 3;

    private final Setting setting;
    private final Random random;
    private final float[][] centers = new float[PRESENT][];
    private final float[][][] factors = new float[PRESENT][FACTORS][];

    Graphs(Setting setting, Random random) {
      this.setting = setting;
      this.random = random;
      for (int m = 0; m < PRESENT; m++) {
        centers[m] = Trees.unit(random, Scenes.ATTRIBUTES);
        for (int f = 0; f < FACTORS; f++) {
          factors[m][f] = Trees.unit(random, Scenes.ATTRIBUTES);
        }
      }
    }

    /**
     * A computation.
     *
     * @param shape decides modules and weights, so that runs of one skeleton can be drawn
     */
    Computation draw(int roots, Random shape) {
      Computation.Builder graph = Computation.builder();
      for (WeightedInput root : list(graph, "o", roots, setting.levels, shape)) {
        graph.root(root.object(), root.weight());
      }
      return graph.build();
    }

    private List<WeightedInput> list(
        Computation.Builder graph, String parent, int length, int levels, Random shape) {
      float[] weights = weights(length, shape);
      List<WeightedInput> out = new ArrayList<>();
      for (int k = 0; k < length && levels > 0; k++) {
        String id = parent + "." + k;
        int module = shape.nextInt(PRESENT);
        List<WeightedInput> inputs = list(graph, id, length, levels - 1, shape);
        graph.object(id, "m" + module, Attributes.dense(attributes(module)), inputs);
        out.add(new WeightedInput(id, weights[k]));
      }
      return out;
    }

    private float[] weights(int length, Random shape) {
      float[] weights = new float[length];
      float sum = 0;
      for (int k = 0; k < length; k++) {
        boolean gap = setting.weights == Weights.GAPS && k > 0 && shape.nextInt(4) == 0;
        double weight =
            setting.weights == Weights.UNEQUAL ? Math.exp(shape.nextGaussian()) : gap ? 0 : 1;
        weights[k] = (float) weight;
        sum += weights[k];
      }
      for (int k = 0; k < length; k++) {
        weights[k] /= sum;
      }
      return weights;
    }

    /** Around the centre: anywhere, or mostly along a few factors as embeddings lie. */
    private float[] attributes(int module) {
      boolean embedding = setting.likeness == Likeness.EMBEDDING;
      double cosine = embedding ? 1 : setting.likeness.cosine;
      double scatter = embedding ? 0.1 : Math.sqrt(1 - cosine * cosine);
      float[] x = Trees.unit(random, Scenes.ATTRIBUTES);
      for (int j = 0; j < x.length; j++) {
        x[j] = (float) (cosine * centers[module][j] + scatter * x[j]);
      }
      for (int f = 0; f < FACTORS && embedding; f++) {
        double size = 0.3 * random.nextGaussian() / (1 + f);
        for (int j = 0; j < x.length; j++) {
          x[j] += (float) (size * factors[module][f][j]);
        }
      }
      return x;
    }
  }
}
