package io.resketch.server.storage;

/** The disk, or what lies on it, cannot be used. The message says what and what to do. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
