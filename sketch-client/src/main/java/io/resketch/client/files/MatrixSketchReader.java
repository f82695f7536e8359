package io.resketch.client.files;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.SketchHeader;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/** Rows of a NumPy matrix as sketches, or prefixes of sketches, of one spec. */
final class MatrixSketchReader extends SketchReader {
  private final Path file;
  private final Fingerprint fingerprint;
  private final int dimension;
  private final Optional<SpecRows> told;
  private final NpyReader rows;
  private int next;

  /**
   * @param beside what stands beside the matrix
   */
  MatrixSketchReader(Path file, Fingerprint fingerprint, int dimension, Optional<SpecFile> beside)
      throws IOException {
    this.file = file;
    this.fingerprint = fingerprint;
    this.dimension = dimension;
    this.told = beside.flatMap(SpecFile::rows);
    this.rows = new NpyReader(file);
    try {
      checkWidth();
      if (beside.isPresent()) {
        beside.get().requireOf(file, fingerprint, rows.rows(), rows.columns());
      }
    } catch (IOException | RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  private void checkWidth() {
    String width = "has rows of " + rows.columns() + " values";
    if (rows.columns() > dimension) {
      throw new InputFileException(
          file,
          width
              + ", more than the dimension "
              + dimension
              + "; give the parameters that it was sketched with");
    }
    try {
      SketchSpec.checkPrefix(rows.columns(), dimension);
    } catch (InvalidInputException e) {
      throw new InputFileException(
          file, width + "; a prefix of a sketch is a multiple of 16 long, 16 to " + dimension);
    }
  }

  @Override
  public long count() {
    return rows.rows();
  }

  @Override
  public boolean massesKnown() {
    return told.isPresent() && told.get().massesKnown();
  }

  @Override
  public boolean lengthRecorded() {
    return true;
  }

  @Override
  public Optional<Sketch> next() throws IOException {
    if (next == rows.rows()) {
      return Optional.empty();
    }
    float[] values = rows.readRow();
    try {
      return Optional.of(sketch(values));
    } catch (InvalidInputException e) {
      throw new InputFileException(file, "row " + next + ": " + e.getMessage());
    } finally {
      next++;
    }
  }

  private Sketch sketch(float[] values) {
    if (told.isEmpty()) {
      return Sketch.of(fingerprint, dimension, values, 1, 1);
    }
    SpecRows row = told.get();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Sketch.of(
        new SketchHeader(
            fingerprint,
            dimension,
            values.length,
            Encoding.F32,
            row.runs(next),
            row.mass(next),
            row.noiseVariance(next)),
        bytes);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
