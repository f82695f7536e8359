package io.resketch.client.files;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads a matrix of float32 values, little-endian and in C order, from a NumPy {@code .npy} file,
 * row by row. Not thread-safe.
 */
public final class NpyReader implements Closeable {
  private final Path file;
  private final DataInputStream in;
  private final NpyHeader header;
  private final byte[] row;
  private long nextRow;

  /**
   * Opens a file and checks its header against its size.
   *
   * @throws InputFileException if it is not such a file, or is cut off
   */
  public NpyReader(Path file) throws IOException {
    this.file = file;
    InputStream opened = Files.newInputStream(file);
    try {
      this.in = new DataInputStream(new BufferedInputStream(opened, 1 << 16));
      this.header = readHeader();
      this.row = new byte[Math.multiplyExact(header.columns(), Float.BYTES)];
    } catch (ArithmeticException e) {
      opened.close();
      throw new InputFileException(file, "has rows of more than 2^29 values");
    } catch (NpyHeader.Fault e) {
      opened.close();
      throw new InputFileException(file, e.getMessage());
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private NpyHeader readHeader() throws IOException, NpyHeader.Fault {
    int lengthBytes = NpyHeader.lengthBytes(in.readNBytes(NpyHeader.PREFIX_BYTES));
    byte[] length = new byte[4];
    if (in.readNBytes(length, 0, lengthBytes) < lengthBytes) {
      throw new NpyHeader.Fault("is cut off within its header");
    }
    int size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (size < 0 || size > NpyHeader.MAX_HEADER_BYTES) {
      throw new NpyHeader.Fault(
          "has a header of "
              + Integer.toUnsignedString(size)
              + " bytes; at most "
              + NpyHeader.MAX_HEADER_BYTES
              + " are read");
    }
    byte[] dictionary = in.readNBytes(size);
    if (dictionary.length < size) {
      throw new NpyHeader.Fault("is cut off within its header");
    }
    NpyHeader parsed = NpyHeader.parse(new String(dictionary, StandardCharsets.ISO_8859_1));
    if (Files.isRegularFile(file)) {
      checkSize(parsed, Files.size(file) - NpyHeader.PREFIX_BYTES - lengthBytes - size);
    }
    return parsed;
  }

  private static void checkSize(NpyHeader header, long bytes) throws NpyHeader.Fault {
    double expected = (double) header.rows() * header.columns() * Float.BYTES;
    if (bytes != expected) {
      throw new NpyHeader.Fault(
          (bytes < expected ? "is cut off: " : "is too long: ")
              + header.rows()
              + " rows of "
              + header.columns()
              + " float32 values take "
              + (long) expected
              + " bytes, there are "
              + bytes);
    }
  }

  /** CRC-32C of all values of a file. */
  static int checksum(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (NpyReader in = new NpyReader(file)) {
      byte[] part = new byte[1 << 16];
      for (int read = in.in.read(part); read >= 0; read = in.in.read(part)) {
        crc.update(part, 0, read);
      }
    }
    return (int) crc.getValue();
  }

  public long rows() {
    return header.rows();
  }

  public int columns() {
    return header.columns();
  }

  /** The next row, of {@link #columns()} values. Call it {@link #rows()} times. */
  public float[] readRow() throws IOException {
    if (in.readNBytes(row, 0, row.length) < row.length) {
      throw new InputFileException(file, "is cut off in row " + nextRow);
    }
    nextRow++;
    if (nextRow == header.rows() && in.read() >= 0) {
      throw new InputFileException(file, "is too long: bytes follow its last row");
    }
    float[] out = new float[header.columns()];
    ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(out);
    return out;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
