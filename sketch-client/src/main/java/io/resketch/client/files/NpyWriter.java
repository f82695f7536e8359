package io.resketch.client.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes a matrix of float32 values, little-endian and in C order, as a NumPy {@code .npy} file of
 * version 1.0, row by row. The file appears on {@link #commit()}. Not thread-safe.
 */
public final class NpyWriter implements Closeable {
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

  /** CRC-32C of the values so far. */
  int checksum() {
    return (int) checksum.getValue();
  }

  /** Completes the header and puts the file in its place. */
  public void commit() throws IOException {
    file.writeAt(new NpyHeader(rows, columns).write(), 0);
    file.commit();
  }

  /** Without a commit before it, leaves no file. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
