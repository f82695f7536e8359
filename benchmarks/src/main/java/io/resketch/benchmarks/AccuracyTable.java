package io.resketch.benchmarks;

import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Prints the tables of docs/accuracy.md. Seeded: the same figures every time. */
public final class AccuracyTable {
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 16;
  private static final int SCENES = 400;

  private AccuracyTable() {}

  /** Prints both tables. */
  public static void main(String[] arguments) {
    System.out.println("decoder   d       depth 1    depth 2    depth 3   stated/true error");
    for (int dimension : new int[] {16384, 8192, 4096}) {
      for (Decoder decoder : Decoder.values()) {
        System.out.println(decode(dimension, decoder));
      }
    }
    System.out.println();
    System.out.println("d       kept    scenes exact   95 % intervals hold");
    for (int[] sizes : new int[][] {{16384, 16384}, {4096, 4096}, {4096, 2048}, {1024, 1024}}) {
      System.out.println(count(sizes[0], sizes[1]));
    }
  }

  private static String decode(int dimension, Decoder decoder) {
    Computation tree = Trees.tree(2026);
    Skeleton skeleton = tree.skeleton();
    Operators operators = new Operators(new SketchSpec(dimension, 16, 7));
    Decoded decoded =
        new GraphDecoder(operators, skeleton).decode(new Sketcher(operators).sketch(tree), decoder);
    double[] errors = new double[Trees.LEVELS];
    double[] norms = new double[Trees.LEVELS];
    double stated = 0;
    double actual = 0;
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = (int) skeleton.id(i).chars().filter(ch -> ch == '.').count() - 1;
      float[] truth = tree.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      double object = 0;
      for (int j = 0; j < truth.length; j++) {
        object += Math.pow((double) found[j] - truth[j], 2);
        norms[depth] += Math.pow(truth[j], 2);
      }
      errors[depth] += object;
      actual += object / truth.length;
      stated += Math.pow(decoded.standardError(i), 2);
    }
    return String.format(
        Locale.ROOT,
        "%-8s %6d  %9.5f  %9.5f  %9.5f  %9.2f",
        decoder,
        dimension,
        Math.sqrt(errors[0] / norms[0]),
        Math.sqrt(errors[1] / norms[1]),
        Math.sqrt(errors[2] / norms[2]),
        Math.sqrt(stated / actual));
  }

  private static String count(int dimension, int kept) {
    List<ModuleProfile> profiles = new ArrayList<>();
    for (int m = 0; m < MODULES; m++) {
      profiles.add(new ModuleProfile("m" + m, ATTRIBUTES, true, false, false));
    }
    Random random = new Random(17);
    int exact = 0;
    int covered = 0;
    int operatorSeeds = 10;
    for (int seed = 0; seed < operatorSeeds; seed++) {
      Operators operators = new Operators(new SketchSpec(dimension, 16, seed));
      CountEstimator estimator = new CountEstimator(operators, profiles, kept);
      Sketcher sketcher = new Sketcher(operators);
      for (int k = 0; k < SCENES / operatorSeeds; k++) {
        int[] counts = new int[MODULES];
        Sketch sketch = sketcher.sketch(scene(random, counts)).truncate(kept);
        boolean right = true;
        for (ModuleCount count : estimator.estimate(sketch)) {
          int truth = counts[Integer.parseInt(count.module().substring(1))];
          right &= Math.round(count.count()) == truth;
          covered += Math.abs(count.count() - truth) <= count.halfWidth95() ? 1 : 0;
        }
        exact += right ? 1 : 0;
      }
    }
    return String.format(
        Locale.ROOT,
        "%6d  %6d  %8.2f %%  %14.2f %%",
        dimension,
        kept,
        100.0 * exact / SCENES,
        100.0 * covered / (SCENES * MODULES));
  }

  private static Computation scene(Random random, int[] counts) {
    int objects = 1 + random.nextInt(12);
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < objects; i++) {
      int module = random.nextInt(MODULES);
      counts[module]++;
      graph.object("o" + i, "m" + module, Attributes.dense(Trees.unit(random, ATTRIBUTES)));
      graph.root("o" + i, 1f / objects);
    }
    return graph.build();
  }
}
