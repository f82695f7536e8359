package io.resketch.core.stats;

/**
 * A number with its standard error, or the statement that it is not determined.
 *
 * @param value the estimate; 0 if not determined
 * @param standardError of {@code value}; 0 if it is exact or not determined
 * @param determined whether there is an answer
 * @param reason why there is none, else empty
 */
public record Estimate(double value, double standardError, boolean determined, String reason) {
  /**
   * Standard errors on each side of a 95 % interval: the 97.5 % quantile of Student's t with 60
   * degrees of freedom, since errors are themselves measured, on 64 random signs or attributes or
   * more.
   */
  public static final double QUANTILE_95 = 2.0;

  /** An answer. */
  public static Estimate of(double value, double standardError) {
    return new Estimate(value, standardError, true, "");
  }

  /** No answer. */
  public static Estimate notDetermined(String reason) {
    return new Estimate(0, 0, false, reason);
  }

  /** Half the width of the 95 % interval around the value; 0 if exact or not determined. */
  public double halfWidth95() {
    return QUANTILE_95 * standardError;
  }

  /** Whether the 95 % interval of a determined estimate holds {@code truth}. */
  public boolean covers(double truth) {
    return determined && Math.abs(value - truth) <= halfWidth95();
  }
}
