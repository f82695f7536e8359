package io.resketch.core;

/**
 * Things that are each valid do not go together, such as a sketch and a foreign spec, or a question
 * and a network that does not answer it.
 */
public final class MismatchException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** What does not match. */
  public enum Reason {
    /** A sketch was made with another spec. */
    FINGERPRINT_MISMATCH,
    /** A sketch does not hold the computation that the skeleton describes. */
    SKELETON_MISMATCH,
    /** A recovered network has objects without a function, and so predicts nothing. */
    FUNCTION_UNKNOWN
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
