package io.resketch.client.files;

import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Sketch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes sketches one after the other: as images back to back where the name of the file ends in
 * {@code .rskt}, else as rows of a NumPy matrix. The file appears on {@link #commit()}. Not
 * thread-safe.
 */
public abstract class SketchWriter implements Closeable {
  private SketchWriter() {}

  /** Whether a file of this name takes images. */
  public static boolean takesImages(Path file) {
    return file.getFileName().toString().endsWith(".rskt");
  }

  /**
   * Opens a new file.
   *
   * @param columns floats of every sketch; images may differ
   * @throws InputFileException if it cannot be created at this place
   */
  public static SketchWriter create(Path target, int columns) throws IOException {
    return takesImages(target) ? new Images(target) : new Matrix(target, columns);
  }

  /** Adds a sketch. */
  public abstract void write(Sketch sketch) throws IOException;

  /** Puts the file in its place. */
  public abstract void commit() throws IOException;

  private static final class Images extends SketchWriter {
    private final ReplacingFile file;

    Images(Path target) throws IOException {
      this.file = new ReplacingFile(target);
    }

    @Override
    public void write(Sketch sketch) throws IOException {
      file.write(ByteBuffer.wrap(SketchImage.write(sketch)));
    }

    @Override
    public void commit() throws IOException {
      file.commit();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class Matrix extends SketchWriter {
    private final Path target;
    private final int columns;
    private final NpyWriter rows;

    Matrix(Path target, int columns) throws IOException {
      this.target = target;
      this.columns = columns;
      this.rows = new NpyWriter(target, columns);
    }

    @Override
    public void write(Sketch sketch) throws IOException {
      if (sketch.prefixLength() != columns) {
        throw new InputFileException(
            target,
            "a sketch of "
                + sketch.prefixLength()
                + " floats does not fit a matrix of "
                + columns
                + " columns; name a .rskt file, or truncate all to one length");
      }
      rows.writeRow(sketch.toArray());
    }

    @Override
    public void commit() throws IOException {
      rows.commit();
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }
}
