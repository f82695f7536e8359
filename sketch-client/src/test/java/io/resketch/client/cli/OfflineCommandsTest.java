package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import com.google.protobuf.util.JsonFormat;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.NpyWriter;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Attributes;
import io.resketch.v1.Computation;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.DecodedObject;
import io.resketch.v1.DenseAttributes;
import io.resketch.v1.SketchObject;
import io.resketch.v1.WeightedInput;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OfflineCommandsTest {
  private static final String GOOD =
      "{'objects':[{'id':'a','module':'m','attributes':{'dense':{'values':[0.5,1]}}}],"
          + "'roots':[{'object':'a','weight':1}]}";

  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void writeGraphs(String... lines) throws IOException {
    Files.writeString(folder.resolve("graphs.jsonl"), String.join("\n", lines).replace('\'', '"'));
  }

  private static Attributes dense(Random random, int dimension) {
    DenseAttributes.Builder out = DenseAttributes.newBuilder();
    double scale = 1 / Math.sqrt(dimension);
    for (int j = 0; j < dimension; j++) {
      out.addValues((float) (random.nextGaussian() * scale));
    }
    return Attributes.newBuilder().setDense(out).build();
  }

  /** Four roots, every other object below an object of the level above it. */
  private static Computation tree(int number, int objects, Random random) {
    List<List<Integer>> children = new ArrayList<>();
    for (int i = 0; i < objects; i++) {
      children.add(new ArrayList<>());
      if (i >= 4) {
        children.get(i < 10 ? random.nextInt(4) : 4 + random.nextInt(6)).add(i);
      }
    }
    Computation.Builder out =
        Computation.newBuilder().setId("run-" + number).putLabels("number", "" + number);
    out.getTimeBuilder().setSeconds(1_795_000_000 + number);
    for (int i = 0; i < objects; i++) {
      List<Integer> inputs = children.get(i);
      SketchObject.Builder object =
          SketchObject.newBuilder()
              .setId("o" + i)
              .setModule("m" + i % 3)
              .setAttributes(dense(random, 16));
      for (int child : inputs) {
        object.addInputs(
            WeightedInput.newBuilder().setObject("o" + child).setWeight(1f / inputs.size()));
      }
      out.addObjects(object);
      if (i < 4) {
        out.addRoots(WeightedInput.newBuilder().setObject("o" + i).setWeight(0.25f));
      }
    }
    return out.build();
  }

  private List<Computation> writeTrees(int runs) throws IOException {
    Random random = new Random(41);
    List<Computation> trees = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      trees.add(tree(i, 20, random));
      lines.add(JsonLinesWriter.line(trees.get(i)));
    }
    writeGraphs(lines.toArray(String[]::new));
    return trees;
  }

  private CliRun sketch(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "sketch",
                path("graphs.jsonl"),
                "-o",
                path("sketches.npy"),
                "--skeletons",
                path("skeletons.jsonl")));
    args.addAll(List.of(more));
    return CliRun.of(args.toArray(String[]::new));
  }

  private CliRun decode(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "decode",
                path("sketches.npy"),
                "--skeletons",
                path("skeletons.jsonl"),
                "-o",
                path("decoded.jsonl")));
    args.addAll(List.of(more));
    return CliRun.of(args.toArray(String[]::new));
  }

  private List<DecodedComputation> decoded() throws IOException {
    List<DecodedComputation> out = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("decoded.jsonl"))) {
      DecodedComputation.Builder builder = DecodedComputation.newBuilder();
      JsonFormat.parser().merge(line, builder);
      out.add(builder.build());
    }
    return out;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void sketchThenJointDecode_recoversAttributes() throws IOException {
    List<Computation> trees = writeTrees(9);
    assertThat(sketch("--seed", "7")).extracting(CliRun::code, CliRun::out).containsExactly(0, "");
    assertThat(decode("--seed", "7").code()).isZero();
    List<DecodedComputation> runs = decoded();
    assertThat(runs).hasSize(trees.size());
    for (int r = 0; r < runs.size(); r++) {
      Computation truth = trees.get(r);
      DecodedComputation run = runs.get(r);
      assertThat(run.getId()).isEqualTo(truth.getId());
      assertThat(run.getTime()).isEqualTo(truth.getTime());
      assertThat(run.getLabelsMap()).isEqualTo(truth.getLabelsMap());
      assertThat(run.getRootsList()).isEqualTo(truth.getRootsList());
      for (int i = 0; i < truth.getObjectsCount(); i++) {
        SketchObject object = truth.getObjects(i);
        DecodedObject found = run.getObjects(i);
        assertThat(found.getId()).isEqualTo(object.getId());
        assertThat(found.getInputsList()).isEqualTo(object.getInputsList());
        assertThat(found.getStandardError()).isBetween(0.0, 1e-3);
        for (int j = 0; j < 16; j++) {
          assertThat(found.getAttributes().getDense().getValues(j))
              .isCloseTo(object.getAttributes().getDense().getValues(j), within(1e-3f));
        }
      }
    }
  }

  @Test
  void sketch_rowsAreTheSketchesOfTheCore() throws IOException {
    List<Computation> trees = writeTrees(3);
    assertThat(sketch("--dimension", "512", "--seed", "18446744073709551615").code()).isZero();
    Sketcher sketcher = new Sketcher(new SketchSpec(512, 16, -1));
    try (NpyReader rows = new NpyReader(folder.resolve("sketches.npy"))) {
      assertThat(rows.rows()).isEqualTo(3);
      for (Computation tree : trees) {
        assertThat(rows.readRow()).isEqualTo(sketcher.sketch(Graphs.computation(tree)).toArray());
      }
    }
    assertThat(files())
        .containsExactly(
            "graphs.jsonl", "skeletons.jsonl", "sketches.npy", "sketches.npy.spec.json");
  }

  @Test
  void decode_takesPrefixesOfSketches() throws IOException {
    List<Computation> trees = writeTrees(2);
    sketch("--seed", "7");
    truncateRows(2048);
    assertThat(decode("--seed", "7").err()).contains("has rows of 2048 floats; give --dimension");
    assertThat(decode("--seed", "7", "--dimension", "4096").code()).isZero();
    float truth = trees.get(1).getObjects(3).getAttributes().getDense().getValues(5);
    assertThat(decoded().get(1).getObjects(3).getAttributes().getDense().getValues(5))
        .isCloseTo(truth, within(1e-3f));
  }

  /** As NumPy would: what stands beside the matrix is not written anew. */
  private void truncateRows(int columns) throws IOException {
    Files.delete(folder.resolve("sketches.npy.spec.json"));
    Path file = folder.resolve("sketches.npy");
    try (NpyReader in = new NpyReader(file);
        NpyWriter out = new NpyWriter(file, columns)) {
      for (long i = 0; i < in.rows(); i++) {
        out.writeRow(java.util.Arrays.copyOf(in.readRow(), columns));
      }
      out.commit();
    }
  }

  @Test
  void decode_matchedIsNoisierAndSaysSo() throws IOException {
    writeTrees(1);
    sketch();
    assertThat(decode("--decoder", "MATCHED").code()).isZero();
    double matched = decoded().get(0).getObjects(0).getStandardError();
    assertThat(decode("--decoder", "joint").code()).isZero();
    assertThat(decoded().get(0).getObjects(0).getStandardError()).isLessThan(matched / 10);
  }

  @Test
  void decode_withoutOutput_printsOneLinePerRow() throws IOException {
    writeTrees(3);
    sketch();
    CliRun run = CliRun.of("decode", path("sketches.npy"), "--skeletons", path("skeletons.jsonl"));
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"id\":\"run-"));
  }

  @Test
  void json_reportsInOneDocument() throws IOException {
    writeTrees(3);
    var sketched = JsonParser.parseString(sketch("--json").out()).getAsJsonObject();
    assertThat(sketched.get("rows").getAsInt()).isEqualTo(3);
    assertThat(sketched.get("fingerprint").getAsString())
        .isEqualTo(new SketchSpec(4096, 16, 0).fingerprint().toString());
    var decoded = JsonParser.parseString(decode("--json").out()).getAsJsonObject();
    assertThat(decoded.get("rows").getAsInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'objects':[ | malformed JSON
          {'objects':[{'id':'a','module':'m','inputs':[{'object':'a','weight':1}]}],'roots':[{'object':'a','weight':1}]} | objects[a].inputs: "a" closes a cycle
          {'objects':[{'id':'a','module':'m'}],'roots':[{'object':'b','weight':1}]} | roots[0].object: "b" is not the id
          {'objects':[{'id':'a','module':'m','attributes':{'dense':{'values':['NaN']}}}],'roots':[{'object':'a','weight':1}]} | objects[a].attributes[0]: NaN is not finite
          {'objects':[{'id':'a','module':'m','attributes':{'dense':{'values':[0,'-Infinity']}}}],'roots':[{'object':'a','weight':1}]} | objects[a].attributes[1]: -Infinity is not finite
          {'objects':[{'id':'a','module':'m'}],'roots':[{'object':'a','weight':0.5}]} | roots: weights sum to 0.5
          {'objects':[],'roots':[]} | objects: is empty
          {} | objects: is empty
          """)
  void sketch_badComputation_isToldWithItsLineAndLeavesNoFile(String line, String message)
      throws IOException {
    writeGraphs(GOOD, "", line);
    CliRun run = sketch();
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("resketch: " + path("graphs.jsonl") + ":3: ")
        .contains(message)
        .hasLineCount(1);
    assertThat(files()).containsExactly("graphs.jsonl");
  }

  @Test
  void verbose_addsTheStackTrace() throws IOException {
    writeGraphs("{}");
    assertThat(sketch("--verbose").err()).contains("\tat ");
  }

  @Test
  void sketch_withoutComputations_fails() throws IOException {
    writeGraphs("", "");
    assertThat(sketch()).extracting(CliRun::code).isEqualTo(1);
    assertThat(sketch().err()).contains("holds no computation");
    assertThat(files()).containsExactly("graphs.jsonl");
  }

  @Test
  void sketch_missingInput_fails() throws IOException {
    CliRun run = sketch();
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("graphs.jsonl: no such file");
    assertThat(files()).isEmpty();
  }

  @Test
  void dimensionThatDoesNotDivide_isWrongUse() throws IOException {
    writeGraphs(GOOD);
    CliRun run = sketch("--dimension", "1000");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("--dimension: 1000 must be a multiple of 16·blocksPerColumn=256", "try 1024");
    assertThat(files()).containsExactly("graphs.jsonl");
  }

  private void assertDecodeFails(String... messages) throws IOException {
    assertDecodeFails(List.of(), messages);
  }

  private void assertDecodeFails(List<String> options, String... messages) throws IOException {
    List<String> before = files();
    CliRun run = decode(options.toArray(String[]::new));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("resketch: ").contains(messages).hasLineCount(1);
    assertThat(files()).isEqualTo(before).doesNotContain("decoded.jsonl");
  }

  @Test
  void decode_otherNumberOfSkeletons_fails() throws IOException {
    writeTrees(3);
    sketch();
    Path skeletons = folder.resolve("skeletons.jsonl");
    List<String> lines = Files.readAllLines(skeletons);
    Files.write(skeletons, lines.subList(0, 2));
    assertDecodeFails("has 3 rows", "has 2 skeletons");
    lines.add(lines.get(0));
    Files.write(skeletons, lines);
    assertDecodeFails("has 3 rows", "has 4 skeletons");
  }

  @Test
  void decode_badSkeleton_isToldWithItsLine() throws IOException {
    writeTrees(2);
    sketch();
    Path skeletons = folder.resolve("skeletons.jsonl");
    Files.writeString(skeletons, Files.readString(skeletons).replaceFirst("\"o7\"", "\"o8\""));
    assertDecodeFails("skeletons.jsonl:1: objects[");
  }

  @Test
  void decode_truncatedMatrix_fails() throws IOException {
    writeTrees(2);
    sketch();
    Path sketches = folder.resolve("sketches.npy");
    byte[] bytes = Files.readAllBytes(sketches);
    Files.write(sketches, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertDecodeFails("sketches.npy: is cut off: 2 rows of 4096");
  }

  @Test
  void decode_rowsOfWrongWidth_fail() throws IOException {
    writeTrees(1);
    sketch("--dimension", "4352");
    Files.delete(folder.resolve("sketches.npy.spec.json"));
    List<String> options = List.of("--seed", "0", "--dimension", "4096");
    assertDecodeFails(options, "rows of 4352 values, more than the dimension 4096");
    sketch();
    truncateRows(1000);
    assertDecodeFails(options, "rows of 1000 values; a prefix of a sketch is a multiple of 16");
  }

  @Test
  void decode_rowWithNan_isNamed() throws IOException {
    writeTrees(3);
    sketch();
    Path file = folder.resolve("sketches.npy");
    try (NpyReader in = new NpyReader(file);
        NpyWriter out = new NpyWriter(file, 4096)) {
      out.writeRow(in.readRow());
      float[] row = in.readRow();
      row[17] = Float.NaN;
      out.writeRow(row);
      out.writeRow(in.readRow());
      out.commit();
    }
    assertDecodeFails(List.of("--seed", "0"), "row 1: sketch.values[17]: NaN is not finite");
  }

  @Test
  void decode_withoutSpec_isRefused_andWithAContradictingOneToo() throws IOException {
    writeTrees(1);
    sketch("--seed", "7");
    CliRun contradicting = decode("--seed", "8");
    assertThat(contradicting.code()).isEqualTo(2);
    assertThat(contradicting.err())
        .contains("--seed=8 contradicts " + path("sketches.npy.spec.json") + ", which says 7");
    Files.delete(folder.resolve("sketches.npy.spec.json"));
    CliRun unknown = decode();
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("sketches.npy does not say what its sketches are of; give --seed");
    assertDecodeFails(
        List.of("--seed", "8"),
        "row 0: ",
        "does not hold the computation of this skeleton",
        "--seed");
  }
}
