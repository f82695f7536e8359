package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Erases the end of sketches. */
@Command(
    name = "truncate",
    description = {
      "Erases the end of every sketch: what is kept is a valid, smaller sketch.",
      "",
      "SKETCHES is a NumPy matrix or a file of sketch images; the answer is images if its name ends"
          + " in .rskt, else a matrix."
    },
    footer = {
      "  resketch truncate sketches.npy --keep 50%% -o half.npy",
      "  resketch truncate sketches.rskt --keep 1024 -o short.rskt"
    })
final class TruncateCommand extends ClientCommand {
  /** Floats, or a share of those there are. */
  private record Keep(int floats, double share) {
    int of(Sketch sketch) {
      return share == 0
          ? floats
          : (int) (share * sketch.prefixLength()) / SketchSpec.BLOCK_SIZE * SketchSpec.BLOCK_SIZE;
    }
  }

  @Parameters(paramLabel = "SKETCHES", description = "The sketches.")
  private Path sketches;

  @Option(
      names = "--keep",
      paramLabel = "FLOATS|PERCENT%",
      required = true,
      converter = KeepConverter.class,
      description =
          "Floats to keep of each, a multiple of 16, or a share, rounded down to such a number.")
  private Keep keep;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Where the answer goes.")
  private Path output;

  @Mixin private ReadSpecOptions specOptions;

  @Override
  int run() throws IOException {
    try (SketchReader in = specOptions.open(this, sketches)) {
      Sketch first =
          in.next().orElseThrow(() -> new InputFileException(sketches, "holds no sketch"));
      int columns = keep.of(first);
      long rows = 1;
      try (SketchWriter out =
          SketchFiles.create(
              output, specOptions.known(this, sketches), columns, in.massesKnown())) {
        out.write(truncated(0, first));
        for (Optional<Sketch> next = in.next(); next.isPresent(); next = in.next()) {
          out.write(truncated(rows++, next.get()));
        }
        out.commit();
      }
      report(rows, columns);
    }
    return 0;
  }

  private Sketch truncated(long row, Sketch sketch) {
    try {
      return sketch.truncate(keep.of(sketch));
    } catch (InvalidInputException e) {
      throw new InputFileException(sketches, "row " + row + ": --keep: " + e.getMessage());
    }
  }

  private void report(long rows, int columns) {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("rows", rows);
      out.addProperty("prefixLength", columns);
      out.addProperty("output", output.toString());
      print(out.toString());
    } else {
      note(rows + " sketches of " + columns + " floats in " + output);
    }
  }

  /** A number, or a percentage. */
  static final class KeepConverter implements ITypeConverter<Keep> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,7})|(\\d{1,3}(?:\\.\\d{1,3})?)%");

    @Override
    public Keep convert(String value) {
      Matcher matcher = FORM.matcher(value);
      if (matcher.matches()) {
        if (matcher.group(1) != null) {
          return new Keep(Integer.parseInt(matcher.group(1)), 0);
        }
        double percent = Double.parseDouble(matcher.group(2));
        if (percent > 0 && percent <= 100) {
          return new Keep(0, percent / 100);
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is neither a number of floats nor a percentage above 0 up to 100");
    }
  }
}
