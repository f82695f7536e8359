package io.resketch.client.cli;

import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Files of sketches as commands take them. */
final class SketchFiles {
  private SketchFiles() {}

  /** Takes up sketches of a file. */
  interface Visitor {
    void visit(long row, Sketch sketch) throws IOException;
  }

  /** Whether a file tells the masses of its sketches. */
  static boolean massesKnown(Path file, SketchSpec spec) throws IOException {
    try (SketchReader in = SketchReader.open(file, spec)) {
      return in.massesKnown();
    }
  }

  /**
   * Opens a new file.
   *
   * @param massesKnown whether the sketches' masses are their own
   */
  static SketchWriter create(
      Path target, Optional<SketchSpec> spec, int columns, boolean massesKnown) throws IOException {
    return massesKnown
        ? SketchWriter.create(target, spec, columns)
        : SketchWriter.createWithoutMasses(target, spec, columns);
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
