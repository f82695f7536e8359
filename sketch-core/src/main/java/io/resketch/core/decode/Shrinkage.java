package io.resketch.core.decode;

/** What a ridge takes of a value, in its standard error. */
final class Shrinkage {
  /** Below this share of a value, what was recovered says nothing of its size. */
  static final double LEAST_KEPT = 0.25;

  private Shrinkage() {}

  /**
   * Standard error of the values of one object.
   *
   * @param variance of the posterior, for values of the size that the ridge supposes
   * @param kept share κ of a value that the ridge lets through
   * @param square mean square of the recovered values
   * @param supposed mean square that the ridge supposes
   * @return infinite where less than {@link #LEAST_KEPT} is kept: the error is then the value
   *     itself, of which nothing is known
   */
  static double error(double variance, double kept, double square, double supposed) {
    if (!(kept >= LEAST_KEPT) || !Double.isFinite(variance)) {
      return Double.POSITIVE_INFINITY;
    }
    double excess = Math.max(0, square / (kept * kept) - supposed);
    return Math.sqrt(variance + (1 - kept) * (1 - kept) * excess);
  }
}
