package io.resketch.core.stats;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Scenes of few modules with what is true of them. Attributes scatter around a direction of the
 * module; of every third module, one attribute is 1.
 */
final class Scenes {
  static final int MODULES = 6;
  static final int ATTRIBUTES = 8;

  private final SplittableRandom random;
  private final boolean deep;
  private final float[][] directions = new float[MODULES][];

  /**
   * A kind of scenes.
   *
   * @param deep whether objects of the same modules also lie below the roots, up to two deep
   */
  Scenes(SplittableRandom random, boolean deep) {
    this.random = random;
    this.deep = deep;
    for (int m = 0; m < MODULES; m++) {
      directions[m] = RandomGraphs.unit(random, ATTRIBUTES);
    }
  }

  /** A scene: number and summed attributes of the roots of every module. */
  record Scene(Computation graph, double[] counts, double[][] sums) {}

  Scene draw(int roots) {
    Computation.Builder graph = Computation.builder();
    double[] counts = new double[MODULES];
    double[][] sums = new double[MODULES][ATTRIBUTES];
    for (int i = 0; i < roots; i++) {
      int module = random.nextInt(MODULES);
      float[] x = attributes(module);
      counts[module]++;
      for (int j = 0; j < ATTRIBUTES; j++) {
        sums[module][j] += x[j];
      }
      List<WeightedInput> inputs = deep ? inputs(graph, "o" + i, 2) : List.of();
      graph.object("o" + i, "m" + module, Attributes.dense(x), inputs);
      graph.root("o" + i, 1f / roots);
    }
    return new Scene(graph.build(), counts, sums);
  }

  private List<WeightedInput> inputs(Computation.Builder graph, String parent, int levels) {
    List<WeightedInput> out = new ArrayList<>();
    int count = levels == 0 ? 0 : random.nextInt(4);
    for (int k = 0; k < count; k++) {
      String id = parent + "." + k;
      int module = random.nextInt(MODULES);
      List<WeightedInput> inputs = inputs(graph, id, levels - 1);
      graph.object(id, "m" + module, Attributes.dense(attributes(module)), inputs);
      out.add(new WeightedInput(id, 1f / count));
    }
    return out;
  }

  private float[] attributes(int module) {
    float[] x = new float[ATTRIBUTES];
    if (module % 3 == 0) {
      x[random.nextInt(2)] = 1;
      return x;
    }
    float[] scatter = RandomGraphs.unit(random, ATTRIBUTES);
    for (int j = 0; j < ATTRIBUTES; j++) {
      x[j] = 0.5f * (directions[module][j] + scatter[j]);
    }
    return x;
  }
}
