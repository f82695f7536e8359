package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyWriter;
import io.resketch.client.files.SketchWriter;
import io.resketch.client.files.StrictJson;
import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** A teacher network read from a file, and the pairs that are made of it. */
final class TeacherFiles {
  private static final Set<String> FIELDS =
      Set.of(
          "inputs",
          "levels",
          "attributes",
          "nonzero",
          "fanIn",
          "unit",
          "seed",
          "pairs",
          "dimension",
          "family",
          "blocksPerColumn",
          "transparency",
          "sketchSeed");

  private final TeacherNetwork network;
  private final int pairs;
  private final long seed;
  private final SketchSpec spec;

  private TeacherFiles(TeacherNetwork network, int pairs, long seed, SketchSpec spec) {
    this.network = network;
    this.pairs = pairs;
    this.seed = seed;
    this.spec = spec;
  }

  static TeacherFiles of(Path file) throws IOException {
    try {
      JsonObject json = StrictJson.read(file);
      for (String name : json.keySet()) {
        if (!FIELDS.contains(name)) {
          throw new InputFileException(
              file, "has a field \"" + name + "\"; the fields are " + String.join(", ", FIELDS));
        }
      }
      requirePresent(file, json, "inputs", "levels");
      long seed = number(file, json, "seed", 1);
      int dimension = size(file, json, "dimension", 4096);
      TeacherNetwork.Settings settings =
          new TeacherNetwork.Settings(
              size(file, json, "inputs", 0),
              levels(file, json),
              size(file, json, "attributes", 16),
              size(file, json, "nonzero", 4),
              size(file, json, "fanIn", 3),
              truth(file, json, "unit", true),
              seed);
      SketchSpec spec =
          new SketchSpec(
              dimension,
              family(file, json),
              number(file, json, "sketchSeed", 7),
              json.has("transparency")
                  ? json.get("transparency").getAsDouble()
                  : SketchSpec.DEFAULT_TRANSPARENCY);
      TeacherNetwork network = new TeacherNetwork(settings, spec);
      long pairs = number(file, json, "pairs", 40L * network.objects() * settings.attributes());
      if (pairs < 1 || pairs > 10_000_000) {
        throw new InputFileException(file, "pairs: " + pairs + " must be 1 to 10,000,000");
      }
      return new TeacherFiles(network, (int) pairs, seed, spec);
    } catch (JsonParseException | IllegalStateException | NumberFormatException e) {
      throw new InputFileException(file, "is not a teacher in JSON: " + e.getMessage());
    } catch (InvalidInputException e) {
      throw new InputFileException(file, e.getMessage());
    }
  }

  private static Family family(Path file, JsonObject json) {
    SpecOptions.FamilyName name = SpecOptions.FamilyName.BLOCK_SPARSE;
    if (json.has("family")) {
      try {
        name = SpecOptions.FamilyName.of(json.get("family").getAsString());
      } catch (IllegalArgumentException e) {
        throw new InputFileException(file, "family: " + e.getMessage());
      }
    }
    if (name != SpecOptions.FamilyName.BLOCK_SPARSE && json.has("blocksPerColumn")) {
      throw new InputFileException(file, "blocksPerColumn is of block-sparse only; leave it out");
    }
    return name.family(size(file, json, "blocksPerColumn", 16));
  }

  private static void requirePresent(Path file, JsonObject json, String... names) {
    for (String name : names) {
      if (!json.has(name)) {
        throw new InputFileException(file, name + " is missing");
      }
    }
  }

  private static List<Integer> levels(Path file, JsonObject json) {
    List<Integer> out = new ArrayList<>();
    for (JsonElement level : json.get("levels").getAsJsonArray()) {
      JsonObject one = new JsonObject();
      one.add("levels", level);
      out.add(size(file, one, "levels", 0));
    }
    return out;
  }

  private static boolean truth(Path file, JsonObject json, String name, boolean otherwise) {
    if (!json.has(name)) {
      return otherwise;
    }
    JsonElement value = json.get(name);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
      throw new InputFileException(file, name + ": " + value + " is not true or false");
    }
    return value.getAsBoolean();
  }

  private static int size(Path file, JsonObject json, String name, int otherwise) {
    return json.has(name)
        ? (int) StrictJson.whole(file, json, name, 0, Integer.MAX_VALUE)
        : otherwise;
  }

  private static long number(Path file, JsonObject json, String name, long otherwise) {
    return json.has(name)
        ? StrictJson.whole(file, json, name, Long.MIN_VALUE, Long.MAX_VALUE)
        : otherwise;
  }

  int pairs() {
    return pairs;
  }

  void write(Path directory) throws IOException {
    int m = network.settings().attributes();
    int n = network.objects() * m;
    int p = network.settings().inputs() * m;
    SplittableRandom random = new SplittableRandom(seed + 1);
    try (NpyWriter inputs = new NpyWriter(directory.resolve("inputs.npy"), p);
        SketchWriter sketches =
            SketchWriter.create(
                directory.resolve("sketches.npy"), Optional.of(spec), spec.dimension());
        NpyWriter attributes = new NpyWriter(directory.resolve("attributes.npy"), n)) {
      for (int i = 0; i < pairs; i++) {
        TeacherNetwork.Pair pair = network.pair(random);
        inputs.writeRow(java.util.Arrays.copyOf(pair.attributes(), p));
        sketches.write(pair.sketch());
        attributes.writeRow(pair.attributes());
      }
      inputs.commit();
      sketches.commit();
      attributes.commit();
    }
    writeDictionary(directory, n);
    JsonArray wiring = new JsonArray();
    for (int object = network.settings().inputs(); object < network.objects(); object++) {
      JsonObject entry = new JsonObject();
      entry.addProperty("object", object);
      JsonArray from = new JsonArray();
      network.inputs(object).forEach(from::add);
      entry.add("inputs", from);
      wiring.add(entry);
    }
    Files.writeString(directory.resolve("wiring.json"), wiring + "\n");
  }

  /** The effect of each attribute on the sketch, as a unit column. */
  private void writeDictionary(Path directory, int n) throws IOException {
    double[][] columns = network.columns();
    try (NpyWriter out = new NpyWriter(directory.resolve("dictionary.npy"), n)) {
      for (int i = 0; i < spec.dimension(); i++) {
        float[] row = new float[n];
        for (int j = 0; j < n; j++) {
          row[j] = (float) columns[j][i];
        }
        out.writeRow(row);
      }
      out.commit();
    }
  }
}
