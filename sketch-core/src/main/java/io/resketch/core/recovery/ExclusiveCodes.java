package io.resketch.core.recovery;

import java.util.List;

/**
 * Codes of one value each that exclude each other, as those of one-hot attributes do. With the code
 * that has the rows where none of them is above 0, they add up to a constant; so that one is not
 * found, and of the columns only differences to its column are told.
 */
final class ExclusiveCodes {
  /** Of the largest: how far the values of a code of one value may differ. */
  private static final double SPREAD = 0.02;

  /** Rows in which a code would meet those that it excludes, were they independent. */
  private static final double LEAST_BY_CHANCE = 10;

  private ExclusiveCodes() {}

  /**
   * Finds them.
   *
   * @param codes N values each; null where not known
   * @return whether each is one of them
   */
  static boolean[] among(List<double[]> codes) {
    List<double[]> oneValued = codes.stream().filter(ExclusiveCodes::hasOneValue).toList();
    boolean[] out = new boolean[codes.size()];
    for (int i = 0; i < out.length; i++) {
      double[] code = codes.get(i);
      double byChance = 0;
      for (double[] other : hasOneValue(code) ? oneValued : List.<double[]>of()) {
        if (Dependence.both(code, other) == 0) {
          byChance += Dependence.both(code, code) * (double) Dependence.both(other, other);
        }
      }
      out[i] = code != null && byChance >= LEAST_BY_CHANCE * code.length;
    }
    return out;
  }

  private static boolean hasOneValue(double[] code) {
    if (code == null) {
      return false;
    }
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (double value : code) {
      if (value != 0) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    return most - least <= SPREAD * Math.max(Math.abs(most), Math.abs(least));
  }
}
