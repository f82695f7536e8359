package io.resketch.core.recovery;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Codes of one value each that exclude each other, as those of one-hot attributes do. With the code
 * that has the rows where none of them is above 0, they add up to a constant; so that one is not
 * found, and of the columns only differences to its column are told.
 */
final class ExclusiveCodes {
  /** Of the largest: how far the values of a code of one value may differ. */
  private static final double SPREAD = 0.02;

  /**
   * Rows in which a code would meet those that it excludes, were they independent. A code that is
   * named for less costs no more than that its column is not called exact.
   */
  private static final double LEAST_BY_CHANCE = 3;

  /** Exclusive codes that say of another, which excludes them, that it is one, too. */
  private static final int FEW = 3;

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
    boolean[] clear = out.clone();
    boolean any = IntStream.range(0, clear.length).anyMatch(i -> clear[i]);
    for (int i = 0; i < out.length; i++) {
      boolean open = codes.get(i) == null; // where others are, nothing says that it is not
      out[i] |= open ? any : hasOneValue(codes.get(i)) && excluded(codes, i, clear) >= FEW;
    }
    return out;
  }

  /** Codes found that a code excludes, which may be too seldom for that to say it by itself. */
  private static long excluded(List<double[]> codes, int i, boolean[] found) {
    return IntStream.range(0, found.length)
        .filter(j -> found[j] && Dependence.both(codes.get(i), codes.get(j)) == 0)
        .count();
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
