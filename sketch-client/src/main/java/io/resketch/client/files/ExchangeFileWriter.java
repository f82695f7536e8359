package io.resketch.client.files;

import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExportResponse;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An export file ({@code docs/formats.md}) that is being written. Where it is closed before {@link
 * #finish}, what was written stays and can be resumed. Not thread-safe.
 */
public final class ExchangeFileWriter implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final CRC32C checksum;
  private Optional<ExchangeHeader> header = Optional.empty();
  private String cursor = "";
  private boolean complete;

  private ExchangeFileWriter(Path file, FileChannel channel, CRC32C checksum) {
    this.file = file;
    this.checksum = checksum;
    this.channel = channel;
  }

  /**
   * Starts a file.
   *
   * @throws InputFileException if there is a file of this name, or no folder for it
   */
  public static ExchangeFileWriter create(Path file) throws IOException {
    ExchangeFileWriter out;
    try {
      out =
          new ExchangeFileWriter(
              file,
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              new CRC32C());
    } catch (FileAlreadyExistsException e) {
      throw new InputFileException(
          file, "exists; name another, delete it, or continue it with --resume");
    } catch (NoSuchFileException e) {
      throw new InputFileException(file, "its folder does not exist; create it first");
    }
    out.append(
        buffer(ExchangeFileReader.HEAD_BYTES)
            .put(ExchangeFileReader.MAGIC)
            .putShort((short) ExchangeFileReader.VERSION)
            .putShort((short) 0));
    return out;
  }

  /**
   * Takes up a file behind its last whole message; what is cut or damaged behind it goes.
   *
   * @throws InputFileException if it is not an export file
   */
  public static ExchangeFileWriter resume(Path file) throws IOException {
    try (ExchangeFileReader in = new ExchangeFileReader(file)) {
      ExchangeFileWriter out =
          new ExchangeFileWriter(
              file, FileChannel.open(file, StandardOpenOption.WRITE), in.checksum());
      try {
        out.takeUp(in);
      } catch (IOException | RuntimeException e) {
        out.close();
        throw e;
      }
      return out;
    }
  }

  private void takeUp(ExchangeFileReader in) throws IOException {
    try {
      for (var message = in.next(); message.isPresent(); message = in.next()) {
        note(message.get());
      }
      complete = true;
      return;
    } catch (InputFileException e) {
      channel.truncate(in.position()); // cut or damaged from there on
    }
    channel.position(in.position());
  }

  private void note(ExportResponse message) {
    cursor = message.getCursor();
    if (message.getItem().hasHeader()) {
      header = Optional.of(message.getItem().getHeader());
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether the file that was resumed was finished; nothing is to be written then. */
  public boolean complete() {
    return complete;
  }

  /** Cursor of the last message, empty if there is none. */
  public String cursor() {
    return cursor;
  }

  /** Header of what is in the file. */
  public Optional<ExchangeHeader> header() {
    return header;
  }

  /** Appends a message. */
  public void write(ExportResponse message) throws IOException {
    append(message.toByteArray());
    note(message);
  }

  private void append(byte[] message) throws IOException {
    append(buffer(Integer.BYTES + message.length).putInt(message.length).put(message));
    put(buffer(Integer.BYTES).putInt((int) checksum.getValue()));
  }

  private void append(ByteBuffer data) throws IOException {
    checksum.update(data.duplicate().flip());
    put(data);
  }

  private void put(ByteBuffer data) throws IOException {
    data.flip();
    while (data.hasRemaining()) {
      channel.write(data);
    }
  }

  /** Marks the file as complete, and makes it durable. */
  public void finish() throws IOException {
    append(new byte[0]);
    channel.force(true);
    complete = true;
  }

  /** A file without any message goes. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (!complete && header.isEmpty()) {
      Files.deleteIfExists(file);
    }
  }
}
