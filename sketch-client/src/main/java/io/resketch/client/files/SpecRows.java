package io.resketch.client.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.SketchHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a {@link SpecFile} tells of the rows of a matrix.
 *
 * @param columns of the matrix, 0 if the file was written by hand and is bound to no matrix
 * @param checksum CRC-32C of the values
 * @param massesKnown whether the masses are the rows' own; if not, all are 1
 * @param masses of the rows
 * @param runs of the rows
 * @param noiseVariances of the rows
 */
record SpecRows(
    int columns,
    int checksum,
    boolean massesKnown,
    double[] masses,
    double[] runs,
    double[] noiseVariances) {

  int count() {
    return masses.length;
  }

  double mass(int row) {
    return masses[row];
  }

  long runs(int row) {
    return (long) runs[row];
  }

  double noiseVariance(int row) {
    return noiseVariances[row];
  }

  static SpecRows withoutMasses(long rows, int columns, int checksum) {
    double[] ones = new double[Math.toIntExact(rows)];
    Arrays.fill(ones, 1);
    return new SpecRows(columns, checksum, false, ones, ones, new double[ones.length]);
  }

  static SpecRows of(Path file, JsonObject json) {
    int rows =
        json.has("rows")
            ? (int) StrictJson.whole(file, json, "rows", 0, Integer.MAX_VALUE)
            : json.getAsJsonArray("masses").size();
    boolean bound = json.has("crc32c");
    SpecRows out =
        new SpecRows(
            bound ? (int) StrictJson.whole(file, json, "columns", 1, Integer.MAX_VALUE) : 0,
            bound ? Integer.parseUnsignedInt(json.get("crc32c").getAsString(), 16) : 0,
            json.has("masses"),
            numbers(json, "masses", rows, 1),
            numbers(json, "runs", rows, 1),
            numbers(json, "noiseVariances", rows, 0));
    for (double value : out.runs) {
      if (value != Math.rint(value) || value < 1 || value > SketchHeader.MAX_RUNS) {
        throw new InvalidInputException("runs", value + " must be a whole number, 1 to 2^53");
      }
    }
    return out;
  }

  private static double[] numbers(JsonObject json, String name, int rows, double otherwise) {
    double[] out = new double[rows];
    if (!json.has(name)) {
      Arrays.fill(out, otherwise);
      return out;
    }
    JsonArray values = json.getAsJsonArray(name);
    if (values.size() != rows) {
      throw new InvalidInputException(
          name, values.size() + " numbers for " + rows + " rows; give one for each");
    }
    for (int i = 0; i < rows; i++) {
      JsonElement value = values.get(i);
      if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
        throw new InvalidInputException(name + "[" + i + "]", value + " is not a number");
      }
      out[i] = value.getAsDouble();
    }
    return out;
  }

  void addTo(JsonObject json) {
    json.addProperty("rows", masses.length);
    json.addProperty("columns", columns);
    json.addProperty("crc32c", String.format(Locale.ROOT, "%08x", checksum));
    if (massesKnown) {
      json.add("masses", array(masses));
    }
    if (Arrays.stream(runs).anyMatch(value -> value != 1)) {
      json.add("runs", array(runs));
    }
    if (Arrays.stream(noiseVariances).anyMatch(value -> value != 0)) {
      json.add("noiseVariances", array(noiseVariances));
    }
  }

  private static JsonArray array(double[] values) {
    JsonArray out = new JsonArray(values.length);
    for (double value : values) {
      if (value == (long) value && Math.abs(value) < 1e15) {
        out.add((long) value);
      } else {
        out.add(value);
      }
    }
    return out;
  }

  /** Rows as they are written. */
  static final class Builder {
    private final List<double[]> rows = new ArrayList<>();

    void add(Sketch sketch) {
      rows.add(new double[] {sketch.mass(), sketch.runs(), sketch.noiseVariance()});
    }

    SpecRows build(int columns, int checksum, boolean massesKnown) {
      return new SpecRows(columns, checksum, massesKnown, column(0), column(1), column(2));
    }

    private double[] column(int i) {
      return rows.stream().mapToDouble(row -> row[i]).toArray();
    }
  }
}
