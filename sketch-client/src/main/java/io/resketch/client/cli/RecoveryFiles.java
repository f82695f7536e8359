package io.resketch.client.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.files.NpyWriter;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The directory of a recovered network. */
record RecoveryFiles(RecoveredNetwork network) {
  /** Writes all files, codes where they are kept; returns the report. */
  JsonObject write(Path directory, JsonArray stages, OptionalDouble seconds) throws IOException {
    int n = network.columns();
    int d = network.dimension();
    try (NpyWriter out = new NpyWriter(directory.resolve("dictionary.npy"), n)) {
      for (int i = 0; i < d; i++) {
        float[] row = new float[n];
        for (int j = 0; j < n; j++) {
          row[j] = (float) network.dictionary().get(j)[i];
        }
        out.writeRow(row);
      }
      out.commit();
    }
    if (!network.codes().isEmpty()) {
      writeCodes(directory.resolve("codes.npy"), network.codes().get(0).length);
    }
    try (NpyWriter out = new NpyWriter(directory.resolve("offset.npy"), d)) {
      float[] row = new float[d];
      for (int i = 0; i < d; i++) {
        row[i] = (float) network.offset()[i];
      }
      out.writeRow(row);
      out.commit();
    }
    JsonObject report = report(stages, seconds);
    Files.writeString(
        directory.resolve("report.json"),
        new GsonBuilder().setPrettyPrinting().create().toJson(report) + "\n");
    return report;
  }

  private void writeCodes(Path file, int rows) throws IOException {
    int n = network.columns();
    try (NpyWriter out = new NpyWriter(file, n)) {
      for (int i = 0; i < rows; i++) {
        float[] row = new float[n];
        for (int j = 0; j < n; j++) {
          row[j] = (float) network.codes().get(j)[i];
        }
        out.writeRow(row);
      }
      out.commit();
    }
  }

  private JsonObject report(JsonArray stages, OptionalDouble seconds) {
    JsonObject out = new JsonObject();
    out.addProperty("columns", network.columns());
    out.addProperty("exactColumns", network.snapped());
    JsonArray inputs = new JsonArray();
    int first = 0;
    for (int i = 0; i < network.inputSizes().size(); i++) {
      JsonObject input = new JsonObject();
      input.addProperty("input", i);
      JsonArray columns = new JsonArray();
      for (int j = 0; j < network.inputSizes().get(i); j++) {
        columns.add(first++);
      }
      input.add("columns", columns);
      inputs.add(input);
    }
    out.add("inputObjects", inputs);
    JsonArray objects = new JsonArray();
    network.objects().forEach(object -> objects.add(object(object)));
    out.add("objects", objects);
    out.addProperty("heldOutRelativeError", network.heldOutRelativeError());
    JsonArray unidentified = new JsonArray();
    network.unidentified().forEach(unidentified::add);
    out.add("unidentified", unidentified);
    seconds.ifPresent(time -> out.addProperty("seconds", time));
    out.add("stages", stages);
    return out;
  }

  private JsonObject object(HiddenObject object) {
    JsonObject out = new JsonObject();
    out.addProperty("id", object.id());
    JsonArray columns = new JsonArray();
    object.columns().forEach(columns::add);
    out.add("columns", columns);
    out.addProperty("level", object.level());
    JsonArray inputs = new JsonArray();
    int inputObjects = network.inputSizes().size();
    for (Edge edge : object.inputs()) {
      JsonObject input = new JsonObject();
      if (edge.source() < inputObjects) {
        input.addProperty("input", edge.source());
      } else {
        input.addProperty("object", network.objects().get(edge.source() - inputObjects).id());
      }
      input.addProperty("confidence", edge.confidence());
      inputs.add(input);
    }
    out.add("inputs", inputs);
    return out;
  }
}
