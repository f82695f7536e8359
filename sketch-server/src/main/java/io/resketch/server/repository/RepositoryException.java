package io.resketch.server.repository;

/** A use case cannot be carried out; nothing was changed. */
public final class RepositoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, for programs; the names are part of the API. */
  public enum Reason {
    COLLECTION_NOT_FOUND,
    SKETCH_NOT_FOUND,
    COLLECTION_EXISTS,
    COLLECTION_NOT_EMPTY,
    SKETCH_EXISTS,
    MODULE_MISMATCH,
    NO_SKELETON,
    SKELETON_MISSING,
    CONCEPT_NOT_FOUND,
    TOO_MANY_WATCHERS,
    WATCH_TOO_SLOW,
    SERVER_STOPPING,
    CORPUS_NOT_FOUND,
    CORPUS_EXISTS,
    CORPUS_IN_USE,
    TOO_FEW_PAIRS,
    OPERATION_NOT_FOUND,
    OPERATION_NOT_ENDED,
    LEASE_LOST,
    NETWORK_NOT_FOUND
  }

  private final Reason reason;

  public RepositoryException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
