package io.resketch.core.bounds;

import io.resketch.core.graph.Skeleton;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How strongly every object of a skeleton reaches the sketch. Multiplied out, the part of θ is Σ_W
 * φ_W W a(θ) over products W of tuple operators, with coefficients φ_W ≥ 0. Immutable.
 */
final class Reach {
  /** Σ_W φ_W: no tuple operators could make the part longer than this times ‖a(θ)‖. */
  final double[] most;

  /** At most Σ_W φ_W²: squared over every path and choice apart, where equal products add up. */
  final double[] energy;

  /** φ of W = I. */
  final double[] identity;

  /** Of {@link #energy}, what is of W = I. */
  final double[] identityEnergy;

  /** Objects on the longest path from a root: 1 for roots that are nobody's input. */
  final int[] depth;

  Reach(Skeleton skeleton) {
    int n = skeleton.size();
    most = new double[n];
    energy = new double[n];
    identity = new double[n];
    identityEnergy = new double[n];
    depth = new int[n];
    int[] uses = new int[n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        uses[skeleton.input(i, k)]++;
      }
    }
    Deque<Integer> ready = new ArrayDeque<>();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      add(skeleton.root(k), new double[] {1, 1, 1, 1}, skeleton.rootWeight(k), 1);
    }
    for (int i = 0; i < n; i++) {
      if (uses[i] == 0) {
        ready.push(i);
      }
    }
    while (!ready.isEmpty()) {
      int i = ready.pop();
      if (skeleton.inputCount(i) > 0) { // ¼(I + R̂) before the attributes, and before the inputs
        most[i] /= 2;
        energy[i] /= 8;
        identity[i] /= 4;
        identityEnergy[i] /= 16;
      }
      double[] from = {most[i], energy[i], identity[i], identityEnergy[i]};
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        int child = skeleton.input(i, k);
        add(child, from, skeleton.weight(i, k), depth[i] + 1);
        if (--uses[child] == 0) {
          ready.push(child);
        }
      }
    }
  }

  /** A path on through w · ½(I + R̂). */
  private void add(int object, double[] from, double w, int at) {
    most[object] += from[0] * w;
    energy[object] += from[1] * w * w / 2;
    identity[object] += from[2] * w / 2;
    identityEnergy[object] += from[3] * w * w / 4;
    depth[object] = Math.max(depth[object], at);
  }
}
