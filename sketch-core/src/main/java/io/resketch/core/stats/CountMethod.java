package io.resketch.core.stats;

/** How a count was made. */
public enum CountMethod {
  /** The linear fit of all modules to the transparent part of the sketch. */
  LINEAR_FIT,
  /** The objects were decoded without a skeleton and accounted for the whole sketch. */
  BLIND_DECODING
}
