package io.resketch.client.cli;

import io.resketch.client.files.SketchReader;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Files of sketches as commands take them. */
final class SketchFiles {
  private SketchFiles() {}

  /** Takes up sketches of a file. */
  interface Visitor {
    void visit(long row, Sketch sketch) throws IOException;
  }

  /**
   * Opens a file. Images carry their fingerprint, so only a matrix needs the options of a spec.
   *
   * @param spec asked for if the file is a matrix
   */
  static SketchReader open(Path file, Supplier<SketchSpec> spec) throws IOException {
    return SketchReader.holdsImages(file)
        ? SketchReader.openImages(file)
        : SketchReader.open(file, spec.get());
  }

  /**
   * Visits all sketches of a file, with a progress bar.
   *
   * @return their number
   */
  static long visit(SketchReader in, String task, Visitor visitor) throws IOException {
    long rows = 0;
    try (Progress progress = Progress.start(task, in::count)) {
      for (Optional<Sketch> sketch = in.next(); sketch.isPresent(); sketch = in.next()) {
        visitor.visit(rows++, sketch.get());
        progress.step();
      }
    }
    return rows;
  }

  /** Names as options have them. */
  static final class EncodingName implements ITypeConverter<Encoding> {
    @Override
    public Encoding convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "f32" -> Encoding.F32;
        case "bf16" -> Encoding.BF16;
        case "i8" -> Encoding.I8_BLOCK;
        default -> throw new TypeConversionException("'" + value + "' is not f32, bf16 or i8");
      };
    }
  }
}
