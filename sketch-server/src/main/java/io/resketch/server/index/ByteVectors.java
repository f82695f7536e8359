package io.resketch.server.index;

import io.resketch.core.sketch.Sketch;

/**
 * The first floats of sketches in bytes, on a scale on which all have the same norm, and what their
 * dot products tell of cosines.
 *
 * @param prefix floats of a sketch that are taken
 */
record ByteVectors(int prefix) {
  /** Of a byte for the root mean square of the floats; what is beyond six times that is cut. */
  private static final double STEPS = 127 / 6.0;

  /** Share of the squares that must be left after that. */
  private static final double MIN_KEPT = 0.95;

  /**
   * The first floats over their root mean square, in bytes; null if there are fewer, they are 0, or
   * a few are so much larger than the rest that bytes do not tell them.
   */
  byte[] of(Sketch sketch) {
    if (sketch.prefixLength() < prefix) {
      return null;
    }
    double squares = 0;
    for (int i = 0; i < prefix; i++) {
      squares += (double) sketch.value(i) * sketch.value(i);
    }
    double scale = STEPS / Math.sqrt(squares / prefix);
    byte[] out = new byte[prefix];
    double kept = 0;
    for (int i = 0; i < prefix; i++) {
      out[i] = (byte) Math.max(-127, Math.min(127, Math.round(scale * sketch.value(i))));
      kept += out[i] * out[i];
    }
    return kept > MIN_KEPT * prefix * STEPS * STEPS ? out : null;
  }

  /**
   * What the cosine over more floats may be. The indexed floats are a sample of those: a
   * correlation ρ of n Gaussian pairs has the standard error (1 − ρ²)/√n (Fisher), here without the
   * share of the variance that both have in common. Floats of sketches of few attributes are no
   * Gaussian sample: then the error is several times larger.
   *
   * @param score of two vectors, see {@link ByteGraphFormat#score}
   */
  Proposals.Guess guess(float score, int floats) {
    double cosine = ByteGraphFormat.dot(score, prefix) / (prefix * STEPS * STEPS);
    double sampling = (1 - cosine * cosine) * Math.sqrt(1.0 / prefix - 1.0 / floats);
    double rounding = Math.sqrt(2.0 / 12 / prefix) / STEPS;
    return new Proposals.Guess(cosine, Math.hypot(sampling, rounding));
  }
}
