package io.resketch.benchmarks;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The tree of the accuracy table: 3 levels, 4 inputs each, 84 objects of 64 attributes. */
public final class Trees {
  public static final int LEVELS = 3;
  public static final int FAN_IN = 4;
  public static final int ATTRIBUTES = 64;

  private Trees() {}

  /** A tree whose objects have dense attributes of norm 1, each object a module of its own. */
  public static Computation tree(long seed) {
    return tree(seed, 0);
  }

  /**
   * A tree whose objects have attributes of norm 1.
   *
   * @param nonZero how many attributes of an object are not 0, in random places and of either sign;
   *     0 for all
   */
  public static Computation tree(long seed, int nonZero) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : children("o", LEVELS, nonZero, new Random(seed), graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  /** Depth of an object by its id, 1 for the roots. */
  public static int depth(String id) {
    return (int) id.chars().filter(c -> c == '.').count();
  }

  private static List<WeightedInput> children(
      String parent, int levels, int nonZero, Random random, Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < FAN_IN && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> inputs = children(id, levels - 1, nonZero, random, graph);
      float[] attributes =
          nonZero == 0 ? unit(random, ATTRIBUTES) : sparse(random, ATTRIBUTES, nonZero);
      graph.object(id, "module " + id, Attributes.dense(attributes), inputs);
      out.add(new WeightedInput(id, 1f / FAN_IN));
    }
    return out;
  }

  private static float[] sparse(Random random, int dimension, int nonZero) {
    float[] values = unit(random, nonZero);
    float[] out = new float[dimension];
    for (int j = 0; j < nonZero; ) {
      int place = random.nextInt(dimension);
      if (out[place] == 0) {
        out[place] = values[j++];
      }
    }
    return out;
  }

  /** A Gaussian direction of norm 1. */
  public static float[] unit(Random random, int dimension) {
    float[] values = new float[dimension];
    double sum = 0;
    for (int j = 0; j < values.length; j++) {
      values[j] = (float) random.nextGaussian();
      sum += (double) values[j] * values[j];
    }
    for (int j = 0; j < values.length; j++) {
      values[j] /= (float) Math.sqrt(sum);
    }
    return values;
  }
}
