package io.resketch.client.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes a matrix of float32 values, little-endian and in C order, as a NumPy {@code .npy} file of
 * version 1.0, row by row. The file appears on {@link #commit()}. Not thread-safe.
 */
public final class NpyWriter implements Closeable {
  private final Path target;
  private final int columns;
  private final ReplacingFile file;
  private final ByteBuffer row;
  private final CRC32C checksum = new CRC32C();
  private long rows;

  /**
   * Opens a new file.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public NpyWriter(Path target, int columns) throws IOException {
    this.target = target;
    this.columns = columns;
    this.row =
        ByteBuffer.allocate(Math.multiplyExact(columns, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    this.file = new ReplacingFile(target);
    file.write(new NpyHeader(0, columns).write());
  }

  /** Adds a row. */
  public void writeRow(float[] values) throws IOException {
    if (values.length != columns) {
      throw new IllegalArgumentException(
          "values.length=" + values.length + ": a row has columns=" + columns + " values");
    }
    row.clear();
    row.asFloatBuffer().put(values);
    row.rewind();
    checksum.update(row);
    file.write(row.rewind());
    rows++;
  }

  /** Rows so far. */
  long rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** CRC-32C of the values so far. */
  int checksum() {
    return (int) checksum.getValue();
  }

  /**
   * Completes the header and puts the file in its place; what stands beside the file that was there
   * says nothing of this one, and goes.
   */
  public void commit() throws IOException {
    file.writeAt(new NpyHeader(rows, columns).write(), 0);
    Files.deleteIfExists(SpecFile.beside(target));
    file.commit();
  }

  /** Without a commit before it, leaves no file. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
