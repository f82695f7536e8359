package io.resketch.core.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Choices of how much of an object is its own attributes, and how much what lies below it. */
public final class OwnWeights {
  private OwnWeights() {}

  /**
   * The own weight that gives every level of an object the same share: 1/(1 + levels below it).
   *
   * @param levels longest path from the object down to a leaf, in edges; at least 1
   */
  public static float balanced(int levels) {
    if (levels < 1) {
      throw new IllegalArgumentException(
          "levels=" + levels + " must be at least 1: a leaf has no own weight");
    }
    return 1f / (1 + levels);
  }

  /** The same computation with every own weight balanced. */
  public static Computation balanced(Computation computation) {
    return computation.withSkeleton(balanced(computation.skeleton()));
  }

  /** The same skeleton with every own weight balanced. */
  public static Skeleton balanced(Skeleton skeleton) {
    int[] levels = levels(skeleton);
    float[] out = new float[levels.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = levels[i] == 0 ? Skeleton.DEFAULT_OWN_WEIGHT : balanced(levels[i]);
    }
    return skeleton.withOwnWeights(out);
  }

  /** Longest path from every object down to a leaf, in edges. */
  private static int[] levels(Skeleton skeleton) {
    int n = skeleton.size();
    int[] open = new int[n];
    List<List<Integer>> users = new ArrayList<>();
    Deque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < n; i++) {
      users.add(new ArrayList<>());
    }
    for (int i = 0; i < n; i++) {
      open[i] = skeleton.inputCount(i);
      for (int k = 0; k < open[i]; k++) {
        users.get(skeleton.input(i, k)).add(i);
      }
      if (open[i] == 0) {
        ready.push(i);
      }
    }
    int[] levels = new int[n];
    while (!ready.isEmpty()) {
      int i = ready.pop();
      for (int user : users.get(i)) {
        levels[user] = Math.max(levels[user], levels[i] + 1);
        if (--open[user] == 0) {
          ready.push(user);
        }
      }
    }
    return levels;
  }
}
