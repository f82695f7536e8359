package io.resketch.client.cli;

import io.resketch.client.Pair;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchSource;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Fingerprint;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Pairs in two files, row by row as they are needed: inputs as a NumPy matrix, sketches as another
 * or as sketch images. Not thread-safe.
 */
final class PairFiles implements Iterator<Pair>, Closeable {
  /** The sketches, one after the other. */
  private interface Sketches extends Closeable {
    long rows();

    float[] next() throws IOException;

    Optional<Fingerprint> fingerprint();
  }

  private final NpyReader inputs;
  private final Sketches sketches;
  private long row;

  private PairFiles(NpyReader inputs, Sketches sketches) {
    this.inputs = inputs;
    this.sketches = sketches;
  }

  /**
   * Opens two files.
   *
   * @throws InputFileException if they are not such files, or of different numbers of rows
   */
  static PairFiles open(Path inputFile, Path sketchFile) throws IOException {
    Sketches sketches =
        SketchReader.holdsImages(sketchFile) ? images(sketchFile) : matrix(sketchFile);
    try {
      NpyReader inputs = new NpyReader(inputFile);
      PairFiles out = new PairFiles(inputs, sketches);
      if (inputs.rows() != sketches.rows()) {
        inputs.close();
        throw new InputFileException(
            inputFile,
            "has "
                + inputs.rows()
                + " rows, but "
                + sketchFile
                + " has "
                + sketches.rows()
                + "; row i of both must be of one run");
      }
      return out;
    } catch (IOException | RuntimeException e) {
      sketches.close();
      throw e;
    }
  }

  private static Sketches matrix(Path file) throws IOException {
    Optional<Fingerprint> fingerprint = SketchSource.of(file).fingerprint();
    NpyReader in = new NpyReader(file);
    return new Sketches() {
      @Override
      public long rows() {
        return in.rows();
      }

      @Override
      public float[] next() throws IOException {
        return in.readRow();
      }

      @Override
      public Optional<Fingerprint> fingerprint() {
        return fingerprint;
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  private static Sketches images(Path file) throws IOException {
    long rows;
    Fingerprint fingerprint;
    try (SketchReader in = SketchReader.openImages(file)) {
      rows = in.count();
      fingerprint = in.next().orElseThrow().fingerprint();
    }
    SketchReader in = SketchReader.openImages(file);
    return new Sketches() {
      @Override
      public long rows() {
        return rows;
      }

      @Override
      public float[] next() throws IOException {
        Sketch sketch = in.next().orElseThrow();
        sketch.requireFingerprint(fingerprint);
        return sketch.toArray();
      }

      @Override
      public Optional<Fingerprint> fingerprint() {
        return Optional.of(fingerprint);
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  long rows() {
    return inputs.rows();
  }

  /** Of the spec of the sketches, where they say it. */
  Optional<Fingerprint> fingerprint() {
    return sketches.fingerprint();
  }

  @Override
  public boolean hasNext() {
    return row < inputs.rows();
  }

  @Override
  public Pair next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the files have ended");
    }
    row++;
    try {
      return new Pair(inputs.readRow(), sketches.next());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    inputs.close();
    sketches.close();
  }
}
