package io.resketch.server.query;

import io.resketch.core.stats.CountMethod;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.Presence;
import java.util.Arrays;
import java.util.List;

/** Counts and presence of modules, added up from single sketches. */
final class SingleCounts {
  /**
   * A standard error is measured, on 64 random signs where a prefix keeps four blocks of a
   * signature, to about 9 %; at this many times its size the tail of a normal distribution is that
   * of Student's t with 64 degrees of freedom, five errors out.
   */
  private static final double ERROR_OF_ERROR = 1.1;

  /** A count so many errors off every whole number is none. */
  private static final double FAR = 4;

  private final double[] counts;
  private final double[] errors;
  private final boolean[] determined;
  private final long[] present;
  private final long[] open;
  private long sketches;
  private long decoded;

  SingleCounts(int modules) {
    counts = new double[modules];
    errors = new double[modules];
    determined = new boolean[modules];
    Arrays.fill(determined, true);
    present = new long[modules];
    open = new long[modules];
  }

  /** Adds the counts of a sketch. */
  void add(List<ModuleCount> sketch) {
    sketches++;
    decoded += sketch.stream().allMatch(m -> m.method() == CountMethod.BLIND_DECODING) ? 1 : 0;
    for (int m = 0; m < counts.length; m++) {
      ModuleCount count = sketch.get(m);
      determined[m] &= count.determined();
      double whole = Math.rint(count.count());
      boolean rounds =
          count.halfWidth95() <= 0.5
              && Math.abs(count.count() - whole) <= FAR * count.standardError();
      counts[m] += rounds ? whole : count.count();
      errors[m] += rounds ? roundingError(count.standardError()) : count.standardError();
      Presence presence = count.presence();
      present[m] += presence == Presence.PRESENT ? 1 : 0;
      open[m] += presence == Presence.NOT_DETERMINED ? 1 : 0;
    }
  }

  /**
   * Root mean square of what rounding leaves: a step of 1 with the probability that a normal error
   * exceeds ½, for which Mills' ratio gives an upper bound, √(2/π) e^(−z²/2) / z.
   */
  static double roundingError(double standardError) {
    if (standardError == 0) {
      return 0;
    }
    double z = 0.5 / (ERROR_OF_ERROR * standardError);
    return Math.sqrt(Math.min(1, Math.sqrt(2 / Math.PI) * Math.exp(-z * z / 2) / z));
  }

  /** Sketches added. */
  long sketches() {
    return sketches;
  }

  /**
   * The better of two counts of the m-th module.
   *
   * @param summed from the sum of the same sketches
   */
  ModuleCount better(int m, ModuleCount summed) {
    return determined[m] && summed.determined() && errors[m] < summed.standardError()
        ? new ModuleCount(
            summed.module(),
            counts[m],
            errors[m],
            Double.POSITIVE_INFINITY,
            true,
            "",
            decoded == sketches ? CountMethod.BLIND_DECODING : CountMethod.LINEAR_FIT)
        : summed;
  }

  /** Of these, those counted by their decoded objects; the others by the linear fit. */
  long decoded() {
    return decoded;
  }

  /** Sketches in which the m-th module occurs. */
  long present(int m) {
    return present[m];
  }

  /** Sketches in which it may occur. */
  long notDetermined(int m) {
    return open[m];
  }
}
