package io.resketch.client.cli;

import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.List;

/** A weighted sum of sketches of which only the last are held one by one. Not thread-safe. */
final class SketchSum {
  /** Sums run over this many at a time. */
  private static final int CHUNK = 256;

  private final List<Sketch> sketches = new ArrayList<>();
  private final List<Double> weights = new ArrayList<>();

  /** Adds a sketch under a weight of at least 0. */
  void add(Sketch sketch, double weight) {
    sketches.add(sketch);
    weights.add(weight);
    if (sketches.size() >= CHUNK && weights.stream().anyMatch(w -> w > 0)) {
      Sketch sum = sum(sketches, weights);
      sketches.clear();
      weights.clear();
      sketches.add(sum);
      weights.add(1.0);
    }
  }

  /** The sum; at least one sketch was added. */
  Sketch total() {
    return sum(sketches, weights);
  }

  /** The sum less all of another. */
  Sketch minus(SketchSum taken) {
    List<Sketch> all = new ArrayList<>(sketches);
    List<Double> signed = new ArrayList<>(weights);
    all.addAll(taken.sketches);
    taken.weights.forEach(weight -> signed.add(-weight));
    return sum(all, signed);
  }

  private static Sketch sum(List<Sketch> sketches, List<Double> weights) {
    return Sketch.weightedSum(
        sketches, weights.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
