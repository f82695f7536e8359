package io.resketch.server.concepts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says which sketches are unlike all before. The logarithm of a sketch's distance from the nearest
 * micro-concept has a running mean and standard deviation over about the last 256 sketches; a
 * sketch more than 2.5 standard deviations above the mean that joins none begins a novelty. The
 * novelty is new, and announced once, when three sketches were nearest to it. Not thread-safe.
 */
final class Novelties {
  /** Sketches before the first that can be a novelty. */
  static final int WARM_UP = 32;

  /** Sketches that make a novelty a concept. */
  static final int SUPPORT = 3;

  private static final int WINDOW = 256;
  private static final double DEVIATIONS = 2.5;
  private static final double LEAST_SQUARED_DISTANCE = 1e-12;

  private static final class Pending {
    private final double distance;
    private final List<String> ids = new ArrayList<>();

    Pending(double distance) {
      this.distance = distance;
    }
  }

  private final Map<Long, Pending> pending = new HashMap<>();
  private long measured;
  private double mean;
  private double variance;

  /**
   * Takes in how far a sketch is from what is nearest.
   *
   * @return whether that is more than usual
   */
  boolean measure(double squaredDistance) {
    double value = Math.log(Math.max(LEAST_SQUARED_DISTANCE, squaredDistance)) / 2;
    double limit = mean + DEVIATIONS * Math.sqrt(variance);
    boolean judged = measured >= WARM_UP;
    double step = (judged ? Math.min(value, limit) : value) - mean;
    double weight = 1.0 / Math.min(++measured, WINDOW);
    mean += weight * step;
    variance = (1 - weight) * (variance + weight * step * step);
    return judged && value > limit;
  }

  /** Begins a novelty under a number that no other has. */
  void begin(long novelty, double squaredDistance) {
    pending.put(novelty, new Pending(Math.sqrt(squaredDistance)));
  }

  /** Counts a sketch to a novelty; what is new, if that was the last one needed. */
  Optional<NewConcept> count(long novelty, String id) {
    Pending found = pending.get(novelty);
    if (found == null) {
      return Optional.empty();
    }
    found.ids.add(id);
    if (found.ids.size() < SUPPORT) {
      return Optional.empty();
    }
    pending.remove(novelty);
    return Optional.of(new NewConcept(novelty, List.copyOf(found.ids), found.distance));
  }

  /** A sketch is gone. */
  void forget(long novelty, String id) {
    Pending found = pending.get(novelty);
    if (found != null) {
      found.ids.remove(id);
    }
  }

  /** Drops a novelty whose sketches turned out to be close to others. */
  void drop(long novelty) {
    pending.remove(novelty);
  }
}
