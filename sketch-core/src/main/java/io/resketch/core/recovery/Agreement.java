package io.resketch.core.recovery;

/**
 * How well codes of an object are predicted.
 *
 * @param error ‖x − x̂‖ / ‖x − mean‖
 * @param sameActive share of the pairs in which the same attributes are not 0
 */
record Agreement(double error, double sameActive) {
  /** Of the largest value of a code: less may be rounding. */
  static final double ZERO = 2e-3;

  /**
   * Compares.
   *
   * @param codes by attribute, each of one value per pair
   * @param predicted likewise
   */
  static Agreement of(double[][] codes, double[][] predicted) {
    int n = codes[0].length;
    double missed = 0;
    double varied = 0;
    boolean[] differs = new boolean[n];
    for (int j = 0; j < codes.length; j++) {
      double mean = 0;
      double most = 0;
      for (double x : codes[j]) {
        mean += x / n;
        most = Math.max(most, Math.abs(x));
      }
      for (int i = 0; i < n; i++) {
        double x = codes[j][i];
        double y = predicted[j][i];
        missed += (x - y) * (x - y);
        varied += (x - mean) * (x - mean);
        boolean oneIsActive = Math.abs(x) > ZERO * most != Math.abs(y) > ZERO * most;
        differs[i] |= oneIsActive && Math.abs(x - y) > ZERO * most;
      }
    }
    int same = 0;
    for (boolean differ : differs) {
      same += differ ? 0 : 1;
    }
    return new Agreement(Math.sqrt(missed / Math.max(varied, 1e-300)), same / (double) n);
  }
}
