package io.resketch.benchmarks;

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
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Prints the tables of blind decoding of docs/accuracy.md. Seeded: the same figures every time. */
public final class BlindTable {
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 16;
  private static final int OPERATOR_SEEDS = 25;
  private static final int TREES = 24;
  private static final int MANY = 1000;

  private BlindTable() {}

  /** Prints all tables, or the named one: scenes, trees or false. */
  public static void main(String[] arguments) {
    String only = arguments.length > 0 ? arguments[0] : "";
    if (only.isEmpty() || only.equals("scenes")) {
      scenes();
    }
    if (only.isEmpty() || only.equals("trees")) {
      trees();
    }
    if (only.isEmpty() || only.equals("false")) {
      falseDetections();
    }
  }

  private static List<ModuleProfile> known(int dimension) {
    List<ModuleProfile> known = new ArrayList<>();
    for (int m = 0; m < MODULES; m++) {
      known.add(new ModuleProfile("m" + m, dimension, false, false, false));
    }
    return known;
  }

  /** What became of one sketch. */
  private static final class Outcome {
    int objects;
    int found;
    int wrong;
    final int[] depthObjects = new int[8];
    final int[] depthFound = new int[8];

    boolean exact() {
      return found == objects && wrong == 0;
    }
  }

  /** Compares by path, module and form. */
  private static Outcome compare(Computation graph, BlindTree tree) {
    Map<String, String> truth = new HashMap<>();
    Skeleton skeleton = graph.skeleton();
    Outcome outcome = new Outcome();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      collect(skeleton, skeleton.root(k), "" + k, truth);
    }
    for (String path : truth.keySet()) {
      outcome.objects++;
      outcome.depthObjects[depth(path)]++;
    }
    for (int i = 0; i < tree.objects().size(); i++) {
      BlindObject object = tree.objects().get(i);
      String path = tree.path(i);
      if ((object.module() + object.inner()).equals(truth.get(path))) {
        outcome.found++;
        outcome.depthFound[depth(path)]++;
      } else {
        outcome.wrong++;
      }
    }
    return outcome;
  }

  private static int depth(String path) {
    return (int) path.chars().filter(ch -> ch == '.').count();
  }

  private static void collect(Skeleton skeleton, int object, String path, Map<String, String> out) {
    out.put(path, skeleton.module(object) + (skeleton.inputCount(object) > 0));
    for (int k = 0; k < skeleton.inputCount(object); k++) {
      collect(skeleton, skeleton.input(object, k), path + "." + k, out);
    }
  }

  private static Computation scene(Random random, String prefix) {
    int objects = 1 + random.nextInt(12);
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < objects; i++) {
      String module = prefix + random.nextInt(MODULES);
      graph.object("o" + i, module, Attributes.dense(Trees.unit(random, ATTRIBUTES)));
      graph.root("o" + i, 1f / objects);
    }
    return graph.build();
  }

  /** Of many scenes, how many were found in which sense. */
  private static final class SceneTally {
    int scenes;
    int found;
    int counted;
    int placed;
    int complete;
    double squares;
    int objects;

    void add(Computation graph, BlindTree tree) {
      int[] present = new int[MODULES];
      for (int i = 0; i < graph.skeleton().size(); i++) {
        present[number(graph.skeleton().module(i))]++;
      }
      int[] seen = new int[MODULES];
      for (BlindObject object : tree.objects()) {
        if (object.parent() < 0) {
          seen[number(object.module())]++;
          addError(graph, object);
        }
      }
      boolean everyModule = true;
      for (int m = 0; m < MODULES; m++) {
        everyModule &= present[m] == 0 || seen[m] > 0;
      }
      scenes++;
      found += everyModule ? 1 : 0;
      counted += Arrays.equals(present, seen) ? 1 : 0;
      placed += compare(graph, tree).exact() ? 1 : 0;
      complete += tree.status() == BlindTree.Status.COMPLETE ? 1 : 0;
    }

    private void addError(Computation graph, BlindObject object) {
      int position = object.position();
      if (position < graph.skeleton().size()
          && graph.skeleton().module(position).equals(object.module())) {
        float[] truth = graph.attributes(position).toArray();
        float[] found = object.attributes();
        for (int j = 0; j < truth.length; j++) {
          squares += Math.pow(truth[j] - found[j], 2);
        }
        objects++;
      }
    }
  }

  private static void scenes() {
    System.out.println("scenes of 1 to 12 roots");
    System.out.println(
        "d       kept    all found   counts exact   places exact   complete   attribute error");
    for (int[] sizes :
        new int[][] {{16384, 16384}, {4096, 4096}, {4096, 2048}, {4096, 1024}, {1024, 1024}}) {
      Random random = new Random(17);
      SceneTally tally = new SceneTally();
      for (int seed = 0; seed < OPERATOR_SEEDS; seed++) {
        Operators operators = new Operators(new SketchSpec(sizes[0], 16, 1000 + seed));
        BlindDecoder decoder = new BlindDecoder(operators, known(ATTRIBUTES));
        Sketcher sketcher = new Sketcher(operators);
        for (int k = 0; k < 48; k++) {
          Computation graph = scene(random, "m");
          tally.add(graph, decoder.decode(sketcher.sketch(graph).truncate(sizes[1])));
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%6d  %6d  %8.2f %%  %8.2f %%  %8.2f %%  %8.2f %%  %9.5f%n",
          sizes[0],
          sizes[1],
          100.0 * tally.found / tally.scenes,
          100.0 * tally.counted / tally.scenes,
          100.0 * tally.placed / tally.scenes,
          100.0 * tally.complete / tally.scenes,
          Math.sqrt(tally.squares / tally.objects));
    }
  }

  private static int number(String module) {
    return Integer.parseInt(module.substring(1));
  }

  /** A tree of levels with fanIn inputs each, modules drawn from the known, equal weights. */
  private static Computation tree(
      Random random, int levels, int fanIn, int dimension, String above, String below) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : inputs("o", random, levels, fanIn, dimension, above, below, graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  private static List<WeightedInput> inputs(
      String parent,
      Random random,
      int levels,
      int fanIn,
      int dimension,
      String module,
      String below,
      Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < fanIn && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> list =
          inputs(id, random, levels - 1, fanIn, dimension, below, below, graph);
      graph.object(
          id,
          module + random.nextInt(MODULES),
          Attributes.dense(Trees.unit(random, dimension)),
          list);
      out.add(new WeightedInput(id, 1f / fanIn));
    }
    return out;
  }

  /** Three layers of 3 objects, each with two inputs of the layer below: shared everywhere. */
  private static Computation shared(Random random) {
    Computation.Builder graph = Computation.builder();
    for (int layer = 0; layer < 3; layer++) {
      for (int i = 0; i < 3; i++) {
        List<WeightedInput> list = new ArrayList<>();
        for (int k = 0; k < 2 && layer > 0; k++) {
          list.add(new WeightedInput("o" + (layer - 1) + "." + (i + k) % 3, 0.5f));
        }
        graph.object(
            "o" + layer + "." + i,
            "m" + random.nextInt(MODULES),
            Attributes.dense(Trees.unit(random, ATTRIBUTES)),
            list);
        if (layer == 2) {
          graph.root("o" + layer + "." + i, 1f / 3);
        }
      }
    }
    return graph.build();
  }

  private static void trees() {
    System.out.println("trees: share of objects found at depth 1, 2, 3; wrong objects a tree");
    for (int d : new int[] {4096, 16384}) {
      for (int[] shape :
          new int[][] {
            {2, 4, 16},
            {2, 8, 16},
            {3, 2, 16},
            {3, 3, 16},
            {3, 4, 16},
            {3, 4, 64},
            {4, 2, 16},
            {5, 2, 16},
            {0, 2, 16}
          }) {
        Random random = new Random(5);
        int[] objects = new int[8];
        int[] found = new int[8];
        int wrong = 0;
        int withWrong = 0;
        int complete = 0;
        int exact = 0;
        int count = TREES;
        for (int k = 0; k < count; k++) {
          Operators operators = new Operators(new SketchSpec(d, 16, 2000 + k));
          Computation graph =
              shape[0] == 0 ? shared(random) : tree(random, shape[0], shape[1], shape[2], "m", "m");
          Sketch sketch = new Sketcher(operators).sketch(graph);
          BlindDecoder decoder = new BlindDecoder(operators, known(shape[2]));
          BlindTree tree = decoder.decode(sketch);
          Outcome outcome = compare(graph, tree);
          for (int h = 0; h < 8; h++) {
            objects[h] += outcome.depthObjects[h];
            found[h] += outcome.depthFound[h];
          }
          wrong += outcome.wrong;
          withWrong += outcome.wrong > 0 ? 1 : 0;
          exact += outcome.exact() ? 1 : 0;
          complete += tree.status() == BlindTree.Status.COMPLETE ? 1 : 0;
        }
        System.out.printf(
            Locale.ROOT,
            "%6d  %-32s  %s  exact %3d/%d" + "  complete %d  wrong %d in %d trees%n",
            d,
            shape[0] == 0
                ? "3 layers, shared"
                : shape[0] + " levels, fan-in " + shape[1] + ", " + shape[2] + " attributes",
            shares(found, objects),
            exact,
            count,
            complete,
            wrong,
            withWrong);
      }
    }
  }

  private static String shares(int[] found, int[] objects) {
    StringBuilder out = new StringBuilder();
    for (int h = 0; h < objects.length && objects[h] > 0; h++) {
      out.append(String.format(Locale.ROOT, "%6.2f %%  ", 100.0 * found[h] / objects[h]));
    }
    return out.toString();
  }

  /** A sketch and, where it holds one computation, what it was made of. */
  private record Case(Sketch sketch, Computation graph) {}

  private interface Maker {
    Case make(Operators operators, Random random);
  }

  private static void falseDetections() {
    System.out.println(
        "kind                                      sketches  with wrong object   wrong/found   complete  partial  mixed  nothing");
    report("noise", 4096, MANY, (o, r) -> new Case(noise(o, r), null));
    report("noise", 1024, MANY, (o, r) -> new Case(noise(o, r), null));
    report("unknown roots", 4096, MANY, (o, r) -> of(o, scene(r, "x"), 4096));
    report("unknown roots", 1024, MANY, (o, r) -> of(o, scene(r, "x"), 1024));
    report(
        "unknown trees 2 levels, 4 inputs",
        4096,
        MANY,
        (o, r) -> of(o, tree(r, 2, 4, 16, "x", "x"), 4096));
    report("known below unknown", 4096, MANY, (o, r) -> of(o, tree(r, 2, 4, 16, "x", "m"), 4096));
    report(
        "unknown below known", 4096, 5 * TREES, (o, r) -> of(o, tree(r, 2, 4, 16, "m", "x"), 4096));
    report("roots, 1/2 kept", 4096, MANY, (o, r) -> of(o, scene(r, "m"), 2048));
    report("roots, 1/4 kept", 4096, MANY, (o, r) -> of(o, scene(r, "m"), 1024));
    report("roots, 1/8 kept", 4096, MANY, (o, r) -> of(o, scene(r, "m"), 512));
    report(
        "trees 2 levels, 4 inputs, 1/4 kept",
        4096,
        TREES,
        (o, r) -> of(o, tree(r, 2, 4, 16, "m", "m"), 1024));
    report(
        "trees 3 levels, 3 inputs, 1/4 kept",
        4096,
        TREES,
        (o, r) -> of(o, tree(r, 3, 3, 16, "m", "m"), 1024));
    report(
        "trees 3 levels, 4 inputs, 64 attributes",
        4096,
        TREES,
        (o, r) -> of(o, tree(r, 3, 4, 64, "m", "m"), 4096));
    report("roots, 8 bits", 4096, MANY, (o, r) -> quantised(of(o, scene(r, "m"), 4096)));
    report(
        "trees 2 levels, 4 inputs, 8 bits",
        4096,
        TREES,
        (o, r) -> quantised(of(o, tree(r, 2, 4, 16, "m", "m"), 4096)));
    report(
        "trees 3 levels, 3 inputs, 8 bits",
        4096,
        TREES,
        (o, r) -> quantised(of(o, tree(r, 3, 3, 16, "m", "m"), 4096)));
    for (int runs : new int[] {2, 4, 16, 64}) {
      report("sums of " + runs + " scenes", 4096, 5 * TREES, (o, r) -> sum(o, r, runs));
    }
  }

  private static Case of(Operators operators, Computation graph, int kept) {
    return new Case(new Sketcher(operators).sketch(graph).truncate(kept), graph);
  }

  private static Sketch noise(Operators operators, Random random) {
    SketchSpec spec = operators.spec();
    float[] values = new float[spec.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Sketch.of(spec.fingerprint(), spec.dimension(), values, 1, 1);
  }

  private static Case quantised(Case in) {
    return new Case(in.sketch.encode(Encoding.I8_BLOCK), in.graph);
  }

  private static Case sum(Operators operators, Random random, int runs) {
    List<Sketch> sketches = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      sketches.add(new Sketcher(operators).sketch(scene(random, "m")));
    }
    double[] ones = new double[runs];
    Arrays.fill(ones, 1);
    return new Case(Sketch.weightedSum(sketches, ones), null);
  }

  /** Objects of modules that are not in the sketch at their place are wrong; of sums, none is. */
  private static void report(String kind, int dimension, int count, Maker maker) {
    Random random = new Random(91);
    int withWrong = 0;
    int wrong = 0;
    int found = 0;
    Map<BlindTree.Status, Integer> statuses = new EnumMap<>(BlindTree.Status.class);
    Operators operators = null;
    BlindDecoder decoder = null;
    int attributes = kind.contains("64 attributes") ? 64 : ATTRIBUTES;
    for (int k = 0; k < count; k++) {
      if (k % 10 == 0) {
        operators = new Operators(new SketchSpec(dimension, 16, 3000 + k));
        decoder = new BlindDecoder(operators, known(attributes));
      }
      Case made = maker.make(operators, random);
      BlindTree tree = decoder.decode(made.sketch);
      int bad = made.graph == null ? 0 : compare(made.graph, tree).wrong;
      if (kind.equals("noise")) {
        bad = tree.objects().size();
      }
      wrong += bad;
      withWrong += bad > 0 ? 1 : 0;
      found += tree.objects().size();
      statuses.merge(tree.status(), 1, Integer::sum);
    }
    System.out.printf(
        Locale.ROOT,
        "%-40s %5d %6d   %6d  %5d / %-6d  %5d  %5d  %5d  %5d%n",
        kind,
        dimension,
        count,
        withWrong,
        wrong,
        found,
        statuses.getOrDefault(BlindTree.Status.COMPLETE, 0),
        statuses.getOrDefault(BlindTree.Status.PARTIAL, 0),
        statuses.getOrDefault(BlindTree.Status.MIXED, 0),
        statuses.getOrDefault(BlindTree.Status.NOTHING_FOUND, 0));
  }
}
