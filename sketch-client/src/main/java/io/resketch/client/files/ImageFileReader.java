package io.resketch.client.files;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.format.FileMarks;
import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Fingerprint;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Sketch images that lie one behind the other in a file, with or without marks around them. */
final class ImageFileReader extends SketchReader {
  private final Path file;
  private final Optional<Fingerprint> expected;
  private final ImageFileLayout layout;
  private final InputStream in;
  private long next;

  /**
   * @param expected that all images must have; absent: any
   */
  ImageFileReader(Path file, Optional<Fingerprint> expected) throws IOException {
    this.file = file;
    this.expected = expected;
    this.layout = ImageFileLayout.of(file);
    this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
  }

  @Override
  public long count() {
    return layout.images();
  }

  @Override
  public boolean massesKnown() {
    return true;
  }

  @Override
  public boolean lengthRecorded() {
    return layout.lengthRecorded();
  }

  @Override
  public Optional<Sketch> next() throws IOException {
    byte[] start = in.readNBytes(FileMarks.MAGIC_BYTES);
    while (FileMarks.isHead(start) || FileMarks.isEnd(start)) {
      if (FileMarks.isHead(start)) {
        start = joined(start, FileMarks.HEAD_BYTES);
        in.skipNBytes(FileMarks.headBytes(start) - start.length);
      } else {
        in.skipNBytes(FileMarks.END_BYTES - start.length);
      }
      start = in.readNBytes(FileMarks.MAGIC_BYTES);
    }
    if (start.length == 0) {
      return Optional.empty();
    }
    try {
      byte[] header = joined(start, SketchImage.HEADER_BYTES);
      Sketch sketch = SketchImage.read(joined(header, SketchImage.length(header)));
      expected.ifPresent(sketch::requireFingerprint);
      next++;
      return Optional.of(sketch);
    } catch (InvalidInputException | MismatchException e) {
      throw new InputFileException(file, "row " + next + ": " + e.getMessage());
    }
  }

  /** The bytes read and those behind them, up to a length in all. */
  private byte[] joined(byte[] start, int length) throws IOException {
    byte[] out = Arrays.copyOf(start, length);
    int read = in.readNBytes(out, start.length, length - start.length);
    return Arrays.copyOf(out, start.length + read);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
