package io.resketch.core.stats;

import java.util.Locale;

/**
 * How often a module occurs among the roots of the runs in a sketch, as measured: linear in the
 * sketch, so that counts of parts add up to the count of the whole. {@link #estimate} is the answer
 * for a reader, which is no number below the noise floor.
 *
 * @param module the module's name
 * @param count estimated number of root objects, not rounded; 0 if not determined
 * @param standardError standard error of {@code count}; 0 if not determined. The 95 % interval is
 *     count ± {@link #halfWidth95}
 * @param signs number of random signs that the count and its error are measured on, 16 for every
 *     block of the module's signature that the sketch keeps; infinite if the error is known
 * @param determined whether the module can be told from what else it does
 * @param reason why it cannot, or why the count is no answer although it was measured; else empty
 * @param method how it was counted
 */
public record ModuleCount(
    String module,
    double count,
    double standardError,
    double signs,
    boolean determined,
    String reason,
    CountMethod method) {
  /**
   * A weighted sum of random signs exceeds so many deviations with a probability of at most 3.178
   * times that of a normal variable (Bentkus, Dzindzalieta, Bernoulli 2015), one in a thousand.
   */
  private static final double PRESENCE_QUANTILE = 3.42;

  /**
   * Part of all objects of a sketch that the half-width of an interval may have. The bound of a
   * quarter of the count alone would let pass, of large errors, those that made the count large.
   */
  private static final double PART_OF_ALL = 1.0 / 16;

  /** A count whose error is known. */
  public ModuleCount(
      String module, double count, double standardError, boolean determined, String reason) {
    this(
        module,
        count,
        standardError,
        Double.POSITIVE_INFINITY,
        determined,
        reason,
        CountMethod.LINEAR_FIT);
  }

  /** No answer. */
  public static ModuleCount notDetermined(String module, String reason) {
    return new ModuleCount(module, 0, 0, false, reason);
  }

  /** Half the width of the 95 % interval: {@link Estimate#QUANTILE_95} standard errors. */
  public double halfWidth95() {
    return Estimate.QUANTILE_95 * standardError;
  }

  /**
   * The same count, which is no answer if its error is above half an object and above a sixteenth
   * of all objects that were counted among, whatever the count.
   *
   * @param mass of the sketch, or of all that were counted together
   */
  public ModuleCount among(double mass) {
    double all = Math.abs(mass);
    String drowned =
        halfWidth95() <= Math.max(0.5, PART_OF_ALL * all)
            ? ""
            : String.format(
                Locale.ROOT,
                "below the noise floor: the 95 %% interval is %.3g to %.3g, of %.3g objects in all;"
                    + " where few runs dominate a sum, leave them out",
                count - halfWidth95(),
                count + halfWidth95(),
                all);
    return determined
        ? new ModuleCount(module, count, standardError, signs, true, drowned, method)
        : this;
  }

  /**
   * The count, if it is above the noise floor: the half-width of the interval is at most half an
   * object, so that whole numbers are told apart, or at most a quarter of the count and a sixteenth
   * of all objects. The unit is one object of weight 1; in a sum with other weights, scale them to
   * it.
   */
  public Estimate estimate() {
    if (!determined || !reason.isEmpty()) {
      return Estimate.notDetermined(reason);
    }
    if (halfWidth95() <= Math.max(0.5, Math.abs(count) / 4)) {
      return Estimate.of(count, standardError);
    }
    return Estimate.notDetermined(
        String.format(
            Locale.ROOT,
            "below the noise floor: the 95 %% interval is %.3g to %.3g",
            count - halfWidth95(),
            count + halfWidth95()));
  }

  /**
   * Whether the module occurs at all, in a single run or in a sum of weights of at least 1, where a
   * count is 0 or at least 1. Present: the count is at least ½ and {@link #PRESENCE_QUANTILE}
   * errors above 0. Absent: it is below ½ and as many errors below 1. So an absent module is called
   * present, or one that occurs absent, in at most one case of a thousand; an interval of 95 %
   * would be wrong in every scene with 40 modules.
   */
  public Presence presence() {
    if (determined && count >= 0.5 && deviations(0) > PRESENCE_QUANTILE) {
      return Presence.PRESENT;
    }
    if (determined && count < 0.5 && deviations(1) < -PRESENCE_QUANTILE) {
      return Presence.ABSENT;
    }
    return Presence.NOT_DETERMINED;
  }

  /**
   * How many errors the count lies above a supposed true one. Were it true, what the fit took for
   * the difference would be error, too: of as many signs, its square adds a part to the variance.
   * So no count of n signs is √n errors off.
   */
  private double deviations(double truth) {
    double difference = count - truth;
    double error = Math.hypot(standardError, difference / Math.sqrt(signs));
    return error == 0 ? Math.signum(difference) * Double.POSITIVE_INFINITY : difference / error;
  }
}
