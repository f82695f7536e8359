package io.resketch.core;

/** Two things that are each valid do not belong together, such as a sketch and a foreign spec. */
public final class MismatchException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** What does not match. */
  public enum Reason {
    /** A sketch was made with another spec. */
    FINGERPRINT_MISMATCH,
    /** A sketch does not hold the computation that the skeleton describes. */
    SKELETON_MISMATCH
  }

  private final Reason reason;

  public MismatchException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
