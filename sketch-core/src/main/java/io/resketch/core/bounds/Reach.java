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

  /** τ. */
  private final double transparency;

  /** τ² + (1 − τ)². */
  private final double spread;

  Reach(Skeleton skeleton, double transparency) {
    this.transparency = transparency;
    this.spread = transparency * transparency + (1 - transparency) * (1 - transparency);
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
      double[] from = {0, 0, 0, 0};
      if (skeleton.inputCount(i) > 0) { // β T before the attributes, (1 − β) T before the inputs
        double own = skeleton.ownWeight(i);
        double[] at = {most[i], energy[i], identity[i], identityEnergy[i]};
        from = through(at, 1 - own);
        double[] attributes = through(at, own);
        most[i] = attributes[0];
        energy[i] = attributes[1];
        identity[i] = attributes[2];
        identityEnergy[i] = attributes[3];
      }
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        int child = skeleton.input(i, k);
        add(child, from, skeleton.weight(i, k), depth[i] + 1);
        if (--uses[child] == 0) {
          ready.push(child);
        }
      }
    }
  }

  /** The four sums behind w · T. */
  private double[] through(double[] from, double w) {
    double still = w * transparency;
    return new double[] {
      from[0] * w, from[1] * w * w * spread, from[2] * still, from[3] * still * still
    };
  }

  /** A path on through w · T. */
  private void add(int object, double[] from, double w, int at) {
    double[] path = through(from, w);
    most[object] += path[0];
    energy[object] += path[1];
    identity[object] += path[2];
    identityEnergy[object] += path[3];
    depth[object] = Math.max(depth[object], at);
  }
}
