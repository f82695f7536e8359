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

  /** Standard errors of rounding that are taken for impossible. */
  private static final double SAFE = 6;

  /** Share of the squares that must be left after that. */
  private static final double MIN_KEPT = 0.95;

  /** Parts of a step of a byte. */
  private static final int FINE = 254;

  /**
   * The first floats of a sketch on the common scale.
   *
   * @param coarse to the next whole step
   * @param fine what is missing from there, in 1/254 of a step
   */
  record Vector(byte[] coarse, byte[] fine) {
    /** A vector of whole steps. */
    static Vector of(byte[] coarse) {
      return new Vector(coarse, new byte[coarse.length]);
    }
  }

  /**
   * The first floats over their root mean square, in bytes; null if there are fewer, they are 0, or
   * a few are so much larger than the rest that bytes do not tell them.
   */
  Vector of(Sketch sketch) {
    if (sketch.prefixLength() < prefix) {
      return null;
    }
    double squares = 0;
    for (int i = 0; i < prefix; i++) {
      squares += (double) sketch.value(i) * sketch.value(i);
    }
    double scale = STEPS / Math.sqrt(squares / prefix);
    Vector out = Vector.of(new byte[prefix]);
    double kept = 0;
    for (int i = 0; i < prefix; i++) {
      double value = scale * sketch.value(i);
      out.coarse[i] = inByte(value);
      out.fine[i] = inByte(FINE * (value - out.coarse[i]));
      kept += out.coarse[i] * out.coarse[i];
    }
    return kept > MIN_KEPT * prefix * STEPS * STEPS ? out : null;
  }

  private static byte inByte(double value) {
    return (byte) Math.max(-127, Math.min(127, Math.round(value)));
  }

  /** The cosine of two vectors, as exact as their fine parts tell. */
  double cosine(Vector a, byte[] coarse, byte[] fine) {
    double whole = ByteDot.BEST.dot(a.coarse, coarse, 0);
    double mixed =
        ByteDot.BEST.dot(a.coarse, fine, 0) + (double) ByteDot.BEST.dot(a.fine, coarse, 0);
    double both = ByteDot.BEST.dot(a.fine, fine, 0);
    double dot = whole + (mixed + both / FINE) / FINE;
    return dot / (prefix * STEPS * STEPS);
  }

  /** How far a score by whole steps is next to never from the right one. */
  float margin() {
    double cosine = SAFE * Math.sqrt(2.0 / 12 / prefix) / STEPS;
    return (float) (cosine * STEPS * STEPS / (1 << 15));
  }

  /**
   * What the cosine over more floats may be. The indexed floats are a sample of those: a
   * correlation ρ of n Gaussian pairs has the standard error (1 − ρ²)/√n (Fisher), here without the
   * share of the variance that both have in common. Floats of sketches of few attributes are no
   * Gaussian sample: then the error is several times larger.
   *
   * @param cosine over the indexed floats
   */
  Proposals.Guess guess(double cosine, int floats) {
    double sampling = (1 - cosine * cosine) * Math.sqrt(1.0 / prefix - 1.0 / floats);
    double rounding = Math.sqrt(2.0 / 12 / prefix) / STEPS / FINE;
    return new Proposals.Guess(cosine, Math.hypot(sampling, rounding));
  }
}
