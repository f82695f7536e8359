package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics, blind decoding and explanations of files of sketches. */
final class ModuleQuestionsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** Run i has i + 1 cats and a dog; the first also has a bird below its dog. */
  @BeforeEach
  void threeRuns() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      StringBuilder objects = new StringBuilder();
      StringBuilder roots = new StringBuilder();
      for (int k = 0; k <= i; k++) {
        objects.append(
            "{'id':'c%d','module':'cat','attributes':{'dense':{'values':[0.6,0.8]}}},"
                .formatted(k));
        roots.append("{'object':'c%d','weight':%s},".formatted(k, 1.0 / (i + 2)));
      }
      String inputs = i == 0 ? ",'inputs':[{'object':'b','weight':1}]" : "";
      if (i == 0) {
        objects.append("{'id':'b','module':'bird','attributes':{'dense':{'values':[1]}}},");
      }
      lines.add(
          ("{'id':'r%d','objects':[%s{'id':'d','module':'dog','attributes':{'dense':{'values':[%d,0.5]}}%s}],"
                  + "'roots':[%s{'object':'d','weight':%s}]}")
              .formatted(i, objects, i, inputs, roots, 1.0 / (i + 2))
              .replace('\'', '"'));
    }
    Files.write(folder.resolve("graphs.jsonl"), lines);
    for (String output : List.of("s.npy", "s.rskt")) {
      CliRun run =
          CliRun.of(
              "sketch",
              path("graphs.jsonl"),
              "--dimension",
              "4096",
              "--seed",
              "7",
              "-o",
              path(output),
              "--skeletons",
              path("skeletons.jsonl"));
      assertThat(run.code()).isZero();
    }
  }

  private CliRun run(String command, String... args) {
    List<String> all = new ArrayList<>(List.of(command));
    for (String arg : args) {
      all.add(
          arg.matches("[a-z]+\\.(npy|rskt|jsonl)(,.*)?")
              ? Arrays.stream(arg.split(",")).map(this::path).reduce((a, b) -> a + "," + b).get()
              : arg);
    }
    all.addAll(List.of("--seed", "7"));
    return CliRun.of(all.toArray(String[]::new));
  }

  private static JsonObject json(CliRun run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  private static JsonObject module(JsonObject row, String name) {
    for (var entry : row.getAsJsonArray("counts")) {
      if (entry.getAsJsonObject().get("module").getAsString().equals(name)) {
        return entry.getAsJsonObject();
      }
    }
    throw new AssertionError(name + " is not in " + row);
  }

  @Test
  void stats_countEveryRow_fromImagesOrAMatrixWithSkeletons() {
    for (CliRun run :
        List.of(
            run("stats", "s.rskt", "--profiles", "skeletons.jsonl", "--json"),
            run("stats", "s.npy", "--skeletons", "skeletons.jsonl", "--json"))) {
      JsonArray rows = json(run).getAsJsonArray("rows");
      assertThat(rows).hasSize(3);
      for (int i = 0; i < 3; i++) {
        JsonObject row = rows.get(i).getAsJsonObject();
        assertThat(row.get("row").getAsInt()).isEqualTo(i);
        JsonObject cat = module(row, "cat");
        assertThat(cat.get("count").getAsDouble())
            .isCloseTo(i + 1, within(4 * cat.get("standardError").getAsDouble()))
            .isCloseTo(i + 1, within(0.5));
        assertThat(module(row, "dog").get("presence").getAsString()).isEqualTo("PRESENT");
        assertThat(module(row, "bird").get("reason").getAsString())
            .contains("occurs only below roots");
        assertThat(cat.get("method").getAsString()).isEqualTo("BLIND_DECODING");
      }
      JsonObject mean = module(rows.get(2).getAsJsonObject(), "cat").getAsJsonObject("mean");
      assertThat(mean.getAsJsonArray("values").get(1).getAsDouble()).isCloseTo(0.8, within(0.3));
    }
  }

  @Test
  void stats_ofAMatrix_areCounts_andWithoutItsMassesShares_whichSaySo() throws IOException {
    String[] stats = {"stats", "s.npy", "--modules", "dog:2,cat:2", "--json"};
    JsonObject counts =
        json(run("stats", "s.npy", "--modules", "dog:2,cat:2", "--json"))
            .getAsJsonArray("rows")
            .get(2)
            .getAsJsonObject();
    assertThat(module(counts, "cat").get("count").getAsDouble()).isCloseTo(3, within(0.4));
    assertThat(counts.getAsJsonArray("counts")).hasSize(2);
    Files.delete(folder.resolve("s.npy.spec.json"));
    JsonObject shares =
        json(run("stats", Arrays.copyOfRange(stats, 1, stats.length)))
            .getAsJsonArray("rows")
            .get(2)
            .getAsJsonObject();
    assertThat(shares.has("counts")).isFalse();
    JsonObject cat = shares.getAsJsonArray("shares").get(1).getAsJsonObject();
    assertThat(cat.has("count")).isFalse();
    assertThat(cat.get("share").getAsDouble()).isCloseTo(0.75, within(0.1));
    assertThat(cat.get("presence").getAsString()).isEqualTo("NOT_DETERMINED");
    CliRun table = run("stats", "s.npy", "--modules", "dog:2,cat:2");
    assertThat(table.out()).startsWith("row  runs  share of dog  share of cat");
    assertThat(table.err()).contains("shares of the root weight, not counts");
  }

  @Test
  void stats_total_countsTheSum_andGuided_givesMeansOfAllObjects() {
    JsonObject total =
        json(run("stats", "s.rskt", "--profiles", "skeletons.jsonl", "--total", "--json"));
    assertThat(total.get("runs").getAsInt()).isEqualTo(3);
    assertThat(module(total, "cat").get("count").getAsDouble()).isCloseTo(6, within(1.0));
    JsonObject guided =
        json(run("stats", "s.rskt", "--skeletons", "skeletons.jsonl", "--guided", "--json"));
    assertThat(module(guided, "bird").get("count").getAsDouble()).isEqualTo(1);
    JsonObject dog = module(guided, "dog");
    assertThat(dog.getAsJsonObject("mean").getAsJsonArray("values").get(0).getAsDouble())
        .isCloseTo(1, within(1e-3));
    assertThat(dog.getAsJsonObject("secondMoment").getAsJsonArray("values").get(0).getAsDouble())
        .isCloseTo(5.0 / 3, within(1e-3));
  }

  @Test
  void stats_inWords_haveAColumnAModule_andSayWhatIsNotDetermined() {
    CliRun run = run("stats", "s.rskt", "--modules", "cat", "--profiles", "skeletons.jsonl");
    assertThat(run.out().lines().map(String::strip).toList().get(0)).matches("row +runs +cat");
    assertThat(run.out().lines().toList().get(3)).matches("2 +1 +\\d\\.\\d+ ± 0\\.\\d+");
    assertThat(run.out().lines())
        .hasSize(5)
        .last()
        .isEqualTo("counted by decoding the objects, which account for the whole sketch: 3 lines");
  }

  @Test
  void decodeBlind_findsTheObjects_andAComputationThatSketchesTheSame() throws IOException {
    CliRun run = run("decode", "s.npy", "--decoder", "blind", "--profiles", "skeletons.jsonl");
    assertThat(run.code()).isZero();
    List<String> found = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      JsonObject tree = JsonParser.parseString(line).getAsJsonObject();
      assertThat(tree.get("status").getAsString()).isEqualTo("COMPLETE");
      found.add(tree.getAsJsonObject("computation").toString());
    }
    assertThat(found).hasSize(3);
    JsonObject first =
        JsonParser.parseString(run.out().lines().findFirst().orElseThrow()).getAsJsonObject();
    List<String> objects = new ArrayList<>();
    first
        .getAsJsonArray("objects")
        .forEach(
            o ->
                objects.add(
                    o.getAsJsonObject().get("path").getAsString()
                        + o.getAsJsonObject().get("module").getAsString()));
    assertThat(objects).containsExactlyInAnyOrder("0cat", "1dog", "1.0bird");
    Files.write(folder.resolve("found.jsonl"), found);
    assertThat(run("sketch", "found.jsonl", "--dimension", "4096", "-o", "t.npy").code()).isZero();
    assertThat(run("compare", "s.npy", "t.npy").out().lines())
        .hasSize(3)
        .allMatch(line -> line.endsWith("  1.000000"));
  }

  @Test
  void compareExplain_namesObjectsWithSkeletons_andModulesWithout() {
    JsonArray rows =
        json(run(
                "compare",
                "s.npy",
                "s.rskt",
                "--explain",
                "--skeletons",
                "skeletons.jsonl,skeletons.jsonl",
                "--json"))
            .getAsJsonArray("rows");
    JsonObject left =
        rows.get(2).getAsJsonObject().getAsJsonObject("explanation").getAsJsonObject("left");
    double sum = left.get("rest").getAsDouble();
    for (var object : left.getAsJsonArray("objects")) {
      sum += object.getAsJsonObject().get("contribution").getAsDouble();
    }
    assertThat(sum).isCloseTo(1, within(1e-6));
    JsonObject blind =
        json(run("compare", "s.npy", "s.npy", "--explain", "--modules", "cat:2,dog:2", "--json"))
            .getAsJsonArray("rows")
            .get(2)
            .getAsJsonObject()
            .getAsJsonObject("explanation");
    JsonObject strongest = blind.getAsJsonArray("modules").get(0).getAsJsonObject();
    assertThat(strongest.get("module").getAsString()).isEqualTo("cat");
    assertThat(strongest.get("contribution").getAsDouble()).isBetween(0.1, 1.0);
    assertThat(run("compare", "s.npy", "s.npy", "--explain", "--modules", "cat:2,dog:2").out())
        .contains("  cat\n")
        .contains("  rest\n");
  }

  @Test
  void wrongUse_saysWhatToGive() {
    assertUse(run("stats"), "give SKETCHES, or the --collection of a server");
    assertUse(run("stats", "s.rskt"), "--modules or --profiles");
    assertUse(run("stats", "s.rskt", "--modules", "cat:x"), "'cat:x' is not a name");
    assertUse(run("stats", "s.rskt", "--modules", "cat:2:beside"), "leaf, inner or root");
    assertUse(run("stats", "s.rskt", "--modules", "cat:2:leaf:0.25"), "say inner or root");
    assertUse(run("stats", "s.rskt", "--modules", "cat,cat"), "names cat twice");
    assertUse(
        run("stats", "s.rskt", "--modules", "cta", "--profiles", "skeletons.jsonl"),
        "unknown module 'cta': no object of it is in the skeletons (did you mean 'cat'?)");
    assertUse(
        run("stats", "s.rskt", "--modules", "cat:3", "--profiles", "skeletons.jsonl"),
        "--modules cat:3, but its objects in the skeletons have 2");
    assertUse(run("stats", "s.rskt", "--modules", "cat", "--guided"), "--guided needs --skeletons");
    assertUse(run("stats", "s.rskt", "--modules", "cat", "--bucket", "1h"), "files have no times");
    assertUse(run("stats", "--collection", "c", "--total"), "go with files of sketches");
    assertUse(
        run("decode", "s.npy", "--decoder", "blind", "--skeletons", "skeletons.jsonl"),
        "takes no --skeletons");
    assertUse(
        run("decode", "s.npy", "--modules", "cat", "--skeletons", "skeletons.jsonl"),
        "--decoder=blind only");
    assertUse(
        run(
            "unroll",
            "s.npy",
            "--skeletons",
            "skeletons.jsonl",
            "--object",
            "d",
            "--decoder=blind"),
        "decode with files only");
    assertUse(run("compare", "s.npy", "s.npy", "--modules", "cat"), "go with --explain");
    assertUse(
        run("compare", "s.npy", "s.npy", "--explain", "--skeletons", "skeletons.jsonl"),
        "takes two files");
  }

  private static void assertUse(CliRun run, String message) {
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void badRows_areNamed() throws IOException {
    CliRun foreign =
        CliRun.of(
            "stats", path("s.rskt"), "--modules", "cat", "--dimension", "4096", "--seed", "8");
    assertThat(foreign.code()).isEqualTo(2);
    assertThat(foreign.err()).contains("--seed=8 contradicts").contains("which says 7");
    Files.write(
        folder.resolve("two.jsonl"),
        Files.readAllLines(folder.resolve("skeletons.jsonl")).subList(0, 2));
    CliRun uneven = run("stats", "s.npy", "--skeletons", "two.jsonl");
    assertThat(uneven.code()).isEqualTo(1);
    assertThat(uneven.err()).contains("has 3 rows").contains("has 2 skeletons");
  }

  @Test
  void blindQuestions_ofAMatrixWithTheWrongSeed_areRefused() throws IOException {
    Files.delete(folder.resolve("s.npy.spec.json"));
    for (List<String> question :
        List.of(
            List.of("stats", path("s.npy"), "--modules", "dog:2,cat:2"),
            List.of("stats", path("s.npy"), "--skeletons", path("skeletons.jsonl")),
            List.of("stats", path("s.npy"), "--modules", "dog:2,cat:2", "--total"),
            List.of("decode", path("s.npy"), "--decoder", "blind", "--modules", "dog:2,cat:2"),
            List.of(
                "compare",
                path("s.npy"),
                path("s.npy"),
                "--explain",
                "--skeletons",
                path("skeletons.jsonl") + "," + path("skeletons.jsonl")),
            List.of(
                "compare", path("s.npy"), path("s.npy"), "--explain", "--modules", "dog,cat"))) {
      assertThat(asked(question).code()).isEqualTo(2);
      assertThat(asked(question).err()).contains("does not say what its sketches are of");
      CliRun wrong = asked(question, "--seed", "8");
      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.out()).isEmpty();
      assertThat(wrong.err()).contains("nothing in it speaks for the spec of the options (seed 8");
      assertThat(asked(question, "--seed", "7").code()).isZero();
    }
  }

  private static CliRun asked(List<String> question, String... more) {
    List<String> all = new ArrayList<>(question);
    all.addAll(List.of(more));
    return CliRun.of(all.toArray(String[]::new));
  }
}
