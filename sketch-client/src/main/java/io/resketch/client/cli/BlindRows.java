package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Decodes a file of sketches without skeletons. */
final class BlindRows {
  private final Path sketches;
  private final SketchSpec spec;
  private final Operators operators;
  private final List<ModuleProfile> modules;
  private final ConcurrentLinkedDeque<BlindDecoder> idle = new ConcurrentLinkedDeque<>();

  BlindRows(Path sketches, SketchSpec spec, List<ModuleProfile> modules) {
    this.sketches = sketches;
    this.spec = spec;
    this.operators = new Operators(spec);
    this.modules = modules;
  }

  /**
   * Decodes all rows.
   *
   * @return their number
   */
  long run(ParallelRows.Sink sink) throws IOException {
    try (SketchReader rows = SketchReader.open(sketches, spec)) {
      return ParallelRows.run(
          rows, "decode", (row, sketch) -> () -> decode(row, sketch).toString(), sink);
    }
  }

  private JsonObject decode(long row, Sketch sketch) {
    BlindDecoder kept = idle.poll();
    BlindDecoder decoder = kept == null ? new BlindDecoder(operators, modules) : kept;
    try {
      return line(row, decoder.decode(sketch));
    } catch (InvalidInputException | MismatchException e) {
      throw new InputFileException(sketches, "row " + row + ": " + e.getMessage());
    } finally {
      idle.push(decoder);
    }
  }

  private JsonObject line(long row, BlindTree tree) {
    JsonArray objects = new JsonArray();
    for (int i = 0; i < tree.objects().size(); i++) {
      objects.add(object(tree, i));
    }
    JsonObject out = new JsonObject();
    out.addProperty("row", row);
    out.addProperty("status", tree.status().name());
    if (!tree.reason().isEmpty()) {
      out.addProperty("reason", tree.reason());
    }
    out.addProperty("relativeResidual", tree.relativeResidual());
    out.addProperty("missingWeight", tree.missingWeight());
    out.addProperty("hiddenWeight", tree.hiddenWeight());
    out.add("objects", objects);
    tree.computation()
        .ifPresent(
            found ->
                out.add(
                    "computation",
                    JsonParser.parseString(JsonLinesWriter.line(Graphs.computation(found)))));
    return out;
  }

  private JsonObject object(BlindTree tree, int i) {
    BlindObject object = tree.objects().get(i);
    JsonObject out = new JsonObject();
    out.addProperty("path", tree.path(i));
    out.addProperty("module", object.module());
    out.addProperty("hasInputs", object.inner());
    if (modules.stream().anyMatch(m -> m.pooled() && m.name().equals(object.module()))) {
      out.addProperty("together", true);
    }
    out.addProperty("weight", tree.weight(i));
    out.addProperty("effectiveWeight", object.effectiveWeight());
    out.addProperty("effectiveWeightError", object.effectiveWeightError());
    out.addProperty("confidence", object.confidence());
    out.addProperty("deviations", object.deviations());
    JsonArray attributes = new JsonArray();
    for (float value : object.attributes()) {
      attributes.add(value);
    }
    out.add("attributes", attributes);
    out.addProperty("standardError", object.attributeError());
    out.addProperty("determined", object.attributesDetermined());
    return out;
  }
}
