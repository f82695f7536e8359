package io.resketch.core.bounds;

/**
 * How far a sum of dot products with independent random columns can be from 0, for BLOCK_SPARSE.
 *
 * <p>A column has one block of 16 entries ±1/√(16c) in each of c strata of q = d/(16c) blocks. For
 * a fixed vector y of block energies ‖y_b‖², and since cosh u ≤ exp(u²/2),
 *
 * <pre>
 * E exp(t⟨r, y⟩) ≤ Π_k 1/q Σ_{b in k} exp(t²‖y_b‖²/(32c)) ≤ exp(½ t² (‖y‖²/d) g(t²·peak))
 * g(u) = (eᵘ − 1)/u,  peak = max_b ‖y_b‖²/(32c)
 * </pre>
 *
 * <p>So ⟨r, y⟩ is sub-Gaussian with the variance ‖y‖²/d as long as no block of y stands out, and
 * the exponents of independent columns add. The bound is Chernoff's, at the best t.
 */
final class ColumnTail {
  private static final int STEPS = 80;

  private ColumnTail() {}

  /**
   * ε with P(|Σ ⟨r, y⟩| ≥ ε) ≤ failure.
   *
   * @param variance Σ ‖y‖²/d over the columns
   * @param peak largest ‖y_b‖²/(32c) over blocks and columns
   * @param failure above 0, below 1
   */
  static double bound(double variance, double peak, double failure) {
    if (variance == 0) {
      return 0;
    }
    double exponent = Math.log(2 / failure);
    double high = Math.log(Math.sqrt(2 * exponent / variance)); // the best t if peak were 0
    double low = high - 20;
    for (int i = 0; i < STEPS; i++) { // convex in t: ternary search
      double a = low + (high - low) / 3;
      double b = high - (high - low) / 3;
      if (at(Math.exp(a), variance, peak, exponent) < at(Math.exp(b), variance, peak, exponent)) {
        high = b;
      } else {
        low = a;
      }
    }
    return at(Math.exp(low), variance, peak, exponent);
  }

  /** Any t > 0 gives a valid bound. */
  private static double at(double t, double variance, double peak, double exponent) {
    double u = t * t * peak;
    double growth = u < 1e-9 ? 1 : Math.expm1(u) / u;
    return exponent / t + 0.5 * t * variance * growth;
  }
}
