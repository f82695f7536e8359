package io.resketch.core.similarity;

import java.util.List;

/**
 * The cosine of two sketches as a sum over modules, estimated from the sketches alone. Immutable.
 *
 * @param cosine of the two sketches, over the prefix that was read
 * @param modules every module asked for, by falling contribution
 * @param rest what the determined modules do not carry: cosine − Σ of their contributions
 * @param restStandardError standard error of {@code rest}
 */
public record BlindExplanation(
    double cosine, List<ModuleShare> modules, double rest, double restStandardError) {

  /** Copies the list. */
  public BlindExplanation {
    modules = List.copyOf(modules);
  }

  /**
   * What the roots of one module add to the cosine, through the transparent part of the sketch:
   * whatever their positions, by signature and summed attributes.
   *
   * @param contribution estimated, not of chance: 0 on average for a module in one sketch only
   * @param standardError standard error of {@code contribution}
   * @param determined whether {@code contribution} stands out of the noise and is of roots alone
   * @param reason why it is not determined, else empty
   */
  public record ModuleShare(
      String module,
      double contribution,
      double standardError,
      boolean determined,
      String reason) {}
}
