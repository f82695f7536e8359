package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * Computations that are hard to decode: deep ones, modules that stand in many places, wide lists,
 * unequal weights, attributes that are far from norm 1 or alike. The depth of an object is the
 * number after the point of its id, 1 for roots.
 */
final class DeepGraphs {
  /** A family of computations, one for each seed. */
  interface Shape {
    Computation draw(Random random);
  }

  private DeepGraphs() {}

  /** Every object is the only input of the next. */
  static Shape chain(int length, int attributes, boolean oneModule) {
    return layers(length, 1, attributes, oneModule, false);
  }

  /**
   * Layers of objects, each computed from the whole layer below.
   *
   * @param attention whether weights differ as attention does, else they are equal
   */
  static Shape layers(int depth, int width, int attributes, boolean oneModule, boolean attention) {
    return random ->
        layers(
            depth,
            width,
            random,
            attention,
            id -> oneModule ? "one module" : "module " + id,
            level -> Trees.unit(random, attributes));
  }

  /** Layers of vectors whose norms go from 0.01 to 100. */
  static Shape unscaled(int depth, int width, int attributes) {
    return random ->
        layers(
            depth,
            width,
            random,
            false,
            id -> "module " + id,
            level ->
                scaled(Trees.unit(random, attributes), Math.pow(10, 4 * random.nextDouble() - 2)));
  }

  /** Layers of vectors of norm 1 of which few values are not 0, all positive and of any size. */
  static Shape sparse(int depth, int width, int attributes, int nonZero) {
    return random ->
        layers(
            depth,
            width,
            random,
            false,
            id -> "module " + id,
            level -> {
              float[] values = Trees.unit(random, nonZero);
              float[] out = new float[attributes];
              int[] places = random.ints(0, attributes).distinct().limit(nonZero).toArray();
              for (int k = 0; k < nonZero; k++) {
                out[places[k]] = Math.abs(values[k]);
              }
              return out;
            });
  }

  /** Layers of vectors of one module a level, which have a cosine of about 0.95 to each other. */
  static Shape alike(int depth, int width, int attributes) {
    return random -> {
      float[][] centres = new float[depth][];
      for (int level = 0; level < depth; level++) {
        centres[level] = Trees.unit(random, attributes);
      }
      return layers(
          depth,
          width,
          random,
          false,
          id -> "module of level " + id.substring(id.indexOf('.') + 1),
          level -> near(centres[level], random));
    };
  }

  private static float[] near(float[] centre, Random random) {
    float[] out = scaled(Trees.unit(random, centre.length), 0.22);
    double sum = 0;
    for (int j = 0; j < out.length; j++) {
      out[j] += centre[j];
      sum += out[j] * out[j];
    }
    return scaled(out, 1 / Math.sqrt(sum));
  }

  private static float[] scaled(float[] v, double factor) {
    for (int j = 0; j < v.length; j++) {
      v[j] *= (float) factor;
    }
    return v;
  }

  private interface Module {
    String of(String id);
  }

  private static Computation layers(
      int depth,
      int width,
      Random random,
      boolean attention,
      Module module,
      IntFunction<float[]> attributes) {
    Computation.Builder graph = Computation.builder();
    List<String> below = List.of();
    for (int level = depth; level >= 1; level--) {
      List<String> ids = new ArrayList<>();
      for (int k = 0; k < width; k++) {
        String id = k + "." + level;
        graph.object(
            id,
            module.of(id),
            Attributes.dense(attributes.apply(level - 1)),
            weighted(below, random, attention));
        ids.add(id);
      }
      below = ids;
    }
    weighted(below, random, attention).forEach(root -> graph.root(root.object(), root.weight()));
    return graph.build();
  }

  /**
   * Weights of a list that sum to 1; with attention those of a softmax of twice Gaussian scores.
   */
  private static List<WeightedInput> weighted(List<String> ids, Random random, boolean attention) {
    double[] scores = new double[ids.size()];
    double sum = 0;
    for (int k = 0; k < scores.length; k++) {
      scores[k] = attention ? Math.exp(2 * random.nextGaussian()) : 1;
      sum += scores[k];
    }
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < scores.length; k++) {
      out.add(new WeightedInput(ids.get(k), (float) (scores[k] / sum)));
    }
    return out;
  }

  /** Depth of an object of this id, 1 for roots. */
  static int depth(String id) {
    return Integer.parseInt(id.substring(id.indexOf('.') + 1));
  }
}
