package io.resketch.client;

import io.resketch.core.InvalidInputException;
import java.util.OptionalDouble;

/**
 * What a search answers.
 *
 * @param k answers wanted, 1 to 1,000
 * @param range only runs of this range
 * @param filter only runs that pass, such as {@code label.camera = "door"}; empty: all
 * @param prefixLength floats compared from the start of each sketch, a multiple of 16; 0: all that
 *     the query and the stored sketch share
 * @param minCosine only runs at least as similar, −1 to 1; empty: all
 * @param exact compare every sketch, where an index might miss some, however long that takes
 */
public record SearchOptions(
    int k,
    TimeRange range,
    String filter,
    int prefixLength,
    OptionalDouble minCosine,
    boolean exact) {
  /** Checks the parameters. */
  public SearchOptions {
    if (k < 1 || k > 1000) {
      throw new InvalidInputException("k", k + " must be 1 to 1,000");
    }
    if (prefixLength < 0 || prefixLength % 16 != 0) {
      throw new InvalidInputException(
          "prefixLength", prefixLength + " must be a multiple of 16, or 0 for all");
    }
    if (minCosine.isPresent() && !(minCosine.getAsDouble() >= -1 && minCosine.getAsDouble() <= 1)) {
      throw new InvalidInputException(
          "minCosine", minCosine.getAsDouble() + " must be -1 to 1; leave it out to have all");
    }
  }

  /** The {@code k} most similar runs of all, compared over everything kept. */
  public static SearchOptions top(int k) {
    return new SearchOptions(k, TimeRange.all(), "", 0, OptionalDouble.empty(), false);
  }

  /** The same, comparing every sketch. */
  public SearchOptions exactly() {
    return new SearchOptions(k, range, filter, prefixLength, minCosine, true);
  }

  /** The same, without what is less similar. */
  public SearchOptions atLeast(double cosine) {
    return new SearchOptions(k, range, filter, prefixLength, OptionalDouble.of(cosine), exact);
  }
}
