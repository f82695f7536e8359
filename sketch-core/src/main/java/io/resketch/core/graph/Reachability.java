package io.resketch.core.graph;

import io.resketch.core.InvalidInputException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;

/** Whether a graph is free of cycles and all of it within reach of its roots. */
final class Reachability {
  private static final byte NOT_SEEN = 0;
  private static final byte ON_PATH = 1;
  private static final byte DONE = 2;

  private final IntFunction<String> id;
  private final int[][] inputs;
  private final byte[] state;

  private Reachability(IntFunction<String> id, int[][] inputs) {
    this.id = id;
    this.inputs = inputs;
    this.state = new byte[inputs.length];
  }

  /**
   * Checks a graph.
   *
   * @param id of every object
   * @param inputs object numbers of every object's inputs
   * @throws InvalidInputException naming an object that closes a cycle or is out of reach
   */
  static void check(IntFunction<String> id, int[][] inputs, int[] roots) {
    new Reachability(id, inputs).check(roots);
  }

  private String field(int object) {
    return Skeleton.Builder.field(id.apply(object));
  }

  /** Cycles are looked for everywhere, so that they are named even out of the roots' reach. */
  private void check(int[] roots) {
    for (int root : roots) {
      visit(root);
    }
    int unreached = -1;
    for (int i = inputs.length - 1; i >= 0; i--) {
      if (state[i] == NOT_SEEN) {
        unreached = i;
      }
    }
    if (unreached < 0) {
      return;
    }
    for (int i = 0; i < inputs.length; i++) {
      visit(i);
    }
    throw new InvalidInputException(
        field(unreached),
        "is out of reach of every root, so no sketch could hold it; add it to the inputs of an"
            + " object or to the roots, or leave it out");
  }

  /** Depth-first on an explicit stack: graphs may be deep. */
  private void visit(int start) {
    if (state[start] != NOT_SEEN) {
      return;
    }
    Deque<int[]> path = new ArrayDeque<>(); // {object, next input}
    state[start] = ON_PATH;
    path.push(new int[] {start, 0});
    while (!path.isEmpty()) {
      int[] top = path.peek();
      int i = top[0];
      if (top[1] == inputs[i].length) {
        state[i] = DONE;
        path.pop();
        continue;
      }
      int child = inputs[i][top[1]++];
      if (state[child] == ON_PATH) {
        throw new InvalidInputException(
            field(i) + ".inputs",
            "\""
                + id.apply(child)
                + "\" closes a cycle: it is computed, directly or not, from this object");
      }
      if (state[child] == NOT_SEEN) {
        state[child] = ON_PATH;
        path.push(new int[] {child, 0});
      }
    }
  }
}
