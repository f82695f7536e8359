package io.resketch.server.recovery;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.RecoveryParameters;

/** What parameters of a recovery may be. */
final class ParameterRules {
  private static final double DEFAULT_HOLD_OUT = 0.1;
  private static final int MAX_RANK = 65_536;
  private static final Duration DEFAULT_BUDGET = Durations.fromHours(24);

  private ParameterRules() {}

  /**
   * Parameters with their defaults.
   *
   * @throws InvalidInputException naming the field
   */
  static RecoveryParameters checked(RecoveryParameters wanted) {
    RecoveryParameters.Builder out = wanted.toBuilder();
    double holdOut = wanted.getHoldOut() == 0 ? DEFAULT_HOLD_OUT : wanted.getHoldOut();
    if (!(holdOut > 0 && holdOut <= 0.5)) {
      throw new InvalidInputException(
          "parameters.hold_out",
          holdOut + " must be above 0 and at most 0.5; leave it out for " + DEFAULT_HOLD_OUT);
    }
    if (wanted.getMaxPairs() != 0 && wanted.getMaxPairs() < Jobs.MIN_PAIRS) {
      throw new InvalidInputException(
          "parameters.max_pairs",
          wanted.getMaxPairs() + " must be at least " + Jobs.MIN_PAIRS + ", or 0 for all");
    }
    if (Integer.compareUnsigned(wanted.getRank(), MAX_RANK) > 0) {
      throw new InvalidInputException(
          "parameters.rank",
          Integer.toUnsignedString(wanted.getRank())
              + " must be at most "
              + MAX_RANK
              + ", or 0 to have it found");
    }
    Duration budget = wanted.hasBudget() ? wanted.getBudget() : DEFAULT_BUDGET;
    if (!Durations.isValid(budget) || Durations.compare(budget, Durations.ZERO) <= 0) {
      throw new InvalidInputException(
          "parameters.budget",
          budget.getSeconds() + " s must be above 0; leave it out for 24 hours");
    }
    return out.setHoldOut(holdOut).setBudget(budget).build();
  }
}
