package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.NpyWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoverCommandTest {
  @TempDir private Path directory;
  private Path teacher;

  @BeforeEach
  void writeTeacher() throws Exception {
    teacher = directory.resolve("teacher.json");
    Files.writeString(
        teacher,
        """
        {"inputs": 2, "levels": [2], "attributes": 12, "nonzero": 3, "seed": 1, "pairs": 1920,
         "dimension": 1024, "sketchSeed": 8}
        """);
  }

  private CliRun generate(Path pairs) {
    return CliRun.of("recover", "--generate", teacher.toString(), "-o", pairs.toString());
  }

  private CliRun recover(Path inputs, String sizes, Path sketches, Path out) {
    return CliRun.of(
        "recover",
        "--inputs",
        inputs.toString(),
        "--input-sizes",
        sizes,
        "--sketches",
        sketches.toString(),
        "--nonnegative",
        "--json",
        "-o",
        out.toString());
  }

  @Test
  void generatedPairs_areRecoveredWithAllFiles() throws Exception {
    Path pairs = directory.resolve("pairs");
    assertThat(generate(pairs).code()).isZero();
    Path out = directory.resolve("out");
    CliRun result =
        recover(pairs.resolve("inputs.npy"), "12,12", pairs.resolve("sketches.npy"), out);
    assertThat(result.code()).as(result.err()).isZero();
    JsonObject report =
        JsonParser.parseString(Files.readString(out.resolve("report.json"))).getAsJsonObject();
    assertThat(JsonParser.parseString(result.out())).isEqualTo(report);
    assertThat(report.get("columns").getAsInt()).isEqualTo(48);
    assertThat(report.get("exactColumns").getAsInt()).isEqualTo(24);
    assertThat(report.get("objects").getAsJsonArray()).hasSize(2);
    assertThat(report.get("unidentified").getAsJsonArray()).isEmpty();
    assertThat(report.get("heldOutRelativeError").getAsDouble()).isLessThan(1e-5);
    assertThat(report.get("heldOutPredictionRelativeError").getAsDouble()).isLessThan(1e-5);
    try (NpyReader found = new NpyReader(out.resolve("dictionary.npy"));
        NpyReader truth = new NpyReader(pairs.resolve("dictionary.npy"));
        NpyReader codes = new NpyReader(out.resolve("codes.npy"))) {
      assertThat(found.rows()).isEqualTo(1024);
      assertThat(found.columns()).isEqualTo(48);
      assertThat(codes.rows()).isEqualTo(1920);
      double[] along = new double[24];
      for (int i = 0; i < 1024; i++) {
        float[] x = found.readRow();
        float[] y = truth.readRow();
        for (int j = 0; j < 24; j++) {
          along[j] += x[j] * y[j];
        }
      }
      for (double cosine : along) {
        assertThat(cosine).isGreaterThan(0.9999); // columns of the inputs keep their places
      }
    }
  }

  @Test
  void rowCountsThatDiffer_areAnErrorWithBothNumbers() throws Exception {
    Path inputs = matrix("inputs.npy", 3, 4);
    Path sketches = matrix("sketches.npy", 5, 16);
    CliRun result = recover(inputs, "4", sketches, directory.resolve("out"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("3 rows").contains("5");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void sizesThatDoNotSum_areAnError() throws Exception {
    Path inputs = matrix("inputs.npy", 3, 4);
    Path sketches = matrix("sketches.npy", 3, 16);
    CliRun result = recover(inputs, "2,3", sketches, directory.resolve("out"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("4 columns").contains("5");
  }

  @Test
  void sketchesOfZeros_areAnErrorThatSaysSo() throws Exception {
    Path inputs = matrix("inputs.npy", 100, 4);
    Path sketches = matrix("sketches.npy", 100, 16);
    CliRun result = recover(inputs, "4", sketches, directory.resolve("out"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("0 too few left to learn from")
        .contains("100 pairs set aside, as the sketch is 0 everywhere");
  }

  @Test
  void anyNumberOfRows_isAnErrorThatIsNotInternal() throws Exception {
    for (int rows : new int[] {0, 1, 2, 49, 50, 60, 70}) {
      Path inputs = random("inputs.npy", rows, 64);
      Path sketches = random("sketches.npy", rows, 64);
      CliRun result = recover(inputs, "16,16,16,16", sketches, directory.resolve("out"));
      assertThat(result.code()).as("%d rows", rows).isEqualTo(1);
      assertThat(result.err())
          .as("%d rows", rows)
          .startsWith("resketch: pairs: ")
          .doesNotContain("internal");
    }
  }

  private Path random(String name, int rows, int columns) throws Exception {
    Path file = directory.resolve(name);
    SplittableRandom random = new SplittableRandom(name.length());
    try (NpyWriter out = new NpyWriter(file, columns)) {
      for (int i = 0; i < rows; i++) {
        float[] row = new float[columns];
        for (int j = 0; j < columns; j++) {
          row[j] = random.nextFloat() - 0.5f;
        }
        out.writeRow(row);
      }
      out.commit();
    }
    return file;
  }

  /** Rows of a run that failed, of one that is damaged, and of one that came twice. */
  @Test
  void pairsThatAreNone_areNamedInTheReportAndTheNetworkIsThatOfTheOthers() throws Exception {
    Path pairs = directory.resolve("pairs");
    assertThat(generate(pairs).code()).isZero();
    Path sketches = changed(pairs.resolve("sketches.npy"));
    Path out = directory.resolve("out");
    CliRun result = recover(pairs.resolve("inputs.npy"), "12,12", sketches, out);
    assertThat(result.code()).as(result.err()).isZero();
    JsonObject report = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(report.get("columns").getAsInt()).isEqualTo(48);
    assertThat(report.get("objects").getAsJsonArray()).hasSize(2);
    assertThat(report.get("summary").getAsString())
        .startsWith("24 hidden columns, 24 of them exact; 2 objects, 4 edges; complete")
        .endsWith("when 4 are set aside");
    assertThat(report.get("setAside").toString())
        .contains("not finite\",\"pairs\":1,\"rows\":[5]")
        .contains("which that of a run is not\",\"pairs\":3,\"rows\":[10,11,12]");
    assertThat(RecoveryDirectory.read(out).setAside()).hasSize(2);
    try (NpyReader codes = new NpyReader(out.resolve("codes.npy"))) {
      for (int i = 0; i < 5; i++) {
        assertThat(codes.readRow()[0]).isFinite();
      }
      assertThat(codes.readRow()).containsOnly(Float.NaN);
    }
  }

  private Path changed(Path sketches) throws Exception {
    Path file = directory.resolve("changed.npy");
    try (NpyReader in = new NpyReader(sketches);
        NpyWriter out = new NpyWriter(file, in.columns())) {
      for (int i = 0; i < in.rows(); i++) {
        float[] row = in.readRow();
        if (i == 5) {
          row[7] = Float.NaN;
        }
        if (i >= 10 && i < 13) {
          Arrays.fill(row, 0);
        }
        out.writeRow(row);
      }
      out.commit();
    }
    return file;
  }

  @Test
  void unknownFieldOfATeacher_isAnError() throws Exception {
    Files.writeString(teacher, "{\"inputs\": 2, \"levels\": [2], \"colour\": 1}");
    CliRun result = generate(directory.resolve("pairs"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("colour");
  }

  @Test
  void teachers_thatALenientParserWouldTake_areErrors() throws Exception {
    for (String[] bad :
        new String[][] {
          {
            "{\"inputs\": 2, \"levels\": [2], \"seed\": 1,\n \"seed\": 2}",
            ":2: ",
            "\"seed\" is given twice"
          },
          {
            "{\"inputs\": 2, \"levels\": [2], \"attributes\": 4.7}",
            "attributes: 4.7 must be a whole"
          },
          {
            "{\"inputs\": 2, \"levels\": [2], \"attributes\": 4294967300}", "attributes: 4294967300"
          },
          {"{\"inputs\": 2, \"levels\": [1e99999999]}", "levels: 1E+99999999 must be a whole"},
          {"{\"inputs\": \"2\", \"levels\": [2]}", "inputs: \"2\" is not a number"},
          {
            "{\"inputs\": 2, \"levels\": [2], \"unit\": \"yes\"}",
            "unit: \"yes\" is not true or false"
          },
          {"{inputs: 2, levels: [2]}", "malformed JSON"},
          {"{\"inputs\": NaN, \"levels\": [2]}", "malformed JSON"},
          {"{\"inputs\": 2, \"levels\": [2]} {}", "goes on behind its JSON object"},
        }) {
      Files.writeString(teacher, bad[0]);
      CliRun result = generate(directory.resolve("pairs"));
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .contains(Arrays.copyOfRange(bad, 1, bad.length))
          .doesNotContain("internal error");
    }
  }

  @Test
  void pairsOfHadamard_areRecovered() throws Exception {
    Files.writeString(
        teacher,
        """
        {"inputs": 2, "levels": [1], "attributes": 12, "nonzero": 3, "seed": 1, "pairs": 1440,
         "family": "hadamard", "dimension": 256, "sketchSeed": 8}
        """);
    Path pairs = directory.resolve("pairs");
    assertThat(generate(pairs).code()).isZero();
    CliRun result =
        recover(
            pairs.resolve("inputs.npy"),
            "12,12",
            pairs.resolve("sketches.npy"),
            directory.resolve("out"));
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("\"unidentified\":[]").contains("\"columns\":36");
  }

  @Test
  void familyThatIsNone_isAnError() throws Exception {
    Files.writeString(teacher, "{\"inputs\": 2, \"levels\": [2], \"family\": \"fourier\"}");
    CliRun result = generate(directory.resolve("pairs"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("'fourier' is not block-sparse, hadamard or dense");
  }

  @Test
  void missingInputs_isWrongUse() {
    assertThat(CliRun.of("recover", "-o", directory.toString()).code()).isEqualTo(2);
  }

  private Path matrix(String name, int rows, int columns) throws Exception {
    Path file = directory.resolve(name);
    try (NpyWriter out = new NpyWriter(file, columns)) {
      for (int i = 0; i < rows; i++) {
        out.writeRow(new float[columns]);
      }
      out.commit();
    }
    return file;
  }
}
