package io.resketch.benchmarks;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/** Random scenes: root objects of equal weight, of modules drawn with repetition. */
public final class Scenes {
  public static final int MODULES = 60;
  public static final int ATTRIBUTES = 16;
  private static final int MAX_ROOTS = 12;

  /** Levels of objects below the roots of a deep scene. */
  private static final int LEVELS_BELOW = 2;

  private static final int MAX_INPUTS = 3;

  private final String prefix;
  private final int modules;
  private final boolean deep;
  private final IntFunction<float[]> attributes;
  private final Random random;

  /** A scene: number and summed attributes of the roots of every module. */
  public record Scene(Computation graph, double[] counts, double[][] sums) {}

  private Scenes(
      String prefix, int modules, boolean deep, IntFunction<float[]> attributes, Random random) {
    this.prefix = prefix;
    this.modules = modules;
    this.deep = deep;
    this.attributes = attributes;
    this.random = random;
  }

  /**
   * Scenes of {@link #MODULES} modules with Gaussian attributes of norm 1.
   *
   * @param prefix of the modules' names, which go on with their number
   */
  public static Scenes gaussian(String prefix, Random random) {
    return new Scenes(prefix, MODULES, false, m -> Trees.unit(random, ATTRIBUTES), random);
  }

  /**
   * Scenes whose attributes have means: a module's scatter around a direction of its own; those of
   * every third module are one of two unit vectors.
   *
   * @param deep whether objects of the same modules also lie below the roots, up to two deep
   */
  public static Scenes scattered(int modules, boolean deep, Random random) {
    float[][] directions = new float[modules][];
    for (int m = 0; m < modules; m++) {
      directions[m] = Trees.unit(random, ATTRIBUTES);
    }
    return new Scenes(
        "m", modules, deep, m -> m % 3 == 0 ? oneHot(random) : near(random, directions[m]), random);
  }

  /** What is known of the modules of flat scenes. */
  public static List<ModuleProfile> profiles(int modules, int dimension) {
    List<ModuleProfile> out = new ArrayList<>();
    for (int m = 0; m < modules; m++) {
      out.add(new ModuleProfile("m" + m, dimension, true, false, false));
    }
    return out;
  }

  /** The number in a module's name. */
  public static int number(String module) {
    return Integer.parseInt(module.substring(1));
  }

  /** A scene of 1 to 12 roots. */
  public Scene draw() {
    return draw(1 + random.nextInt(MAX_ROOTS));
  }

  public Scene draw(int roots) {
    Computation.Builder graph = Computation.builder();
    double[] counts = new double[modules];
    double[][] sums = new double[modules][ATTRIBUTES];
    for (int i = 0; i < roots; i++) {
      int module = random.nextInt(modules);
      float[] x = attributes.apply(module);
      counts[module]++;
      for (int j = 0; j < ATTRIBUTES; j++) {
        sums[module][j] += x[j];
      }
      String id = "o" + i;
      List<WeightedInput> inputs = deep ? inputs(graph, id, LEVELS_BELOW) : List.of();
      graph.object(id, prefix + module, Attributes.dense(x), inputs);
      graph.root(id, 1f / roots);
    }
    return new Scene(graph.build(), counts, sums);
  }

  private List<WeightedInput> inputs(Computation.Builder graph, String parent, int levels) {
    List<WeightedInput> out = new ArrayList<>();
    int count = levels == 0 ? 0 : random.nextInt(MAX_INPUTS + 1);
    for (int k = 0; k < count; k++) {
      String id = parent + "." + k;
      int module = random.nextInt(modules);
      List<WeightedInput> inputs = inputs(graph, id, levels - 1);
      graph.object(id, prefix + module, Attributes.dense(attributes.apply(module)), inputs);
      out.add(new WeightedInput(id, 1f / count));
    }
    return out;
  }

  private static float[] oneHot(Random random) {
    float[] x = new float[ATTRIBUTES];
    x[random.nextInt(2)] = 1;
    return x;
  }

  private static float[] near(Random random, float[] direction) {
    float[] x = Trees.unit(random, ATTRIBUTES);
    double norm = 0;
    for (int j = 0; j < ATTRIBUTES; j++) {
      x[j] += direction[j];
      norm += (double) x[j] * x[j];
    }
    for (int j = 0; j < ATTRIBUTES; j++) {
      x[j] /= (float) Math.sqrt(norm);
    }
    return x;
  }
}
