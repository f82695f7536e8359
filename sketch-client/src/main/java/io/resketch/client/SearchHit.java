package io.resketch.client;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A run like the one searched for.
 *
 * @param id its id within the collection
 * @param similarity cosine similarity of the sketches, −1 to 1
 * @param time when the run took place
 * @param labels its annotations
 */
public record SearchHit(
    String id, double similarity, Optional<Instant> time, Map<String, String> labels) {

  static SearchHit of(io.resketch.v1.SearchHit message) {
    StoredSketch stored = StoredSketch.of(message.getRecord());
    return new SearchHit(stored.id(), message.getSimilarity(), stored.time(), stored.labels());
  }

  /** Similarity, id, time and labels in one line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.4f  %s%s%s",
        similarity,
        id,
        time.map(t -> "  " + t).orElse(""),
        labels.isEmpty() ? "" : "  " + labels);
  }
}
