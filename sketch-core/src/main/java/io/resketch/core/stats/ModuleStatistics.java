package io.resketch.core.stats;

import java.util.Collections;
import java.util.List;

/**
 * What is known of one module's objects in a run, or in a weighted sum of runs.
 *
 * @param module the module's name
 * @param count number of objects: of roots if blind, of all objects if guided
 * @param presence whether there are any
 * @param mean mean of every attribute over the objects counted, in order
 * @param secondMoment mean of every squared attribute over the objects counted, in order
 * @param method how blind statistics were made; of guided ones the decoder's fit
 */
public record ModuleStatistics(
    String module,
    Estimate count,
    Presence presence,
    List<Estimate> mean,
    List<Estimate> secondMoment,
    CountMethod method) {
  public ModuleStatistics {
    mean = List.copyOf(mean);
    secondMoment = List.copyOf(secondMoment);
  }

  /** Statistics by a linear fit. */
  public ModuleStatistics(
      String module,
      Estimate count,
      Presence presence,
      List<Estimate> mean,
      List<Estimate> secondMoment) {
    this(module, count, presence, mean, secondMoment, CountMethod.LINEAR_FIT);
  }

  /** No answer at all. */
  public static ModuleStatistics notDetermined(String module, String reason) {
    List<Estimate> none = none(1, reason);
    return new ModuleStatistics(module, none.get(0), Presence.NOT_DETERMINED, none, none);
  }

  /** One reason for all attributes. */
  static List<Estimate> none(int dimension, String reason) {
    return Collections.nCopies(dimension, Estimate.notDetermined(reason));
  }

  /**
   * Whether a vector is above the noise floor: the error of all of it together is at most a part of
   * its norm, which by convention is about 1 and is taken to be no less.
   *
   * @param squaredNorm of the estimated values
   * @param squaredError sum of the squared standard errors
   * @param part of the norm, 0 to 1
   */
  static boolean aboveNoise(double squaredNorm, double squaredError, double part) {
    return squaredError <= part * part * Math.max(1, squaredNorm - squaredError);
  }
}
