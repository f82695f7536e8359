package io.resketch.client.files;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Rows of a NumPy matrix as sketches, or prefixes of sketches, of one spec. */
final class MatrixSketchReader extends SketchReader {
  private final Path file;
  private final SketchSpec spec;
  private final NpyReader rows;
  private long next;

  MatrixSketchReader(Path file, SketchSpec spec) throws IOException {
    this.file = file;
    this.spec = spec;
    this.rows = new NpyReader(file);
    try {
      checkWidth();
    } catch (InputFileException e) {
      rows.close();
      throw e;
    }
  }

  private void checkWidth() {
    String width = "has rows of " + rows.columns() + " values";
    if (rows.columns() > spec.dimension()) {
      throw new InputFileException(
          file,
          width
              + ", more than --dimension="
              + spec.dimension()
              + "; give the parameters that it was sketched with");
    }
    try {
      spec.checkPrefix(rows.columns());
    } catch (InvalidInputException e) {
      throw new InputFileException(
          file,
          width + "; a prefix of a sketch is a multiple of 16 long, 16 to " + spec.dimension());
    }
  }

  @Override
  public long count() {
    return rows.rows();
  }

  @Override
  public Optional<Sketch> next() throws IOException {
    if (next == rows.rows()) {
      return Optional.empty();
    }
    float[] values = rows.readRow();
    try {
      return Optional.of(Sketch.of(spec.fingerprint(), spec.dimension(), values, 1, 1));
    } catch (InvalidInputException e) {
      throw new InputFileException(file, "row " + next + ": " + e.getMessage());
    } finally {
      next++;
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
