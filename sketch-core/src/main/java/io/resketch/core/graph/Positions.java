package io.resketch.core.graph;

import java.util.HashMap;
import java.util.Map;

/**
 * Choices of where objects stand in the lists that name them. An index in every list tells all
 * objects apart, and moves them all where one is added in front. A bag sees sets: runs that differ
 * in order alone have one sketch, sums of runs are exact, and of objects of one module in one list
 * only the sum is seen. Ordinals within the module tell these apart and leave the other modules'
 * objects where they were.
 */
public enum Positions {
  /** The index in the list. */
  INDEX,
  /** All at position 0. */
  BAG,
  /** How many objects of the same module stand before it in the list. */
  ORDINAL;

  /** The same computation with these positions in every list. */
  public Computation place(Computation computation) {
    return computation.withSkeleton(place(computation.skeleton()));
  }

  /** The same skeleton with these positions in every list. */
  public Skeleton place(Skeleton skeleton) {
    int[][] inputs = new int[skeleton.size()][];
    for (int i = 0; i < inputs.length; i++) {
      String[] modules = new String[skeleton.inputCount(i)];
      for (int k = 0; k < modules.length; k++) {
        modules[k] = skeleton.module(skeleton.input(i, k));
      }
      inputs[i] = positions(modules);
    }
    String[] modules = new String[skeleton.rootCount()];
    for (int k = 0; k < modules.length; k++) {
      modules[k] = skeleton.module(skeleton.root(k));
    }
    return skeleton.withPositions(inputs, positions(modules));
  }

  private int[] positions(String[] modules) {
    Map<String, Integer> before = new HashMap<>();
    int[] out = new int[modules.length];
    for (int k = 0; k < out.length; k++) {
      out[k] =
          switch (this) {
            case INDEX -> k;
            case BAG -> 0;
            case ORDINAL -> before.merge(modules[k], 1, Integer::sum) - 1;
          };
    }
    return out;
  }
}
