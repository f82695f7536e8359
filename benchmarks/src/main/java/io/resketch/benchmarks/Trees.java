package io.resketch.benchmarks;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The tree of the tables: 3 levels, 4 inputs each, 84 objects of 64 attributes. */
final class Trees {
  static final int LEVELS = 3;
  static final int FAN_IN = 4;
  static final int ATTRIBUTES = 64;

  private Trees() {}

  static Computation tree(long seed) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : children("o", LEVELS, new Random(seed), graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  /**
   * The computations of the benchmarks.
   *
   * @param name {@code tree}, or {@code flat}: as many attributes in one object
   */
  static Computation named(String name, long seed) {
    return switch (name) {
      case "tree" -> tree(seed);
      case "flat" -> flat(seed);
      default -> throw new IllegalArgumentException("graph: " + name + " is not tree or flat");
    };
  }

  private static Computation flat(long seed) {
    int attributes = tree(seed).skeleton().totalDimension();
    return Computation.builder()
        .object("o", "module o", Attributes.dense(unit(new Random(seed), attributes)))
        .root("o", 1f)
        .build();
  }

  private static List<WeightedInput> children(
      String parent, int levels, Random random, Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < FAN_IN && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> inputs = children(id, levels - 1, random, graph);
      graph.object(id, "module " + id, Attributes.dense(unit(random, ATTRIBUTES)), inputs);
      out.add(new WeightedInput(id, 1f / FAN_IN));
    }
    return out;
  }

  /** A Gaussian direction of norm 1. */
  static float[] unit(Random random, int dimension) {
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
