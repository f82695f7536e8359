package io.resketch.client.files;

import java.nio.file.Path;

/** A file does not hold what it should. The message starts with the file and says where. */
public final class InputFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A fault of the file as a whole. */
  public InputFileException(Path file, String description) {
    super(file + ": " + description);
  }

  /**
   * A fault at one line.
   *
   * @param line from 1
   */
  public InputFileException(Path file, long line, String description) {
    super(file + ":" + line + ": " + description);
  }
}
