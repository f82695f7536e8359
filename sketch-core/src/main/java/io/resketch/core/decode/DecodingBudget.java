package io.resketch.core.decode;

import java.time.Duration;

/**
 * How much work decoding without a skeleton may do, for one sketch or for several together. When it
 * is spent, trees grow no more; what was found until then is the answer. The same work whatever the
 * machine, so that answers are, too, unless a time is set besides.
 *
 * <p>Not thread-safe.
 */
public final class DecodingBudget {
  /**
   * Unknowns of all fits together: a bound for the largest trees. One of a hundred objects needs
   * less than a tenth of it.
   */
  private static final double UNKNOWNS = 5e6;

  /** A place looked at for a module costs a product with one column, an unknown dozens of them. */
  private static final double PER_HYPOTHESIS = 1.0 / 40;

  private final Runnable checkpoint;
  private final long start = System.nanoTime();
  private final long nanos;
  private double unknowns;

  /**
   * A budget of which nothing is spent.
   *
   * @param checkpoint is run before every step; what it throws ends the work
   */
  public DecodingBudget(Runnable checkpoint) {
    this(checkpoint, Duration.ofNanos(Long.MAX_VALUE));
  }

  /**
   * A budget that also ends with its time.
   *
   * @param time from now on
   */
  public DecodingBudget(Runnable checkpoint, Duration time) {
    this.checkpoint = checkpoint;
    this.nanos = time.toNanos();
  }

  /** Takes a fit of so many unknowns. */
  void fit(int unknownsOfFit) {
    checkpoint.run();
    unknowns += unknownsOfFit;
  }

  /** Takes a search of so many places for modules. */
  void search(double hypotheses) {
    checkpoint.run();
    unknowns += PER_HYPOTHESIS * hypotheses;
  }

  /** Whether nothing is left. */
  public boolean spent() {
    return unknowns > UNKNOWNS || System.nanoTime() - start >= nanos;
  }
}
