package io.resketch.example.street;

import io.resketch.client.SearchHit;
import io.resketch.client.SketchCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Frames most like a frame, by sketch and by exact features. From sketches alone. */
final class Similarity {
  static final int NEIGHBOURS = 10;

  private Similarity() {}

  /** The ids of the nearest frames by sketch, for every frame as the query. */
  static List<Set<String>> nearest(SketchCollection collection, List<Frame> frames) {
    List<Set<String>> out = new ArrayList<>();
    for (Frame frame : frames) {
      out.add(
          collection.search(frame.id(), NEIGHBOURS).stream()
              .map(SearchHit::id)
              .collect(Collectors.toSet()));
    }
    return out;
  }

  /**
   * Mean recall at 10 over all frames as queries: how many of the 10 nearest by exact features are
   * among the 10 nearest by sketch.
   */
  static double recall(List<Set<String>> found, List<Frame> frames, List<ExactFeatures> exact) {
    double sum = 0;
    for (int query = 0; query < frames.size(); query++) {
      for (int i : ExactFeatures.nearest(exact, query, NEIGHBOURS)) {
        sum += found.get(query).contains(frames.get(i).id()) ? 1.0 / NEIGHBOURS : 0;
      }
    }
    return sum / frames.size();
  }
}
