package io.resketch.benchmarks;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Scenes of 1 to 12 roots of equal weight, with what is true of them. A module's attributes scatter
 * around a direction of its own; those of every third module are one of two unit vectors.
 */
final class Scenes {
  static final int ATTRIBUTES = 16;

  private final int modules;
  private final boolean deep;
  private final float[][] directions;

  /**
   * A kind of scenes.
   *
   * @param deep whether objects of the same modules also lie below the roots, up to two deep
   */
  Scenes(int modules, boolean deep, Random random) {
    this.modules = modules;
    this.deep = deep;
    this.directions = new float[modules][];
    for (int m = 0; m < modules; m++) {
      directions[m] = Trees.unit(random, ATTRIBUTES);
    }
  }

  /** A scene: number and summed attributes of the roots of every module. */
  record Scene(Computation graph, double[] counts, double[][] sums) {}

  Scene draw(Random random, int roots) {
    Computation.Builder graph = Computation.builder();
    double[] counts = new double[modules];
    double[][] sums = new double[modules][ATTRIBUTES];
    for (int i = 0; i < roots; i++) {
      int module = random.nextInt(modules);
      float[] x = attributes(random, module);
      counts[module]++;
      for (int j = 0; j < ATTRIBUTES; j++) {
        sums[module][j] += x[j];
      }
      String id = "o" + i;
      List<WeightedInput> inputs = deep ? inputs(random, graph, id, 2) : List.of();
      graph.object(id, "m" + module, Attributes.dense(x), inputs);
      graph.root(id, 1f / roots);
    }
    return new Scene(graph.build(), counts, sums);
  }

  private List<WeightedInput> inputs(
      Random random, Computation.Builder graph, String parent, int levels) {
    List<WeightedInput> out = new ArrayList<>();
    int count = levels == 0 ? 0 : random.nextInt(4);
    for (int k = 0; k < count; k++) {
      String id = parent + "." + k;
      int module = random.nextInt(modules);
      List<WeightedInput> inputs = inputs(random, graph, id, levels - 1);
      graph.object(id, "m" + module, Attributes.dense(attributes(random, module)), inputs);
      out.add(new WeightedInput(id, 1f / count));
    }
    return out;
  }

  private float[] attributes(Random random, int module) {
    float[] x = new float[ATTRIBUTES];
    if (module % 3 == 0) {
      x[random.nextInt(2)] = 1;
      return x;
    }
    float[] scatter = Trees.unit(random, ATTRIBUTES);
    double norm = 0;
    for (int j = 0; j < ATTRIBUTES; j++) {
      x[j] = directions[module][j] + scatter[j];
      norm += (double) x[j] * x[j];
    }
    for (int j = 0; j < ATTRIBUTES; j++) {
      x[j] /= (float) Math.sqrt(norm);
    }
    return x;
  }
}
