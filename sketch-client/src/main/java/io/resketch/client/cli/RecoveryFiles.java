package io.resketch.client.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.files.NpyWriter;
import io.resketch.client.files.WiringPicture;
import io.resketch.client.files.Wirings;
import io.resketch.core.recovery.ObjectFunction;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.recovery.SetAside;
import io.resketch.v1.PredictionCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The directory of a recovered network.
 *
 * @param check how well it predicts all pairs of the job that found it
 */
record RecoveryFiles(RecoveredNetwork network, Optional<PredictionCheck> check) {
  static final String DICTIONARY = "dictionary.npy";
  static final String OFFSET = "offset.npy";
  static final String REPORT = "report.json";
  private static final String MAPS = "maps";

  /** Writes all files, codes where they are kept; returns the report. */
  JsonObject write(Path directory, JsonArray stages, OptionalDouble seconds) throws IOException {
    int n = network.columns();
    int d = network.dimension();
    matrix(directory.resolve(DICTIONARY), d, n, (i, j) -> network.dictionary().get(j)[i]);
    if (!network.codes().isEmpty()) {
      int rows = network.codes().get(0).length;
      matrix(directory.resolve("codes.npy"), rows, n, (i, j) -> network.codes().get(j)[i]);
    }
    matrix(directory.resolve(OFFSET), 1, d, (i, j) -> network.offset()[j]);
    Files.createDirectories(directory.resolve(MAPS));
    for (HiddenObject object : network.objects()) {
      if (object.function().isPresent()) {
        double[][] map = object.function().get().map();
        matrix(map(directory, object.id()), map.length, map[0].length, (i, j) -> map[i][j]);
      }
    }
    Wirings.write(network, directory.resolve("wiring.graphml"));
    WiringPicture.write(network, directory.resolve("wiring.svg"));
    JsonObject report = report(stages, seconds);
    Files.writeString(
        directory.resolve(REPORT),
        new GsonBuilder().setPrettyPrinting().create().toJson(report) + "\n");
    return report;
  }

  /** The file of an object's map. */
  static Path map(Path directory, String id) {
    return directory.resolve(MAPS).resolve(id + ".npy");
  }

  private interface Cell {
    double at(int row, int column);
  }

  private static void matrix(Path file, int rows, int columns, Cell cell) throws IOException {
    try (NpyWriter out = new NpyWriter(file, columns)) {
      for (int i = 0; i < rows; i++) {
        float[] row = new float[columns];
        for (int j = 0; j < columns; j++) {
          row[j] = (float) cell.at(i, j);
        }
        out.writeRow(row);
      }
      out.commit();
    }
  }

  private JsonObject report(JsonArray stages, OptionalDouble seconds) {
    JsonObject out = new JsonObject();
    out.addProperty("summary", network.summary());
    out.addProperty("columns", network.columns());
    out.addProperty("exactColumns", network.snapped());
    JsonArray inputs = new JsonArray();
    int first = 0;
    for (int i = 0; i < network.inputSizes().size(); i++) {
      JsonObject input = new JsonObject();
      input.addProperty("input", i);
      JsonArray columns = new JsonArray();
      JsonArray scales = new JsonArray();
      for (int j = 0; j < network.inputSizes().get(i); j++) {
        scales.add(network.inputScales()[first]);
        columns.add(first++);
      }
      input.add("columns", columns);
      input.add("scales", scales);
      inputs.add(input);
    }
    out.add("inputObjects", inputs);
    JsonArray objects = new JsonArray();
    network.objects().forEach(object -> objects.add(object(object)));
    out.add("objects", objects);
    out.addProperty("heldOutRelativeError", network.heldOutRelativeError());
    network
        .heldOutPredictionRelativeError()
        .ifPresent(error -> out.addProperty("heldOutPredictionRelativeError", error));
    check.ifPresent(of -> out.add("allPairs", allPairs(of)));
    JsonArray unidentified = new JsonArray();
    network.unidentified().forEach(unidentified::add);
    out.add("unidentified", unidentified);
    JsonArray setAside = new JsonArray();
    network.setAside().forEach(some -> setAside.add(setAside(some)));
    out.add("setAside", setAside);
    seconds.ifPresent(value -> out.addProperty("seconds", value));
    out.add("stages", stages);
    return out;
  }

  private static JsonObject setAside(SetAside some) {
    JsonObject out = new JsonObject();
    out.addProperty("reason", some.reason());
    out.addProperty("pairs", some.count());
    JsonArray rows = new JsonArray();
    some.rows().forEach(rows::add);
    out.add("rows", rows);
    return out;
  }

  private static JsonObject allPairs(PredictionCheck check) {
    JsonObject out = new JsonObject();
    out.addProperty("pairs", check.getPairCount());
    out.addProperty("predictionRelativeError", check.getRelativeError());
    out.addProperty("predictedShare", check.getPredictedShare());
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
    object.function().ifPresent(function -> out.add("function", function(function)));
    return out;
  }

  private static JsonObject function(ObjectFunction function) {
    JsonObject out = new JsonObject();
    JsonArray scales = new JsonArray();
    for (double scale : function.scales()) {
      scales.add(scale);
    }
    out.add("scales", scales);
    out.addProperty("kept", function.kept());
    out.addProperty("rectified", function.rectified());
    out.addProperty("unit", function.unit());
    out.addProperty("heldOutRelativeError", function.heldOutRelativeError());
    out.addProperty("sameActive", function.sameActive());
    return out;
  }
}
