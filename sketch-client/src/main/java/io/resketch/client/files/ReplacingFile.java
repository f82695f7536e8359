package io.resketch.client.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears under its name only when it is complete: written beside the target and moved
 * over it by {@link #commit()}. Closed without a commit, or on the end of the process, it leaves
 * nothing. Not thread-safe.
 */
public final class ReplacingFile implements Closeable {
  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final Thread cleanup;

  /**
   * Opens a new file beside the target.
   *
   * @throws InputFileException if the target is there and is not a regular file, or its folder is
   *     missing
   */
  public ReplacingFile(Path target) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new InputFileException(target, "is not a regular file; name one to write");
    }
    this.target = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    FileChannel opened = null;
    Path beside = this.target;
    for (int attempt = 0; opened == null; attempt++) {
      String name =
          "." + this.target.getFileName() + "." + ProcessHandle.current().pid() + "-" + attempt;
      beside = this.target.resolveSibling(name);
      try {
        opened = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (NoSuchFileException e) {
        throw new InputFileException(target, "its folder does not exist; create it first");
      } catch (FileAlreadyExistsException e) {
        // Left by a process of the same number: take the next name.
        opened = null;
      }
    }
    this.channel = opened;
    this.temporary = beside;
    this.cleanup = new Thread(this::delete, "resketch-file-cleanup");
    Runtime.getRuntime().addShutdownHook(cleanup);
  }

  private void delete() {
    temporary.toFile().delete();
  }

  /** Writes all that remains in the buffer at the end of the file. */
  public void write(ByteBuffer data) throws IOException {
    while (data.hasRemaining()) {
      channel.write(data);
    }
  }

  /** Overwrites bytes at a position. */
  void writeAt(ByteBuffer data, long position) throws IOException {
    long at = position;
    while (data.hasRemaining()) {
      at += channel.write(data, at);
    }
  }

  /** Makes the file durable and moves it over the target. Nothing can be written after it. */
  public void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Without a commit before it, deletes what was written. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
    try {
      Runtime.getRuntime().removeShutdownHook(cleanup);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook is about to find nothing left to do.
      delete();
    }
  }
}
