package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds sketches to one. */
@Command(
    name = "combine",
    description = {
      "Adds all sketches of all files to one: the sketch of the whole collection of runs, which"
          + " answers the same questions about it.",
      "",
      "Each run counts by its mass, times the weight of its file; a weight of -1 takes runs out"
          + " again. Rows of a NumPy matrix without masses beside it count 1 each, and no image can"
          + " be made of them. The answer is an image if its name ends in .rskt, else a matrix of"
          + " one row."
    },
    footer = {
      "  resketch combine monday.rskt tuesday.rskt -o week.rskt",
      "  resketch combine all.rskt bad.rskt --weights 1,-1 -o rest.rskt"
    })
final class CombineCommand extends ClientCommand {
  @Parameters(
      paramLabel = "SKETCHES",
      showDefaultValue = Visibility.NEVER,
      arity = "1..*",
      description = "Files of sketches.")
  private List<Path> files = List.of();

  @Option(
      names = "--weights",
      paramLabel = "WEIGHT",
      split = ",",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "One weight per file. Default: 1 for each.")
  private List<Double> weights = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Where the answer goes.")
  private Path output;

  @Mixin private ReadSpecOptions specOptions;

  /**
   * Added and taken out apart: each alone never cancels, so that both can be summed up on the way.
   */
  private final SketchSum added = new SketchSum();

  private final SketchSum taken = new SketchSum();
  private boolean massesKnown = true;
  private long rows;

  @Override
  int run() throws IOException {
    if (!weights.isEmpty() && weights.size() != files.size()) {
      throw wrongUse("--weights has " + weights.size() + " weights for " + files.size() + " files");
    }
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      double weight = weights.isEmpty() ? 1 : weights.get(i);
      SketchSum side = weight < 0 ? taken : added;
      try (SketchReader in = specOptions.open(this, file)) {
        massesKnown &= in.massesKnown();
        rows +=
            SketchFiles.visit(in, "combine", (row, sketch) -> side.add(sketch, Math.abs(weight)));
      }
    }
    if (rows == 0) {
      throw new InputFileException(files.get(0), "holds no sketch");
    }
    Sketch sum = added.minus(taken);
    Optional<SketchSpec> spec = specOptions.known(this, files.get(0));
    try (SketchWriter out = SketchFiles.create(output, spec, sum.prefixLength(), massesKnown)) {
      out.write(sum);
      out.commit();
    }
    report(sum);
    return 0;
  }

  private void report(Sketch sum) {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("rows", rows);
      out.addProperty("runs", sum.runs());
      out.addProperty("mass", sum.mass());
      out.addProperty("prefixLength", sum.prefixLength());
      out.addProperty("output", output.toString());
      print(out.toString());
    } else {
      note(rows + " sketches, " + sum.runs() + " runs of mass " + sum.mass() + ", in " + output);
    }
  }
}
