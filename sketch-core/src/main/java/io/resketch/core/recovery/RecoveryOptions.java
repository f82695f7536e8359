package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import java.util.OptionalInt;

/**
 * How to recover.
 *
 * @param nonnegative whether hidden attributes are never below 0, as after a rectifier; then more
 *     is found
 * @param holdOut share of the pairs that only the validation sees, above 0 and at most 0.5
 * @param seed of all random starts
 * @param rank number of the hidden attributes, at least 1; empty: as the singular values of the
 *     sketches say, which noise may hide
 */
public record RecoveryOptions(boolean nonnegative, double holdOut, long seed, OptionalInt rank) {
  /** With the rank that the sketches show. */
  public RecoveryOptions(boolean nonnegative, double holdOut, long seed) {
    this(nonnegative, holdOut, seed, OptionalInt.empty());
  }

  /**
   * Checks ranges.
   *
   * @throws InvalidInputException if the share or the rank is out of its range
   */
  public RecoveryOptions {
    if (!(holdOut > 0 && holdOut <= 0.5)) {
      throw new InvalidInputException(
          "hold_out", holdOut + " must be above 0 and at most 0.5; 0.1 is usual");
    }
    if (rank.isPresent() && rank.getAsInt() < 1) {
      throw new InvalidInputException(
          "rank", rank.getAsInt() + " must be at least 1; leave it out to have it found");
    }
  }
}
