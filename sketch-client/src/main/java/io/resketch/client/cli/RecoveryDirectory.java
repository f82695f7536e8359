package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.StrictJson;
import io.resketch.core.recovery.ObjectFunction;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.recovery.SetAside;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Reads the directory that {@link RecoveryFiles} writes, without the codes of the pairs. */
final class RecoveryDirectory {
  private final Path directory;
  private final Path file;

  /** Position of every object in the list of input objects followed by the hidden ones, by id. */
  private final Map<String, Integer> places = new HashMap<>();

  private RecoveryDirectory(Path directory) {
    this.directory = directory;
    this.file = directory.resolve(RecoveryFiles.REPORT);
  }

  /**
   * Reads a network.
   *
   * @throws InputFileException if a file is damaged, or does not go with the others
   */
  static RecoveredNetwork read(Path directory) throws IOException {
    RecoveryDirectory reader = new RecoveryDirectory(directory);
    try {
      return reader.network();
    } catch (NoSuchFileException e) {
      throw new InputFileException(
          directory, "is not what recover writes: " + e.getMessage() + " is missing");
    } catch (JsonParseException
        | IllegalStateException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw new InputFileException(
          reader.file, "is damaged: " + e.getMessage() + "; run recover again");
    }
  }

  private RecoveredNetwork network() throws IOException {
    JsonObject report = StrictJson.read(file);
    float[][] rows = matrix(directory.resolve(RecoveryFiles.DICTIONARY));
    int d = rows.length;
    int n = integer(report, "columns", 1, Integer.MAX_VALUE);
    require(
        d > 0 && rows[0].length == n,
        directory.resolve(RecoveryFiles.DICTIONARY),
        "has " + (d == 0 ? 0 : rows[0].length) + " columns, but " + file + " says " + n);
    List<double[]> dictionary = new ArrayList<>();
    for (int j = 0; j < n; j++) {
      double[] column = new double[d];
      for (int i = 0; i < d; i++) {
        column[i] = rows[i][j];
      }
      dictionary.add(column);
    }
    Path offsetFile = directory.resolve(RecoveryFiles.OFFSET);
    float[][] offset = matrix(offsetFile);
    require(
        offset.length == 1 && offset[0].length == d,
        offsetFile,
        "must be one row of " + d + " values, as many as the dictionary has rows");
    List<Integer> sizes = new ArrayList<>();
    List<Double> scales = new ArrayList<>();
    for (JsonElement element : array(report, "inputObjects")) {
      JsonArray own = array(element.getAsJsonObject(), "scales");
      sizes.add(own.size());
      places.put(Integer.toString(places.size()), places.size());
      for (JsonElement scale : own) {
        double value = scale.getAsDouble();
        require(
            value >= 0 && Double.isFinite(value),
            file,
            "inputObjects: scale " + value + " must be finite and at least 0");
        scales.add(value);
      }
    }
    require(scales.size() <= n, file, "has more scales of inputs than columns=" + n);
    List<HiddenObject> objects = new ArrayList<>();
    for (JsonElement element : array(report, "objects")) {
      objects.add(object(element.getAsJsonObject(), sizes, objects, scales.size(), n));
    }
    List<String> unidentified = new ArrayList<>();
    array(report, "unidentified").forEach(what -> unidentified.add(what.getAsString()));
    return new RecoveredNetwork(
        d,
        sizes,
        scales.stream().mapToDouble(Double::doubleValue).toArray(),
        dictionary,
        doubles(offset[0]),
        List.of(),
        objects,
        unidentified,
        integer(report, "exactColumns", 0, n),
        field(report, "heldOutRelativeError").getAsDouble(),
        report.has("heldOutPredictionRelativeError")
            ? OptionalDouble.of(report.get("heldOutPredictionRelativeError").getAsDouble())
            : OptionalDouble.empty(),
        setAside(report));
  }

  /** None in reports that do not say. */
  private List<SetAside> setAside(JsonObject report) throws IOException {
    List<SetAside> out = new ArrayList<>();
    JsonArray all = report.has("setAside") ? array(report, "setAside") : new JsonArray();
    for (JsonElement element : all) {
      JsonObject some = element.getAsJsonObject();
      List<Integer> rows = new ArrayList<>();
      array(some, "rows").forEach(row -> rows.add(row.getAsInt()));
      out.add(
          new SetAside(
              field(some, "reason").getAsString(),
              integer(some, "pairs", 0, Integer.MAX_VALUE),
              rows));
    }
    return out;
  }

  private HiddenObject object(
      JsonObject json, List<Integer> sizes, List<HiddenObject> before, int first, int n)
      throws IOException {
    String id = field(json, "id").getAsString();
    require(
        id.matches("[A-Za-z0-9_-]+") && !places.containsKey(id),
        file,
        "objects: \"" + id + "\" is there twice, or is no id that recover gives");
    List<Integer> columns = new ArrayList<>();
    for (JsonElement column : array(json, "columns")) {
      int c = column.getAsInt();
      require(
          c >= first && c < n,
          file,
          id + ": column " + c + " must be " + first + " to " + (n - 1) + ", a hidden one");
      columns.add(c);
    }
    int width = 0;
    List<Edge> inputs = new ArrayList<>();
    for (JsonElement element : array(json, "inputs")) {
      JsonObject input = element.getAsJsonObject();
      String name = field(input, input.has("input") ? "input" : "object").getAsString();
      Integer source = places.get(name);
      require(source != null, file, id + ": input " + name + " is not an object before it");
      inputs.add(new Edge(source, field(input, "confidence").getAsDouble()));
      width +=
          source < sizes.size()
              ? sizes.get(source)
              : before.get(source - sizes.size()).columns().size();
    }
    Optional<ObjectFunction> function = Optional.empty();
    if (json.has("function")) {
      function = Optional.of(function(json.getAsJsonObject("function"), id, columns, width));
    }
    places.put(id, sizes.size() + before.size());
    return new HiddenObject(
        id, columns, integer(json, "level", 0, Integer.MAX_VALUE), inputs, function);
  }

  private ObjectFunction function(JsonObject json, String id, List<Integer> columns, int width)
      throws IOException {
    Path mapFile = RecoveryFiles.map(directory, id);
    float[][] rows = matrix(mapFile);
    require(
        rows.length == columns.size() && rows[0].length == width,
        mapFile,
        "must be "
            + columns.size()
            + " rows, the attributes of "
            + id
            + ", of "
            + width
            + " values, those of its inputs");
    double[][] map = new double[rows.length][];
    for (int j = 0; j < map.length; j++) {
      map[j] = doubles(rows[j]);
    }
    JsonArray scales = array(json, "scales");
    require(
        scales.size() == map.length,
        file,
        id + ": " + scales.size() + " scales, but " + map.length + " columns");
    double[] own = new double[map.length];
    for (int j = 0; j < own.length; j++) {
      own[j] = scales.get(j).getAsDouble();
      require(own[j] > 0, file, id + ": scale " + own[j] + " must be above 0");
    }
    return new ObjectFunction(
        map,
        own,
        integer(json, "kept", 1, map.length),
        field(json, "rectified").getAsBoolean(),
        field(json, "unit").getAsBoolean(),
        field(json, "heldOutRelativeError").getAsDouble(),
        field(json, "sameActive").getAsDouble());
  }

  private JsonElement field(JsonObject json, String name) throws InputFileException {
    require(json.has(name), file, "is damaged: " + name + " is missing; run recover again");
    return json.get(name);
  }

  private JsonArray array(JsonObject json, String name) throws InputFileException {
    return field(json, name).getAsJsonArray();
  }

  private int integer(JsonObject json, String name, int least, int most) throws InputFileException {
    return (int) StrictJson.whole(file, json, name, least, most);
  }

  private static void require(boolean holds, Path file, String message) throws InputFileException {
    if (!holds) {
      throw new InputFileException(file, message);
    }
  }

  private static float[][] matrix(Path file) throws IOException {
    try (NpyReader in = new NpyReader(file)) {
      require(in.rows() > 0 && in.rows() < 1 << 24, file, "has " + in.rows() + " rows");
      float[][] out = new float[(int) in.rows()][];
      for (int i = 0; i < out.length; i++) {
        out[i] = in.readRow();
        for (int j = 0; j < out[i].length; j++) {
          require(
              Float.isFinite(out[i][j]),
              file,
              "has " + out[i][j] + " in row " + i + ", column " + j + "; run recover again");
        }
      }
      return out;
    }
  }

  private static double[] doubles(float[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }
}
