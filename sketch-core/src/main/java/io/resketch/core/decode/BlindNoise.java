package io.resketch.core.decode;

import io.resketch.core.sketch.Sketch;

/**
 * The noise that a sketch states of itself, and whether a tree leaves no more than that. What a
 * tree leaves beyond the noise is of objects that it lacks or has wrong, even where the weights add
 * up: objects of one module share the identity parts of their columns, so that neighbours take up
 * most of one that is missing.
 */
final class BlindNoise {
  /**
   * Share of a sketch, in norm, that float32 leaves of it in sketching and fitting: what is smaller
   * is not looked at.
   */
  private static final double ROUNDING = 3e-6;

  /** The same with what iterations leave where columns are nearly dependent. */
  private static final double CONVERGED = 2e-5;

  /** Variance that rounding has at most where values are few and equal, over the stated one. */
  private static final double UNEVEN = 2;

  /** Deviations of a sum of squares that count as noise. */
  private static final double DEVIATIONS = 5;

  /** Load above which almost any tree explains a sketch: attributes fit what they have not made. */
  private static final double FULL = 0.9;

  private final double floor;
  private final double stated;

  BlindNoise(Sketch sketch) {
    double perFloat = sketch.energy() / sketch.prefixLength();
    this.floor = ROUNDING * ROUNDING * perFloat;
    this.stated = sketch.noiseVariance() + CONVERGED * CONVERGED * perFloat;
  }

  /** Variance per float of rounding, of the encoding and of float32. */
  double variance() {
    return stated;
  }

  /** Whether nothing is left that could be looked for. */
  boolean isExhausted(BlindFit fit) {
    return fit.noise <= floor;
  }

  /** Whether a fit uses up so many of the floats that what it leaves says nothing. */
  boolean isFull(BlindFit fit) {
    return fit.load() > FULL;
  }

  /** Whether the noise accounts for all that a tree leaves, with floats to spare. */
  boolean explains(BlindFit fit) {
    double freedom = fit.prefixLength() * (1 - fit.load());
    double tolerated = stated * (UNEVEN + DEVIATIONS * Math.sqrt(2 / freedom));
    return !isFull(fit) && fit.noise <= tolerated;
  }
}
