package io.resketch.server.repository;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.SketchSpec;

/**
 * Bounds what one graph may cost. With d the floats of a sketch, sketching or a step of decoding
 * adds edges · d floats, and holds one vector of d floats for each object that waits for a use, and
 * about d bytes for each position of an input list.
 */
final class GraphLimits {
  /** Some seconds of one core. */
  private static final long MAX_ADDITIONS = 1L << 33;

  private static final long MAX_BYTES = 1L << 30;

  private GraphLimits() {}

  /**
   * Checks a graph.
   *
   * @throws InvalidInputException if it would take too much time or memory
   */
  static void check(SketchSpec spec, Skeleton skeleton) {
    long d = spec.dimension();
    long edges = skeleton.rootCount();
    int longest = skeleton.rootCount();
    for (int i = 0; i < skeleton.size(); i++) {
      edges += skeleton.inputCount(i);
      longest = Math.max(longest, skeleton.inputCount(i));
    }
    long additions = (edges + skeleton.size()) * d;
    if (additions > MAX_ADDITIONS) {
      throw tooLarge(skeleton, edges, d, additions + " additions", MAX_ADDITIONS);
    }
    long bytes = (Float.BYTES * (long) vectors(skeleton) + longest) * d;
    if (bytes > MAX_BYTES) {
      throw tooLarge(skeleton, edges, d, bytes + " bytes of memory", MAX_BYTES);
    }
  }

  private static InvalidInputException tooLarge(
      Skeleton skeleton, long edges, long d, String cost, long limit) {
    return new InvalidInputException(
        "objects",
        skeleton.size()
            + " objects with "
            + edges
            + " inputs and roots take about "
            + cost
            + " at dimension "
            + d
            + ", at most "
            + limit
            + " are allowed; split the run or choose a smaller dimension");
  }

  /**
   * An upper bound of the vectors held at once, walking depth-first from the roots: the objects
   * used more than once, and on the path one sum for each object whose first input is done.
   */
  private static int vectors(Skeleton skeleton) {
    int n = skeleton.size();
    int[] uses = new int[n];
    for (int k = 0; k < skeleton.rootCount(); k++) {
      uses[skeleton.root(k)]++;
    }
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        uses[skeleton.input(i, k)]++;
      }
    }
    int shared = 0;
    int[] waiting = new int[n]; // unread uses of an object, to walk parents before children
    for (int i = 0; i < n; i++) {
      shared += uses[i] > 1 ? 1 : 0;
      waiting[i] = uses[i];
    }
    int[] order = new int[n];
    int[] sums = new int[n];
    int ready = 0;
    int deepest = 0;
    for (int k = 0; k < skeleton.rootCount(); k++) {
      if (--waiting[skeleton.root(k)] == 0) {
        order[ready++] = skeleton.root(k);
      }
    }
    for (int at = 0; at < ready; at++) {
      int object = order[at];
      deepest = Math.max(deepest, sums[object]);
      for (int k = 0; k < skeleton.inputCount(object); k++) {
        int child = skeleton.input(object, k);
        sums[child] = Math.max(sums[child], sums[object] + (k > 0 ? 1 : 0));
        if (--waiting[child] == 0) {
          order[ready++] = child;
        }
      }
    }
    return shared + deepest + 3;
  }
}
