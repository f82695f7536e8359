package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;

/**
 * How to recover.
 *
 * @param nonnegative whether hidden attributes are never below 0, as after a rectifier; then more
 *     is found
 * @param holdOut share of the pairs that only the validation sees, above 0 and at most 0.5
 * @param seed of all random starts
 */
public record RecoveryOptions(boolean nonnegative, double holdOut, long seed) {
  /**
   * Checks ranges.
   *
   * @throws InvalidInputException if the share is out of its range
   */
  public RecoveryOptions {
    if (!(holdOut > 0 && holdOut <= 0.5)) {
      throw new InvalidInputException(
          "hold_out", holdOut + " must be above 0 and at most 0.5; 0.1 is usual");
    }
  }
}
