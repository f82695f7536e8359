package io.resketch.core.recovery;

import java.util.Optional;

/** Where a recovery keeps what it has found, so that it can go on after it was stopped. */
public interface Checkpoints {
  /** The state saved last by a recovery of the same pairs and options, or empty. */
  Optional<byte[]> last();

  /**
   * Keeps a state in the place of the last. Called from the thread that recovers, some times a
   * minute; a state holds what was found, at most n · d doubles.
   */
  void save(byte[] state);

  /** Keeps nothing. */
  static Checkpoints none() {
    return new Checkpoints() {
      @Override
      public Optional<byte[]> last() {
        return Optional.empty();
      }

      @Override
      public void save(byte[] state) {}
    };
  }
}
