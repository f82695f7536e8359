package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How blind decoding of one sketch came out: an object is found if its module and form stand at its
 * place, and what else stands anywhere is wrong.
 *
 * @param objects places of the computation at each depth, at index depth − 1
 * @param found of them
 * @param wrong objects besides
 */
record BlindOutcome(int[] objects, int[] found, int wrong) {
  static final int MAX_DEPTH = 5;

  /**
   * Compares.
   *
   * @param truth of every place, its module and form; see {@link #places}
   */
  static BlindOutcome of(Map<String, String> truth, BlindTree tree) {
    int[] objects = new int[MAX_DEPTH];
    int[] found = new int[MAX_DEPTH];
    int wrong = 0;
    for (String path : truth.keySet()) {
      objects[Trees.depth(path)]++;
    }
    for (int i = 0; i < tree.objects().size(); i++) {
      BlindObject object = tree.objects().get(i);
      String path = tree.path(i);
      if (label(object.module(), object.inner()).equals(truth.get(path))) {
        found[Trees.depth(path)]++;
      } else {
        wrong++;
      }
    }
    return new BlindOutcome(objects, found, wrong);
  }

  /**
   * Module and form of what has weight at every place; a place is a path of positions, like 2.0.1.
   */
  static Map<String, String> places(Computation graph) {
    Map<String, String> out = new HashMap<>();
    Skeleton skeleton = graph.skeleton();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      if (skeleton.rootWeight(k) > 0) {
        collect(skeleton, skeleton.root(k), "" + k, out);
      }
    }
    return out;
  }

  private static void collect(Skeleton skeleton, int object, String path, Map<String, String> out) {
    out.put(path, label(skeleton.module(object), skeleton.inputCount(object) > 0));
    for (int k = 0; k < skeleton.inputCount(object); k++) {
      if (skeleton.weight(object, k) > 0) {
        collect(skeleton, skeleton.input(object, k), path + "." + k, out);
      }
    }
  }

  static String label(String module, boolean inner) {
    return module + (inner ? " with inputs" : "");
  }

  /** Whether every object is found and none besides. */
  boolean exact() {
    return wrong == 0 && Arrays.equals(objects, found);
  }
}
