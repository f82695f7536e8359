package io.resketch.client.files;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Sketch images that lie one behind the other in a file. */
final class ImageFileReader extends SketchReader {
  private final Path file;
  private final Optional<SketchSpec> spec;
  private final InputStream in;
  private long next;

  ImageFileReader(Path file, Optional<SketchSpec> spec) throws IOException {
    this.file = file;
    this.spec = spec;
    this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
  }

  @Override
  public long count() throws IOException {
    try (ImageFileReader again = new ImageFileReader(file, Optional.empty())) {
      long count = 0;
      for (byte[] header = again.header(); header.length > 0; header = again.header()) {
        again.in.skipNBytes(again.length(header) - header.length);
        count++;
        again.next++;
      }
      return count;
    } catch (java.io.EOFException e) {
      throw new InputFileException(file, "is cut off within its last image");
    }
  }

  private byte[] header() throws IOException {
    byte[] header = in.readNBytes(SketchImage.HEADER_BYTES);
    if (header.length > 0 && header.length < SketchImage.HEADER_BYTES) {
      throw new InputFileException(file, "is cut off within the header of row " + next);
    }
    return header;
  }

  private int length(byte[] header) {
    try {
      return SketchImage.length(header);
    } catch (InvalidInputException e) {
      throw fault(e);
    }
  }

  @Override
  public Optional<Sketch> next() throws IOException {
    byte[] header = header();
    if (header.length == 0) {
      return Optional.empty();
    }
    int length = length(header);
    byte[] rest = in.readNBytes(length - header.length);
    byte[] image = Arrays.copyOf(header, header.length + rest.length);
    System.arraycopy(rest, 0, image, header.length, rest.length);
    try {
      Sketch sketch = SketchImage.read(image);
      spec.ifPresent(s -> sketch.requireFingerprint(s.fingerprint()));
      next++;
      return Optional.of(sketch);
    } catch (InvalidInputException | MismatchException e) {
      throw fault(e);
    }
  }

  private InputFileException fault(RuntimeException e) {
    return new InputFileException(file, "row " + next + ": " + e.getMessage());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
