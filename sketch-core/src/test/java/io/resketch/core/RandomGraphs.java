package io.resketch.core;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Seeded random computations for tests. */
public final class RandomGraphs {
  private RandomGraphs() {}

  /** A DAG with sharing: dense and sparse attributes, unequal weights, several roots. */
  public static Computation dag(long seed, int objects, int maxDimension) {
    SplittableRandom random = new SplittableRandom(seed);
    Computation.Builder graph = Computation.builder();
    boolean[] used = new boolean[objects];
    for (int i = 0; i < objects; i++) {
      List<Integer> inputs = new ArrayList<>();
      int fanIn = i == 0 ? 0 : random.nextInt(Math.min(i, 4) + 1);
      for (int k = 0; k < fanIn; k++) {
        int input = random.nextInt(i);
        inputs.add(input);
        used[input] = true;
      }
      int module = random.nextInt(5);
      int dimension = module == 0 ? 0 : 1 + (module * 7919) % maxDimension;
      graph.object("o" + i, "m" + module, attributes(random, dimension), weighted(random, inputs));
    }
    List<Integer> roots = new ArrayList<>();
    for (int i = 0; i < objects; i++) {
      if (!used[i]) {
        roots.add(i);
      }
    }
    for (WeightedInput root : weighted(random, roots)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  /** The same with positions and own weights: every list indexed, a bag, or at drawn positions. */
  public static Computation placed(long seed, Computation plain) {
    SplittableRandom random = new SplittableRandom(seed);
    Skeleton skeleton = plain.skeleton();
    Computation.Builder out = Computation.builder();
    for (int i = 0; i < skeleton.size(); i++) {
      List<WeightedInput> inputs = new ArrayList<>();
      int kind = random.nextInt(3);
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        String id = skeleton.id(skeleton.input(i, k));
        inputs.add(new WeightedInput(id, skeleton.weight(i, k), position(random, kind)));
      }
      if (inputs.isEmpty() || random.nextInt(3) == 0) {
        out.object(skeleton.id(i), skeleton.module(i), plain.attributes(i), inputs);
      } else {
        float own = (float) random.nextDouble(0.05, 0.95);
        out.object(skeleton.id(i), skeleton.module(i), plain.attributes(i), inputs, own);
      }
    }
    int kind = random.nextInt(3);
    for (int k = 0; k < skeleton.rootCount(); k++) {
      String id = skeleton.id(skeleton.root(k));
      out.root(new WeightedInput(id, skeleton.rootWeight(k), position(random, kind)));
    }
    return out.mass(skeleton.mass()).build();
  }

  private static int position(SplittableRandom random, int kind) {
    return switch (kind) {
      case 0 -> WeightedInput.INDEX;
      case 1 -> 0;
      default -> random.nextInt(WeightedInput.MAX_POSITION + 1);
    };
  }

  private static Attributes attributes(SplittableRandom random, int dimension) {
    if (dimension > 0 && random.nextBoolean()) {
      int index = random.nextInt(dimension);
      return Attributes.sparse(
          dimension, new int[] {index}, new float[] {(float) random.nextDouble(-1, 1)});
    }
    return Attributes.dense(unit(random, dimension));
  }

  private static List<WeightedInput> weighted(SplittableRandom random, List<Integer> objects) {
    double[] weights = objects.stream().mapToDouble(o -> random.nextDouble(0.1, 1)).toArray();
    double sum = java.util.Arrays.stream(weights).sum();
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < weights.length; k++) {
      out.add(new WeightedInput("o" + objects.get(k), (float) (weights[k] / sum)));
    }
    return out;
  }

  /** A Gaussian direction of norm 1. */
  public static float[] unit(SplittableRandom random, int dimension) {
    double[] values = new double[dimension];
    double sum = 0;
    for (int j = 0; j < dimension; j++) {
      values[j] = gaussian(random);
      sum += values[j] * values[j];
    }
    float[] out = new float[dimension];
    for (int j = 0; j < dimension; j++) {
      out[j] = (float) (values[j] / Math.sqrt(sum));
    }
    return out;
  }

  /** Box and Muller, 1958. */
  public static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  /**
   * The tree of the accuracy table: every object a module of its own with unit attributes, each
   * object above the leaves with {@code fanIn} inputs of equal weight, as many roots. Objects are
   * named by their path, so that "o.0.3" has depth 2.
   */
  public static Computation tree(long seed, int depth, int fanIn, int dimension) {
    SplittableRandom random = new SplittableRandom(seed);
    return tree(depth, fanIn, () -> unit(random, dimension));
  }

  /** The same with {@code nonZero} of the attributes Gaussian, of norm 1, and the others 0. */
  public static Computation sparseTree(
      long seed, int depth, int fanIn, int dimension, int nonZero, boolean negative) {
    SplittableRandom random = new SplittableRandom(seed);
    return tree(
        depth,
        fanIn,
        () -> {
          float[] out = new float[dimension];
          float[] values = unit(random, nonZero);
          int[] places = random.ints(0, dimension).distinct().limit(nonZero).toArray();
          for (int k = 0; k < nonZero; k++) {
            out[places[k]] = negative ? values[k] : Math.abs(values[k]);
          }
          return out;
        });
  }

  private static Computation tree(int depth, int fanIn, Supplier<float[]> attributes) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : children("o", depth, fanIn, attributes, graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  private static List<WeightedInput> children(
      String parent,
      int levels,
      int fanIn,
      Supplier<float[]> attributes,
      Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < fanIn && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> inputs = children(id, levels - 1, fanIn, attributes, graph);
      graph.object(id, "module " + id, Attributes.dense(attributes.get()), inputs);
      out.add(new WeightedInput(id, 1f / fanIn));
    }
    return out;
  }
}
