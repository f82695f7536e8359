package io.resketch.client.files;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Sketches of a file one after the other: rows of a NumPy matrix, which say nothing of their spec,
 * or sketch images back to back. Not thread-safe.
 */
public abstract class SketchReader implements Closeable {
  private static final byte[] IMAGE_MAGIC = {'R', 'S', 'K', 'T'};

  /** Only in this package. */
  SketchReader() {}

  /**
   * Opens a file of either kind, told by how it begins.
   *
   * @param spec that all sketches must be of
   * @throws InputFileException if it is of neither kind, or a matrix whose rows do not fit the spec
   */
  public static SketchReader open(Path file, SketchSpec spec) throws IOException {
    return holdsImages(file)
        ? new ImageFileReader(file, Optional.of(spec))
        : new MatrixSketchReader(file, spec);
  }

  /** Opens a file of sketch images of any spec. */
  public static SketchReader openImages(Path file) throws IOException {
    return new ImageFileReader(file, Optional.empty());
  }

  /** Whether a file begins as a sketch image does. */
  public static boolean holdsImages(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(IMAGE_MAGIC.length), IMAGE_MAGIC);
    }
  }

  /** Number of sketches in the file; may cost a pass over it. */
  public abstract long count() throws IOException;

  /**
   * The next sketch. Rows of a matrix have mass 1 and one run.
   *
   * @return absent at the end of the file
   * @throws InputFileException if it is damaged, not finite, or of another spec; the message names
   *     the row, from 0
   */
  public abstract Optional<Sketch> next() throws IOException;
}
