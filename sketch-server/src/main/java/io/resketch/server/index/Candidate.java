package io.resketch.server.index;

/**
 * A sketch that may be among the nearest.
 *
 * @param bound what its similarity exceeds next to never; infinite where nothing is known of it
 */
public record Candidate(String id, double bound) {
  static Candidate unknown(String id) {
    return new Candidate(id, Double.POSITIVE_INFINITY);
  }
}
