package io.resketch.server.storage;

/** The disk, or what lies on it, cannot be used. The message says what and what to do. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, for programs; the names are part of the API. */
  public enum Reason {
    /** No space is left; writes are taken again within seconds when there is. */
    DISK_FULL,
    /** What lies in the directory is not what was written. */
    DATA_DAMAGED,
    /** The directory is of another server, format or program. */
    DATA_NOT_OURS,
    /** The disk failed; no more writes are taken. */
    STORAGE_FAILED,
    /** The store was closed. */
    STORAGE_CLOSED,
    /** The server was started without a directory for backups. */
    NO_BACKUP_DIRECTORY,
    /** There is no such backup. */
    BACKUP_NOT_FOUND,
    /** A backup is not what was written. */
    BACKUP_DAMAGED
  }

  private final Reason reason;

  public StorageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
