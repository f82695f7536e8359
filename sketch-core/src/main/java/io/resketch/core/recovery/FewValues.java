package io.resketch.core.recovery;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Codes of few values, as those of one-hot attributes. Their sums and differences, with a constant,
 * have as many zeros as they have themselves, and are as little below 0: the codes of a one-hot
 * object add up to a constant, so that one of them is not found, and of the columns of the others
 * only differences are told. Zeros are evidence of a code only where its values differ.
 */
final class FewValues {
  /** Of the greatest value: values nearer to each other count as one. */
  private static final double STEP = 0.02;

  /** Of a code that is active in many pairs: with more, sums of others do not have its zeros. */
  private static final int FEW = 16;

  private FewValues() {}

  /**
   * Finds them.
   *
   * @param codes N values each; null where not known
   * @return whether each is one of them, or, where there is one, is not known or seldom active, so
   *     that its values do not say
   */
  static boolean[] among(List<double[]> codes) {
    boolean[] out = new boolean[codes.size()];
    boolean any = codes.stream().filter(Objects::nonNull).anyMatch(FewValues::hasFew);
    for (int i = 0; i < out.length; i++) {
      double[] code = codes.get(i);
      out[i] = (code == null || Separation.isSeldom(code)) ? any : hasFew(code);
    }
    return out;
  }

  private static boolean hasFew(double[] code) {
    double most = Arrays.stream(code).map(Math::abs).max().orElse(0);
    double[] active = Arrays.stream(code).filter(x -> x != 0).toArray();
    long values = Arrays.stream(active).map(x -> Math.rint(x / (STEP * most))).distinct().count();
    return values <= FEW && values <= active.length / 2.0;
  }
}
