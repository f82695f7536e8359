package io.resketch.core.recovery;

/** Hears how far a recovery has come. */
@FunctionalInterface
public interface StageListener {
  /**
   * Called from the thread that recovers, some times a minute. May throw to stop it.
   *
   * @param stage its name
   * @param done parts done
   * @param all parts there are
   */
  void progress(String stage, int done, int all);
}
