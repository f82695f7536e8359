package io.resketch.benchmarks;

import io.resketch.core.decode.Decoded;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Trees with as many inputs at every object. The one of the benchmarks has 3 levels of 4 inputs: 84
 * objects of 64 attributes, each of a module of its own.
 */
public final class Trees {
  public static final int LEVELS = 3;
  public static final int FAN_IN = 4;
  public static final int ATTRIBUTES = 64;

  private Trees() {}

  /** A tree with dense Gaussian attributes of norm 1. */
  public static Computation tree(long seed) {
    Random random = new Random(seed);
    return tree(() -> unit(random, ATTRIBUTES));
  }

  /** The tree at positions drawn anew for every list, some of them bags, with own weights. */
  static Computation placedTree(long seed) {
    Computation tree = tree(seed);
    Skeleton skeleton = tree.skeleton();
    Random random = new Random(seed);
    Computation.Builder out = Computation.builder();
    for (int i = 0; i < skeleton.size(); i++) {
      List<WeightedInput> inputs = new ArrayList<>();
      int positions = 1 << (5 * random.nextInt(5));
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        String id = skeleton.id(skeleton.input(i, k));
        int position = random.nextInt(positions);
        inputs.add(new WeightedInput(id, skeleton.weight(i, k), position));
      }
      if (inputs.isEmpty()) {
        out.object(skeleton.id(i), skeleton.module(i), tree.attributes(i));
      } else {
        float own = 0.05f + 0.9f * random.nextFloat();
        out.object(skeleton.id(i), skeleton.module(i), tree.attributes(i), inputs, own);
      }
    }
    for (int k = 0; k < skeleton.rootCount(); k++) {
      String id = skeleton.id(skeleton.root(k));
      out.root(new WeightedInput(id, skeleton.rootWeight(k), WeightedInput.MAX_POSITION - k / 2));
    }
    return out.build();
  }

  /**
   * The tree with few non-zero attributes, of norm 1.
   *
   * @param equal whether all are of one size, else Gaussian
   */
  public static Computation sparseTree(long seed, int nonZero, boolean negative, boolean equal) {
    Random random = new Random(seed);
    return tree(
        () -> {
          float[] values = unit(random, nonZero);
          int[] places = random.ints(0, ATTRIBUTES).distinct().limit(nonZero).toArray();
          float[] out = new float[ATTRIBUTES];
          for (int k = 0; k < nonZero; k++) {
            float size = equal ? (float) (1 / Math.sqrt(nonZero)) : Math.abs(values[k]);
            out[places[k]] = negative && values[k] < 0 ? -size : size;
          }
          return out;
        });
  }

  private static Computation tree(Supplier<float[]> attributes) {
    return tree(LEVELS, FAN_IN, id -> "module " + id, attributes);
  }

  /**
   * A tree of any shape, with equal weights.
   *
   * @param fanIn roots, and inputs of every object above the lowest level
   * @param module of an object, from its id
   */
  public static Computation tree(
      int levels, int fanIn, UnaryOperator<String> module, Supplier<float[]> attributes) {
    Computation.Builder graph = Computation.builder();
    for (WeightedInput root : children("o", levels, fanIn, module, attributes, graph)) {
      graph.root(root.object(), root.weight());
    }
    return graph.build();
  }

  /** Depth of the object of a tree with this id, 1 for roots. */
  public static int depth(String id) {
    return (int) id.chars().filter(ch -> ch == '.').count();
  }

  /** ‖x̂ − x‖ / ‖x‖ over all objects of each depth, at index depth − 1. */
  public static double[] relativeErrors(Computation tree, Decoded decoded) {
    Skeleton skeleton = tree.skeleton();
    double[] errors = new double[LEVELS];
    double[] norms = new double[LEVELS];
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = depth(skeleton.id(i)) - 1;
      float[] truth = tree.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      for (int j = 0; j < truth.length; j++) {
        errors[depth] += Math.pow((double) found[j] - truth[j], 2);
        norms[depth] += Math.pow(truth[j], 2);
      }
    }
    for (int k = 0; k < LEVELS; k++) {
      errors[k] = Math.sqrt(errors[k] / norms[k]);
    }
    return errors;
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
      String parent,
      int levels,
      int fanIn,
      UnaryOperator<String> module,
      Supplier<float[]> attributes,
      Computation.Builder graph) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < fanIn && levels > 0; k++) {
      String id = parent + "." + k;
      List<WeightedInput> inputs = children(id, levels - 1, fanIn, module, attributes, graph);
      graph.object(id, module.apply(id), Attributes.dense(attributes.get()), inputs);
      out.add(new WeightedInput(id, 1f / fanIn));
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
