package io.resketch.core.stats;

/** Whether a module occurs. */
public enum Presence {
  /** At least once. */
  PRESENT,
  /** Not at all. */
  ABSENT,
  /** The error is too large to tell. */
  NOT_DETERMINED
}
