package io.resketch.client.files;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * What a file of sketches cannot say itself, in JSON beside it: the spec, and for a matrix the
 * masses of its rows, with a checksum that binds them to it ({@code docs/formats.md}). Immutable.
 *
 * @param fingerprint of the spec
 * @param dimension of the spec
 * @param spec if it is known
 * @param rows what is known of the rows of a matrix
 */
public record SpecFile(
    Fingerprint fingerprint, int dimension, Optional<SketchSpec> spec, Optional<SpecRows> rows) {
  /** What to do about sketches of which nobody knows the spec. */
  public static final String REMEDY =
      "give --seed with the --dimension, --blocks-per-column and --family that it was sketched with,"
          + " name the spec with --spec, or put the .spec.json that sketch writes beside it";

  private static final String SUFFIX = ".spec.json";
  private static final Set<String> FIELDS =
      Set.of(
          "fingerprint",
          "dimension",
          "spec",
          "rows",
          "columns",
          "crc32c",
          "masses",
          "runs",
          "noiseVariances");

  /** A spec alone. */
  public static SpecFile of(SketchSpec spec) {
    return new SpecFile(spec.fingerprint(), spec.dimension(), Optional.of(spec), Optional.empty());
  }

  /**
   * Of a matrix of sketches of which no more is known than the fingerprint.
   *
   * @param matrix that was written
   */
  public static SpecFile of(Fingerprint fingerprint, int dimension, NpyWriter matrix) {
    SpecRows rows = SpecRows.withoutMasses(matrix.rows(), matrix.columns(), matrix.checksum());
    return new SpecFile(fingerprint, dimension, Optional.empty(), Optional.of(rows));
  }

  /** Where the file beside a file of sketches is. */
  public static Path beside(Path sketches) {
    return sketches.resolveSibling(sketches.getFileName() + SUFFIX);
  }

  /** Reads the file beside a file of sketches, if there is one. */
  public static Optional<SpecFile> readBeside(Path sketches) throws IOException {
    Path file = beside(sketches);
    return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
  }

  /**
   * Reads a file.
   *
   * @throws InputFileException if it is not such a file; the message names the key
   */
  public static SpecFile read(Path file) throws IOException {
    JsonObject json = StrictJson.read(file);
    for (String name : json.keySet()) {
      if (!FIELDS.contains(name)) {
        throw new InputFileException(
            file,
            name + ": no such field; it has spec, with dimension, blocksPerColumn and seed in it");
      }
    }
    try {
      Optional<SketchSpec> spec = Optional.empty();
      if (json.has("spec")) {
        spec = Optional.of(spec(json.get("spec")));
      }
      if (spec.isEmpty() && !json.has("fingerprint")) {
        throw new InputFileException(file, "has neither spec nor fingerprint");
      }
      SpecFile out =
          new SpecFile(
              json.has("fingerprint") ? fingerprint(json) : spec.get().fingerprint(),
              spec.isPresent()
                  ? spec.get().dimension()
                  : (int) StrictJson.whole(file, json, "dimension", 16, SketchSpec.MAX_DIMENSION),
              spec,
              json.has("masses") || json.has("rows")
                  ? Optional.of(SpecRows.of(file, json))
                  : Optional.empty());
      if (spec.isPresent() && !spec.get().fingerprint().equals(out.fingerprint)) {
        throw new InputFileException(
            file,
            "fingerprint: "
                + out.fingerprint
                + " is not that of the spec beside it, "
                + spec.get().fingerprint()
                + "; correct the spec, or leave the fingerprint out");
      }
      return out;
    } catch (InvalidProtocolBufferException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException
        | ClassCastException e) {
      throw new InputFileException(file, e.getMessage());
    }
  }

  private static SketchSpec spec(JsonElement json) throws InvalidProtocolBufferException {
    if (!json.getAsJsonObject().has("seed")) {
      throw new InvalidInputException("spec.seed", "is missing; say it, also if it is 0");
    }
    io.resketch.v1.SketchSpec.Builder out = io.resketch.v1.SketchSpec.newBuilder();
    JsonFormat.parser().merge(json.toString(), out);
    return Sketches.spec(out.build());
  }

  private static Fingerprint fingerprint(JsonObject json) {
    return Fingerprint.ofBytes(HexFormat.of().parseHex(json.get("fingerprint").getAsString()));
  }

  /**
   * Checks that the matrix beside is the one that this was written for.
   *
   * @throws InputFileException if it is another
   */
  void requireOf(Path matrix, Fingerprint expected, long rowCount, int columns) throws IOException {
    Path file = beside(matrix);
    if (!fingerprint.equals(expected)) {
      throw new InputFileException(
          file,
          "is of fingerprint "
              + fingerprint
              + ", but sketches of "
              + expected
              + " are asked for; leave out the options of the spec");
    }
    if (rows.isEmpty()) {
      return;
    }
    SpecRows told = rows.get();
    boolean same =
        told.count() == rowCount
            && (told.columns() == 0
                || (told.columns() == columns && told.checksum() == NpyReader.checksum(matrix)));
    if (!same) {
      throw new InputFileException(
          file,
          "was written for another matrix than "
              + matrix
              + " is now; delete it, and say what the sketches are of by options");
    }
  }

  /** Writes the file. */
  public void write(Path file) throws IOException {
    JsonObject json = new JsonObject();
    spec.ifPresent(known -> json.add("spec", json(known)));
    json.addProperty("fingerprint", fingerprint.toString());
    json.addProperty("dimension", dimension);
    rows.ifPresent(told -> told.addTo(json));
    try (ReplacingFile out = new ReplacingFile(file)) {
      out.write(ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8)));
      out.commit();
    }
  }

  /** A spec as it stands in such a file. */
  public static JsonObject json(SketchSpec spec) {
    JsonObject out =
        JsonParser.parseString(
                JsonLinesWriter.line(Sketches.spec(spec).toBuilder().clearFingerprint().build()))
            .getAsJsonObject();
    out.addProperty("seed", Long.toUnsignedString(spec.seed())); // also where it is 0
    return out;
  }
}
