package io.resketch.client.files;

import io.resketch.v1.ExportResponse;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The messages of an export file ({@code docs/formats.md}). Each is given out only if it and all
 * before it are as they were written. Not thread-safe.
 */
public final class ExchangeFileReader implements Closeable {
  static final byte[] MAGIC = {'R', 'S', 'K', 'X'};
  static final int VERSION = 1;
  static final int HEAD_BYTES = 8;
  static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final Path file;
  private final FileChannel channel;
  private final CRC32C checksum = new CRC32C();

  /** The checksum at the end of the last whole message. */
  private final CRC32C whole = new CRC32C();

  private long position;
  private long messages;
  private boolean complete;

  /**
   * Opens a file.
   *
   * @throws InputFileException if it is not an export file of a version known here
   */
  public ExchangeFileReader(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      readHead();
    } catch (IOException | InputFileException e) {
      channel.close();
      throw e;
    }
  }

  private void readHead() throws IOException {
    ByteBuffer head = read(Math.min(HEAD_BYTES, channel.size()));
    byte[] magic = new byte[Math.min(MAGIC.length, head.limit())];
    head.get(0, magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new InputFileException(file, "is not an export file; make one with resketch export");
    }
    if (head.limit() < HEAD_BYTES) {
      throw new InputFileException(
          file, "is cut off at byte " + head.limit() + "; export it again");
    }
    int version = Short.toUnsignedInt(head.getShort(4));
    if (version != VERSION || head.getShort(6) != 0) {
      throw new InputFileException(
          file,
          "has format version "
              + version
              + ", this release reads "
              + VERSION
              + "; read it with the release that wrote it");
    }
    count(head);
    whole.update(head);
    position = HEAD_BYTES;
  }

  /** A checksum with itself behind it is a constant: checksums leave out those before them. */
  private void count(ByteBuffer bytes) {
    checksum.update(bytes.rewind());
    bytes.rewind();
  }

  private ByteBuffer read(long bytes) throws IOException {
    ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      if (channel.read(out) < 0) {
        throw cut();
      }
    }
    return out.rewind();
  }

  /**
   * The next message.
   *
   * @return empty at the end of a complete file
   * @throws InputFileException if the file is cut or damaged from here on
   */
  public Optional<ExportResponse> next() throws IOException {
    if (complete) {
      return Optional.empty();
    }
    if (channel.size() - position < 2 * Integer.BYTES) {
      throw cut();
    }
    ByteBuffer size = read(Integer.BYTES);
    count(size);
    int length = size.getInt(0);
    if (length < 0 || length > MAX_MESSAGE_BYTES) {
      throw damaged("announces a message of " + Integer.toUnsignedString(length) + " bytes");
    }
    if (channel.size() - position < 2L * Integer.BYTES + length) {
      throw cut();
    }
    ByteBuffer message = read(length);
    count(message);
    if (read(Integer.BYTES).getInt() != (int) checksum.getValue()) {
      throw damaged("its checksum differs");
    }
    whole.update(size.rewind());
    whole.update(message);
    message.rewind();
    Optional<ExportResponse> out =
        length == 0 ? Optional.empty() : Optional.of(ExportResponse.parseFrom(message));
    position += 2L * Integer.BYTES + length;
    if (length == 0) {
      complete = true;
      requireEnd();
    } else {
      messages++;
    }
    return out;
  }

  private void requireEnd() throws IOException {
    if (channel.size() > position) {
      throw damaged("there are bytes behind its end");
    }
  }

  private InputFileException cut() {
    return new InputFileException(
        file,
        "is cut off behind byte "
            + position
            + ", "
            + messages
            + " whole messages; continue it with resketch export --resume");
  }

  private InputFileException damaged(String what) {
    return new InputFileException(
        file,
        "is damaged at byte "
            + position
            + ", behind "
            + messages
            + " whole messages: "
            + what
            + "; resketch export --resume replaces what follows");
  }

  /** The checksum up to {@link #position()}, for the writer that takes over. */
  CRC32C checksum() {
    return whole;
  }

  /** Bytes of the file that are whole: up to the end of the last message given out. */
  long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
