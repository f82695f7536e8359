package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.Optional;

/** Whether a vector of the span of the codes is a code. */
record CodeTest(Prior prior, double noise) implements Serializable {
  /** Of the pairs: a code that is 0 in fewer is not told from chance. */
  static final double LEAST_ZEROS = 0.12;

  /** Size of zeros, of the largest values: with more, codes are not told from false ends. */
  private static final double MOST_NOISE = 5e-3;

  /**
   * Whether zeros are clear enough for searches from further away, or from columns nearly found.
   */
  boolean clear() {
    return noise < MOST_NOISE;
  }

  boolean accepted(Basis basis, Optional<Zeros.Found> exact) {
    return exact.isPresent()
        && exact.get().share() >= LEAST_ZEROS
        && signs(basis.vector(exact.get().coordinates()));
  }

  /** Whether few of a vector's values are small and not 0, which says more than how many are 0. */
  boolean hasZeros(Basis basis, double[] w) {
    double[] x = basis.vector(w);
    return signs(x) && Zeros.areZeros(x, basis.dims(), noise);
  }

  /** Whether values have the signs that codes have. */
  boolean signs(double[] code) {
    if (prior == Prior.SIGNED) {
      return true;
    }
    double least = 0;
    double most = 0;
    for (double value : code) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    double smaller = Math.min(-least, most);
    return smaller < Math.max(1e-3, 3 * noise) * Math.max(-least, most);
  }
}
