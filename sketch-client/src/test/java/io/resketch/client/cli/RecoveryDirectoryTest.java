package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.NpyWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** What a recovered directory is good for, alone. */
class RecoveryDirectoryTest {
  @TempDir private static Path shared;
  private static Path pairs;
  private static Path recovered;

  @TempDir private Path directory;

  @BeforeAll
  static void recoverOnce() throws Exception {
    Path teacher = shared.resolve("teacher.json");
    Files.writeString(
        teacher,
        """
        {"inputs": 2, "levels": [2], "attributes": 12, "nonzero": 3, "seed": 1, "pairs": 1920,
         "dimension": 1024, "sketchSeed": 8}
        """);
    pairs = shared.resolve("pairs");
    recovered = shared.resolve("out");
    assertThat(
            CliRun.of("recover", "--generate", teacher.toString(), "-o", pairs.toString()).code())
        .isZero();
    CliRun run =
        CliRun.of(
            "recover",
            "--inputs",
            pairs.resolve("inputs.npy").toString(),
            "--input-sizes",
            "12,12",
            "--sketches",
            pairs.resolve("sketches.npy").toString(),
            "--nonnegative",
            "-o",
            recovered.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("predicted from the inputs alone");
  }

  private static CliRun predict(Path network, Path inputs, Path output) {
    return CliRun.of(
        "recover",
        "--predict",
        network.toString(),
        "--inputs",
        inputs.toString(),
        "--json",
        "-o",
        output.toString());
  }

  /** ‖x − y‖ / ‖y‖ of two files. */
  private static double difference(Path x, Path y) throws Exception {
    try (NpyReader left = new NpyReader(x);
        NpyReader right = new NpyReader(y)) {
      assertThat(left.rows()).isEqualTo(right.rows());
      assertThat(left.columns()).isEqualTo(right.columns());
      double away = 0;
      double squares = 0;
      for (long row = 0; row < left.rows(); row++) {
        float[] a = left.readRow();
        float[] b = right.readRow();
        for (int j = 0; j < a.length; j++) {
          away += Math.pow((double) a[j] - b[j], 2);
          squares += Math.pow(b[j], 2);
        }
      }
      return Math.sqrt(away / squares);
    }
  }

  @Test
  void predict_fromInputsAlone_givesTheSketches() throws Exception {
    Path predicted = directory.resolve("predicted.npy");
    CliRun run = predict(recovered, pairs.resolve("inputs.npy"), predicted);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(JsonParser.parseString(run.out()).getAsJsonObject().get("rows").getAsInt())
        .isEqualTo(1920);
    assertThat(difference(predicted, pairs.resolve("sketches.npy"))).isLessThan(1e-5);
  }

  @Test
  void decode_withAndWithoutInputs_givesTheCodesOfTheRecovery() throws Exception {
    Path codes = directory.resolve("codes.npy");
    String sketches = pairs.resolve("sketches.npy").toString();
    CliRun alone =
        CliRun.of(
            "recover",
            "--decode",
            recovered.toString(),
            "--sketches",
            sketches,
            "--json",
            "-o",
            codes.toString());
    assertThat(alone.code()).as(alone.err()).isZero();
    assertThat(
            JsonParser.parseString(alone.out())
                .getAsJsonObject()
                .get("relativeError")
                .getAsDouble())
        .isLessThan(1e-3);
    assertThat(difference(codes, recovered.resolve("codes.npy"))).isLessThan(1e-3);
    CliRun withInputs =
        CliRun.of(
            "recover",
            "--decode",
            recovered.toString(),
            "--sketches",
            sketches,
            "--inputs",
            pairs.resolve("inputs.npy").toString(),
            "-o",
            codes.toString());
    assertThat(withInputs.code()).as(withInputs.err()).isZero();
    assertThat(difference(codes, recovered.resolve("codes.npy"))).isLessThan(1e-3);
  }

  @Test
  void wiring_isAGraphAndAPictureWithATitle() throws Exception {
    Document graph = xml("wiring.graphml");
    assertThat(graph.getElementsByTagName("node").getLength()).isEqualTo(4);
    assertThat(graph.getElementsByTagName("edge").getLength()).isEqualTo(4);
    Document picture = xml("wiring.svg");
    assertThat(picture.getDocumentElement().getAttribute("role")).isEqualTo("img");
    assertThat(picture.getElementsByTagName("title").item(0).getTextContent()).contains("Wiring");
    assertThat(picture.getDocumentElement().getTextContent())
        .contains("hidden-1", "input-0", "3 of 12 kept");
  }

  private static Document xml(String name) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(recovered.resolve(name).toFile());
  }

  @Test
  void objectWithoutAFunction_predictNamesItAndTheWayOut() throws Exception {
    Path damaged =
        damaged(
            report -> {
              report.getAsJsonArray("objects").get(1).getAsJsonObject().remove("function");
              return report;
            });
    CliRun run = predict(damaged, pairs.resolve("inputs.npy"), directory.resolve("p.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("hidden-1").contains("--decode");
    assertThat(directory.resolve("p.npy")).doesNotExist();
  }

  @Test
  void damagedDirectories_areErrorsWithFileAndField() throws Exception {
    assertRefused(
        damaged(
            report -> {
              report.addProperty("columns", 7);
              return report;
            }),
        "dictionary.npy",
        "48 columns",
        "7");
    assertRefused(
        damaged(
            report -> {
              report.remove("objects");
              return report;
            }),
        "report.json",
        "objects is missing");
    assertRefused(
        damaged(
            report -> {
              function(report).addProperty("kept", 13);
              return report;
            }),
        "kept: 13 must be a whole number from 1 to 12");
    assertRefused(
        damaged(
            report -> {
              function(report).getAsJsonArray("scales").remove(0);
              return report;
            }),
        "11 scales");
    assertRefused(
        damaged(
            report -> {
              JsonObject object = report.getAsJsonArray("objects").get(1).getAsJsonObject();
              object.addProperty("id", "hidden-0");
              return report;
            }),
        "hidden-0",
        "twice");
    Path withoutMap = damaged(report -> report);
    Files.delete(withoutMap.resolve("maps/hidden-0.npy"));
    assertRefused(withoutMap, "hidden-0.npy", "missing");
    Path cut = damaged(report -> report);
    Files.writeString(cut.resolve("report.json"), "{\"columns\": ");
    assertRefused(cut, "report.json", "damaged");
    Path notFinite = damaged(report -> report);
    write(notFinite.resolve("maps/hidden-0.npy"), 12, 24, Float.NaN);
    assertRefused(notFinite, "hidden-0.npy", "NaN");
    write(notFinite.resolve("maps/hidden-0.npy"), 12, 23, 1);
    assertRefused(notFinite, "hidden-0.npy", "24 values");
  }

  private static JsonObject function(JsonObject report) {
    return report.getAsJsonArray("objects").get(0).getAsJsonObject().getAsJsonObject("function");
  }

  private void assertRefused(Path network, String... words) {
    CliRun run = predict(network, pairs.resolve("inputs.npy"), directory.resolve("p.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains(words).doesNotContain("internal error");
  }

  /** A copy with another report. */
  private Path damaged(UnaryOperator<JsonObject> change) throws Exception {
    Path out = Files.createTempDirectory(directory, "damaged");
    Files.createDirectories(out.resolve("maps"));
    for (String name :
        new String[] {"dictionary.npy", "offset.npy", "maps/hidden-0.npy", "maps/hidden-1.npy"}) {
      Files.copy(recovered.resolve(name), out.resolve(name));
    }
    JsonObject report =
        JsonParser.parseString(Files.readString(recovered.resolve("report.json")))
            .getAsJsonObject();
    Files.writeString(out.resolve("report.json"), change.apply(report).toString());
    return out;
  }

  private static void write(Path file, int rows, int columns, float value) throws Exception {
    try (NpyWriter out = new NpyWriter(file, columns)) {
      for (int i = 0; i < rows; i++) {
        float[] row = new float[columns];
        row[0] = value;
        out.writeRow(row);
      }
      out.commit();
    }
  }

  @Test
  void inputsThatDoNotFit_areErrorsWithTheirNumbers() throws Exception {
    Path narrow = directory.resolve("narrow.npy");
    write(narrow, 2, 5, 1);
    CliRun run = predict(recovered, narrow, directory.resolve("p.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("narrow.npy").contains("5 columns").contains("24");
    Path notFinite = directory.resolve("bad.npy");
    write(notFinite, 2, 24, Float.POSITIVE_INFINITY);
    run = predict(recovered, notFinite, directory.resolve("p.npy"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("bad.npy").contains("row 0").contains("inputs[0]");
    run =
        CliRun.of(
            "recover",
            "--decode",
            recovered.toString(),
            "--sketches",
            pairs.resolve("sketches.npy").toString(),
            "--inputs",
            notFinite.toString(),
            "-o",
            directory.resolve("c.npy").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("2 rows").contains("1920");
    assertThat(CliRun.of("recover", "--predict", "a", "--decode", "b", "-o", "c.npy").code())
        .isEqualTo(2);
    assertThat(CliRun.of("recover", "--predict", "a", "-o", "c.npy").code()).isEqualTo(2);
  }
}
