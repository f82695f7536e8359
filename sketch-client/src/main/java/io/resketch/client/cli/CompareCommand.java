package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares sketches row by row. */
@Command(
    name = "compare",
    description = {
      "Cosine similarity of sketches: row i of A with row i of B; where one file holds one sketch, it"
          + " with every row of the other."
    },
    footer = {
      "  resketch compare monday.rskt tuesday.rskt",
      "  resketch compare one.npy all.npy --seed 7 --json"
    })
final class CompareCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "A", description = "Sketches.")
  private Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Sketches to compare them with.")
  private Path b;

  @Option(
      names = "--prefix-length",
      paramLabel = "FLOATS",
      description = "Compare this many floats from the start. Default: all that both hold.")
  private Optional<Integer> prefixLength;

  @Mixin private SpecOptions specOptions;

  private final JsonArray list = new JsonArray();

  @Override
  int run() throws IOException {
    try (SketchReader left = SketchFiles.open(a, () -> specOptions.spec(this));
        SketchReader right = SketchFiles.open(b, () -> specOptions.spec(this))) {
      long leftCount = left.count();
      long rightCount = right.count();
      if (leftCount == 0 || rightCount == 0) {
        throw new InputFileException(leftCount == 0 ? a : b, "holds no sketch");
      }
      if (leftCount != rightCount && leftCount != 1 && rightCount != 1) {
        throw new InputFileException(
            a,
            "holds "
                + leftCount
                + " sketches and "
                + b
                + " "
                + rightCount
                + "; row i goes with row i, so the numbers must be equal, or one of them 1");
      }
      Sketch x = left.next().orElseThrow();
      Sketch y = right.next().orElseThrow();
      for (long row = 0; row < Math.max(leftCount, rightCount); row++) {
        if (row > 0) {
          x = leftCount == 1 ? x : left.next().orElseThrow();
          y = rightCount == 1 ? y : right.next().orElseThrow();
        }
        answer(row, x, y);
      }
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.add("rows", list);
      print(out.toString());
    }
    return 0;
  }

  private void answer(long row, Sketch x, Sketch y) {
    double cosine;
    try {
      cosine = prefixLength.isPresent() ? x.cosine(y, prefixLength.get()) : x.cosine(y);
    } catch (InvalidInputException | MismatchException e) {
      throw new InputFileException(b, "row " + row + ": " + e.getMessage());
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("row", row);
      out.addProperty("cosine", cosine);
      list.add(out);
    } else {
      print(String.format(Locale.ROOT, "%d  %.6f", row, cosine));
    }
  }
}
