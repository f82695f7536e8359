package io.resketch.example.street;

import io.resketch.client.SearchHit;
import io.resketch.client.SketchCollection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Frames most like a frame, by sketch and by exact features. From sketches alone. */
final class Similarity {
  static final int NEIGHBOURS = 10;

  private Similarity() {}

  /**
   * Mean recall at 10 over all frames as queries: how many of the 10 nearest by exact features are
   * among the 10 nearest by sketch.
   */
  static double recall(SketchCollection collection, List<Frame> frames, List<ExactFeatures> exact) {
    double sum = 0;
    int k = Math.min(NEIGHBOURS, frames.size() - 1);
    for (int query = 0; query < frames.size(); query++) {
      Set<String> found = new HashSet<>();
      for (SearchHit hit : collection.search(frames.get(query).id(), k)) {
        found.add(hit.id());
      }
      int shared = 0;
      for (int i : ExactFeatures.nearest(exact, query, k)) {
        shared += found.contains(frames.get(i).id()) ? 1 : 0;
      }
      sum += shared / (double) k;
    }
    return sum / frames.size();
  }
}
