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
 * Sketches of a file one after the other: sketch images, or rows of a NumPy matrix, of which the
 * {@link SpecFile} beside it says the rest. Not thread-safe.
 */
public abstract class SketchReader implements Closeable {
  private static final byte[] IMAGE_MAGIC = {'R', 'S', 'K', 'T'};
  private static final byte[] HEAD_MAGIC = {'R', 'S', 'K', 'F'};

  /** Only in this package. */
  SketchReader() {}

  /**
   * Opens a file of either kind, told by how it begins.
   *
   * @param spec that all sketches must be of
   * @throws InputFileException if it is of neither kind, cut off, or of another spec
   */
  public static SketchReader open(Path file, SketchSpec spec) throws IOException {
    return holdsImages(file)
        ? new ImageFileReader(file, Optional.of(spec.fingerprint()))
        : new MatrixSketchReader(
            file, spec.fingerprint(), spec.dimension(), SpecFile.readBeside(file));
  }

  /**
   * Opens a file that says itself, or by the file beside it, what its sketches are of.
   *
   * @throws InputFileException if it does not, or is of neither kind or cut off
   */
  public static SketchReader openDescribed(Path file) throws IOException {
    if (holdsImages(file)) {
      return openImages(file);
    }
    SpecFile beside =
        SpecFile.readBeside(file)
            .orElseThrow(
                () ->
                    new InputFileException(
                        file, "does not say what its sketches are of; " + SpecFile.REMEDY));
    return new MatrixSketchReader(
        file, beside.fingerprint(), beside.dimension(), Optional.of(beside));
  }

  /** Opens a file of sketch images of any spec. */
  public static SketchReader openImages(Path file) throws IOException {
    return new ImageFileReader(file, Optional.empty());
  }

  /** Whether a file begins as one of sketch images does. */
  public static boolean holdsImages(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(IMAGE_MAGIC.length);
      return Arrays.equals(start, IMAGE_MAGIC) || Arrays.equals(start, HEAD_MAGIC);
    }
  }

  /** Number of sketches in the file. */
  public abstract long count();

  /** Whether the masses of the sketches are their own; if not, all have mass 1. */
  public abstract boolean massesKnown();

  /** Whether the file says how many sketches it holds. */
  public abstract boolean lengthRecorded();

  /**
   * The next sketch.
   *
   * @return absent at the end of the file
   * @throws InputFileException if it is damaged, not finite, or of another spec; the message names
   *     the row, from 0
   */
  public abstract Optional<Sketch> next() throws IOException;
}
