package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row whose attributes were not scaled is named by the total, and can be left out. */
final class TotalStatsTest {
  private static final int LOUD = 17;

  @TempDir private Path folder;

  @BeforeEach
  void sketch() throws IOException {
    Random random = new Random(3);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      double scale = i == LOUD ? 1000 : 1;
      double angle = random.nextDouble() * 2 * Math.PI;
      lines.add(
          String.format(
                  Locale.ROOT,
                  "{'id':'r%d','objects':[{'id':'a','module':'cat','attributes':{'dense':{'values':"
                      + "[%f,%f]}}}],'roots':[{'object':'a','weight':1}]}",
                  i,
                  scale * Math.cos(angle),
                  scale * Math.sin(angle))
              .replace('\'', '"'));
    }
    Files.write(folder.resolve("graphs.jsonl"), lines);
    CliRun run =
        CliRun.of(
            "sketch",
            folder.resolve("graphs.jsonl").toString(),
            "--dimension",
            "2048",
            "--seed",
            "7",
            "-o",
            folder.resolve("s.rskt").toString());
    assertThat(run.code()).isZero();
  }

  private CliRun stats(String... more) {
    List<String> args =
        new ArrayList<>(List.of("stats", folder.resolve("s.rskt").toString(), "--modules"));
    args.addAll(List.of("cat:2:leaf", "--dimension", "2048", "--seed", "7"));
    args.addAll(Arrays.asList(more));
    return CliRun.of(args.toArray(String[]::new));
  }

  private static JsonObject json(CliRun run) {
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  @Test
  void total_namesTheRowThatDominates() {
    assertThat(stats("--total").out())
        .contains("note: row 17 has 100.0 % of the energy of a sum")
        .contains("--leave-out 17 or --leave-out-dominant counts without it");
    JsonObject row =
        json(stats("--total", "--json")).getAsJsonArray("dominant").get(0).getAsJsonObject();
    assertThat(row.get("row").getAsInt()).isEqualTo(LOUD);
    assertThat(row.get("energyShare").getAsDouble()).isBetween(0.99, 1.0);
  }

  @Test
  void total_withoutThatRow_countsTheOthers() {
    for (String[] option :
        new String[][] {{"--leave-out", "17"}, {"--leave-out-dominant", "--verbose"}}) {
      JsonObject total = json(stats("--total", "--json", option[0], option[1]));
      assertThat(total.get("runs").getAsInt()).isEqualTo(39);
      assertThat(total.getAsJsonArray("leftOut")).hasSize(1);
      assertThat(total.getAsJsonArray("dominant")).isEmpty();
      JsonObject count = total.getAsJsonArray("counts").get(0).getAsJsonObject();
      assertThat(Math.abs(count.get("count").getAsDouble() - 39))
          .isLessThan(4 * count.get("standardError").getAsDouble());
    }
    assertThat(stats("--total", "--leave-out", "17").out())
        .contains("left out of the counts: rows 17")
        .doesNotContain("energy");
  }

  @Test
  void leftOutRows_mustBeThere_andGoWithTotal() {
    assertThat(stats("--total", "--leave-out", "40").err())
        .contains("has no row 40 to leave out, but 0 to 39");
    assertThat(stats("--leave-out", "17").err()).contains("go with --total or --collection");
  }
}
