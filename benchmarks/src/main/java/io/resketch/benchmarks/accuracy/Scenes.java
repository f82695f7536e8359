package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random scenes: 1 to 12 root objects of modules out of 60, 16 Gaussian attributes of norm 1. */
final class Scenes {
  static final int MODULES = 60;
  static final int ATTRIBUTES = 16;
  private static final int MAX_OBJECTS = 12;

  private Scenes() {}

  /**
   * A scene.
   *
   * @param counts increased by the objects of each module
   */
  static Computation scene(Random random, int[] counts) {
    int objects = 1 + random.nextInt(MAX_OBJECTS);
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < objects; i++) {
      int module = random.nextInt(MODULES);
      counts[module]++;
      graph.object("o" + i, "m" + module, Attributes.dense(Trees.unit(random, ATTRIBUTES)));
      graph.root("o" + i, 1f / objects);
    }
    return graph.build();
  }

  /** What a counter knows of the 60 modules. */
  static List<ModuleProfile> profiles() {
    List<ModuleProfile> out = new ArrayList<>();
    for (int m = 0; m < MODULES; m++) {
      out.add(new ModuleProfile("m" + m, ATTRIBUTES, true, false, false));
    }
    return out;
  }
}
