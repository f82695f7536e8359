package io.resketch.example.street;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a frame's sketch compresses, uncompressed: for every module the weighted sum of its root
 * objects' signatures and attributes, and the same again for every place in the list of roots. The
 * cosine of these long vectors is the exact similarity that the sketches' cosine estimates.
 */
final class ExactFeatures {
  private static final int SUM_OVER_PLACES = -1;

  private record Part(String module, int place) {}

  private final Map<Part, double[]> parts = new HashMap<>();
  private final double norm;

  private ExactFeatures(Computation computation, boolean places) {
    Skeleton skeleton = computation.skeleton();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      add(computation, k, SUM_OVER_PLACES);
      if (places) {
        add(computation, k, k);
      }
    }
    this.norm = Math.sqrt(dot(this));
  }

  /** Sums over places and single places, as a sketch holds both. */
  static ExactFeatures of(Computation computation) {
    return new ExactFeatures(computation, true);
  }

  /** Sums over places only: blind to the order of the roots. */
  static ExactFeatures unordered(Computation computation) {
    return new ExactFeatures(computation, false);
  }

  private void add(Computation computation, int k, int place) {
    Skeleton skeleton = computation.skeleton();
    int object = skeleton.root(k);
    Attributes attributes = computation.attributes(object);
    double[] part =
        parts.computeIfAbsent(
            new Part(skeleton.module(object), place), p -> new double[1 + attributes.dimension()]);
    part[0] += skeleton.rootWeight(k);
    for (int i = 0; i < attributes.entries(); i++) {
      part[1 + attributes.index(i)] += skeleton.rootWeight(k) * attributes.value(i);
    }
  }

  private double dot(ExactFeatures other) {
    double sum = 0;
    for (Map.Entry<Part, double[]> part : parts.entrySet()) {
      double[] a = part.getValue();
      double[] b = other.parts.get(part.getKey());
      for (int j = 0; b != null && j < a.length; j++) {
        sum += a[j] * b[j];
      }
    }
    return sum;
  }

  /** Positions of the {@code k} vectors most like the one at {@code query}, which is left out. */
  static List<Integer> nearest(List<ExactFeatures> all, int query, int k) {
    ExactFeatures q = all.get(query);
    double[] similarity = all.stream().mapToDouble(f -> q.dot(f) / (q.norm * f.norm)).toArray();
    return IntStream.range(0, all.size())
        .filter(i -> i != query)
        .boxed()
        .sorted((a, b) -> Double.compare(similarity[b], similarity[a]))
        .limit(k)
        .toList();
  }
}
