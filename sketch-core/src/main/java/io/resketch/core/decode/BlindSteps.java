package io.resketch.core.decode;

/** The work of unrolling one sketch, which the caller may end and which ends at a bound. */
final class BlindSteps {
  /**
   * Unknowns of all fits together after which a tree grows no more: about ten seconds of work where
   * columns have 16 blocks. Trees of a hundred objects need less than a tenth of it.
   */
  private static final long MAX_UNKNOWNS = 5_000_000;

  private final Runnable checkpoint;
  private long unknowns;

  /**
   * Nothing done yet.
   *
   * @param checkpoint is run before every step; what it throws ends the work
   */
  BlindSteps(Runnable checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** A fit of so many unknowns is about to be made. */
  void fit(int unknownsOfFit) {
    checkpoint.run();
    unknowns += unknownsOfFit;
  }

  /** Whether the bound has been reached. */
  boolean spent() {
    return unknowns > MAX_UNKNOWNS;
  }
}
