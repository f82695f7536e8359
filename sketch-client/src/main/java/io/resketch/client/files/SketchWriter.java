package io.resketch.client.files;

import io.resketch.core.format.FileMarks;
import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes sketches one after the other: as images between their marks where the name of the file
 * ends in {@code .rskt}, else as rows of a NumPy matrix with a {@link SpecFile} beside it. The
 * files appear on {@link #commit()}. Not thread-safe.
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
   * @param spec of the sketches, if it is known
   * @param columns floats of every sketch; images may differ
   * @throws InputFileException if it cannot be created at this place
   */
  public static SketchWriter create(Path target, Optional<SketchSpec> spec, int columns)
      throws IOException {
    return takesImages(target) ? new Images(target, spec) : new Matrix(target, spec, columns, true);
  }

  /**
   * As {@link #create}, for sketches whose masses are not their own.
   *
   * @throws InputFileException if the name is that of images, which carry masses
   */
  public static SketchWriter createWithoutMasses(
      Path target, Optional<SketchSpec> spec, int columns) throws IOException {
    if (takesImages(target)) {
      throw new InputFileException(
          target,
          "images carry masses, which the matrix that was read has not; write a .npy file, or put the"
              + " masses into the .spec.json beside the matrix");
    }
    return new Matrix(target, spec, columns, false);
  }

  /** Adds a sketch. */
  public abstract void write(Sketch sketch) throws IOException;

  /** Puts the file in its place. */
  public abstract void commit() throws IOException;

  private static final class Images extends SketchWriter {
    private final ReplacingFile file;
    private long images;

    Images(Path target, Optional<SketchSpec> spec) throws IOException {
      this.file = new ReplacingFile(target);
      file.write(ByteBuffer.wrap(FileMarks.head(spec)));
    }

    @Override
    public void write(Sketch sketch) throws IOException {
      file.write(ByteBuffer.wrap(SketchImage.write(sketch)));
      images++;
    }

    @Override
    public void commit() throws IOException {
      file.write(ByteBuffer.wrap(FileMarks.end(images)));
      file.commit();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private static final class Matrix extends SketchWriter {
    private final Path target;
    private final Optional<SketchSpec> spec;
    private final int columns;
    private final boolean masses;
    private final NpyWriter rows;
    private final SpecRows.Builder told = new SpecRows.Builder();
    private Optional<Sketch> first = Optional.empty();

    Matrix(Path target, Optional<SketchSpec> spec, int columns, boolean masses) throws IOException {
      this.target = target;
      this.spec = spec;
      this.columns = columns;
      this.masses = masses;
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
      told.add(sketch);
      first = first.isPresent() ? first : Optional.of(sketch);
    }

    /** What stands beside the matrix says of which it is, and is refused beside another. */
    @Override
    public void commit() throws IOException {
      rows.commit();
      if (first.isEmpty()) {
        return;
      }
      new SpecFile(
              first.get().fingerprint(),
              first.get().dimension(),
              spec,
              Optional.of(told.build(columns, rows.checksum(), masses)))
          .write(SpecFile.beside(target));
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }
}
