package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.Unrolled;
import io.resketch.core.decode.Unroller;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes one object out of every sketch. */
@Command(
    name = "unroll",
    description = {
      "Takes one object out of every sketch: its attributes, and a sketch of the object and all below"
          + " it alone, which compares with every other sketch.",
      "",
      "Prints a JSON object a row. Row i of SKETCHES goes with line i of the skeletons."
    },
    footer = {
      "  resketch unroll sketches.npy --skeletons skeletons.jsonl --object cat1 -o cats.rskt"
    })
final class UnrollCommand extends ClientCommand {
  @Parameters(paramLabel = "SKETCHES", description = "The sketches.")
  private Path sketches;

  @Option(
      names = "--skeletons",
      paramLabel = "FILE.jsonl",
      required = true,
      description = "The skeletons.")
  private Path skeletons;

  @Option(names = "--object", paramLabel = "ID", required = true, description = "The object's id.")
  private String object;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.npy|FILE.rskt",
      description = "Where the sketches of the objects go. Default: nowhere.")
  private Optional<Path> output;

  @Mixin private DecoderOptions decoderOptions;

  @Mixin private ReadSpecOptions specOptions;

  @Override
  int run() throws IOException {
    SketchSpec spec = specOptions.spec(this, sketches);
    Decoder decoder = decoderOptions.decoder(this);
    try (SketchReader rows = SketchReader.open(sketches, spec);
        SkeletonRows lines = SkeletonRows.open(sketches, rows.count(), skeletons)) {
      if (output.isEmpty()) {
        unroll(rows, lines, new Operators(spec), decoder, sketch -> {});
        return 0;
      }
      try (SketchWriter out =
          SketchWriter.create(output.get(), Optional.of(spec), spec.dimension())) {
        unroll(rows, lines, new Operators(spec), decoder, out::write);
        out.commit();
      }
    }
    return 0;
  }

  /** Takes up the sketch of an object. */
  private interface Sink {
    void accept(Sketch sketch) throws IOException;
  }

  private void unroll(
      SketchReader rows, SkeletonRows lines, Operators operators, Decoder kind, Sink sink)
      throws IOException {
    RowDecoder decoder = new RowDecoder(operators, kind);
    Unroller unroller = new Unroller(operators);
    SketchFiles.visit(
        rows,
        "unroll",
        (row, sketch) -> {
          String id = lines.next().getId();
          try {
            Unrolled unrolled =
                unroller.unroll(decoder.next(lines.skeleton()).decode(sketch), object);
            print(line(row, id, unrolled).toString());
            sink.accept(unrolled.sketch());
          } catch (InvalidInputException | MismatchException e) {
            throw new InputFileException(sketches, "row " + row + ": " + e.getMessage());
          }
        });
  }

  private JsonObject line(long row, String id, Unrolled unrolled) {
    JsonArray attributes = new JsonArray();
    for (float value : unrolled.attributes()) {
      attributes.add(value);
    }
    JsonObject out = new JsonObject();
    out.addProperty("row", row);
    if (!id.isEmpty()) {
      out.addProperty("id", id);
    }
    out.addProperty("object", object);
    out.addProperty("module", unrolled.part().skeleton().module(unrolled.object()));
    out.add("attributes", attributes);
    if (Double.isFinite(unrolled.standardError())) {
      out.addProperty("standardError", unrolled.standardError());
    } else {
      out.addProperty(
          "standardError", "Infinity"); // as protobuf writes it; JSON has no such number
    }
    out.addProperty("objectsBelow", unrolled.part().skeleton().size() - 1);
    out.addProperty("sketchError", unrolled.sketchError());
    return out;
  }
}
