package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchSource;
import io.resketch.client.files.SpecFile;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a file of sketches holds. */
@Command(
    name = "inspect",
    description = {
      "Says what a file of sketches holds, and checks every image in it.",
      "",
      "Of images: fingerprint, sizes, encoding, runs, mass, noise, norm, and whether the file says"
          + " how many there are. A NumPy matrix has but a shape and values. The spec is what the"
          + " file, or the .spec.json beside it, says."
    },
    footer = {"  resketch inspect sketches.rskt", "  resketch inspect sketches.npy --json"})
final class InspectCommand extends ClientCommand {
  @Parameters(paramLabel = "SKETCHES", description = "The sketches.")
  private Path file;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "10",
      description = "Describe at most the first N sketches one by one.")
  private long described;

  private final JsonArray list = new JsonArray();
  private double smallest = Double.POSITIVE_INFINITY;
  private double largest;

  @Override
  int run() throws IOException {
    if (!SketchReader.holdsImages(file)) {
      return matrix();
    }
    long rows;
    boolean lengthRecorded;
    try (SketchReader in = SketchReader.openImages(file)) {
      lengthRecorded = in.lengthRecorded();
      rows = SketchFiles.visit(in, "inspect", this::image);
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("kind", "images");
      out.addProperty("rows", rows);
      out.addProperty("lengthRecorded", lengthRecorded);
      addSpec(SketchSource.of(file), out);
      out.add("sketches", list);
      print(out.toString());
    } else {
      print(
          rows
              + (rows == 1 ? " image" : " images")
              + ", all intact"
              + (lengthRecorded
                  ? ""
                  : "; length not recorded: whether images are missing at the end, nobody can tell"));
      printSpec(SketchSource.of(file));
    }
    return 0;
  }

  private void image(long row, Sketch sketch) {
    if (row >= described) {
      return;
    }
    JsonObject out = new JsonObject();
    out.addProperty("fingerprint", sketch.fingerprint().toString());
    out.addProperty("dimension", sketch.dimension());
    out.addProperty("prefixLength", sketch.prefixLength());
    out.addProperty("encoding", sketch.encoding().name());
    out.addProperty("runs", sketch.runs());
    out.addProperty("mass", sketch.mass());
    out.addProperty("noiseVariance", sketch.noiseVariance());
    out.addProperty("norm", Math.sqrt(sketch.energy()));
    if (json()) {
      list.add(out);
      return;
    }
    StringBuilder line = new StringBuilder("row " + row + ":");
    out.entrySet()
        .forEach(e -> line.append(' ').append(e.getKey()).append('=').append(e.getValue()));
    print(line.toString().replace("\"", ""));
  }

  private static void addSpec(SketchSource source, JsonObject out) {
    source.fingerprint().ifPresent(of -> out.addProperty("fingerprint", of.toString()));
    source.spec().ifPresent(spec -> out.add("spec", SpecFile.json(spec)));
  }

  private void printSpec(SketchSource source) {
    if (source.spec().isPresent()) {
      print(
          "spec "
              + SpecFile.json(source.spec().get())
              + ", fingerprint "
              + source.fingerprint().get()
              + ", as "
              + source.told()
              + " says");
    } else if (source.fingerprint().isPresent()) {
      print(
          "fingerprint "
              + source.fingerprint().get()
              + "; the spec is not told: "
              + SpecFile.beside(file)
              + " could say it");
    } else {
      print("the spec is not known: there is no " + SpecFile.beside(file));
    }
  }

  private int matrix() throws IOException {
    long rows;
    int columns;
    try (NpyReader in = new NpyReader(file)) {
      rows = in.rows();
      columns = in.columns();
      for (long row = 0; row < rows; row++) {
        double squares = 0;
        for (float value : in.readRow()) {
          if (!Float.isFinite(value)) {
            throw new InputFileException(file, "row " + row + " has a value that is not finite");
          }
          squares += (double) value * value;
        }
        smallest = Math.min(smallest, Math.sqrt(squares));
        largest = Math.max(largest, Math.sqrt(squares));
      }
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("kind", "matrix");
      out.addProperty("rows", rows);
      out.addProperty("columns", columns);
      if (rows > 0) {
        out.addProperty("smallestNorm", smallest);
        out.addProperty("largestNorm", largest);
      }
      addSpec(SketchSource.of(file), out);
      print(out.toString());
    } else {
      print(
          String.format(
              Locale.ROOT,
              "a NumPy matrix of %d rows of %d float32 values%s",
              rows,
              columns,
              rows == 0
                  ? ""
                  : String.format(Locale.ROOT, ", norms %.6g to %.6g", smallest, largest)));
      printSpec(SketchSource.of(file));
    }
    return 0;
  }
}
