package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.resketch.client.MemoryRecovery;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.NpyWriter;
import io.resketch.client.files.SpecFile;
import io.resketch.v1.PredictionCheck;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveredObject;
import io.resketch.v1.RecoveryStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands corpus, job and network. */
final class RecoveryCommandsTest {
  private static final int ROWS = 50_000;

  @TempDir private Path folder;
  private MemoryRecovery server;

  @BeforeEach
  void start() throws IOException {
    server = new MemoryRecovery();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CliRun run(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("--server", server.target()));
    return CliRun.of(all.toArray(String[]::new));
  }

  private CliRun create(String... more) {
    List<String> args = new ArrayList<>(List.of("corpus", "create", "rooms"));
    args.addAll(List.of("--input-sizes", "2,1"));
    args.addAll(Arrays.asList(more));
    return run(args.toArray(String[]::new));
  }

  private Path matrix(String name, int rows, int columns, float scale) throws IOException {
    Path file = folder.resolve(name);
    try (NpyWriter out = new NpyWriter(file, columns)) {
      float[] row = new float[columns];
      for (int i = 0; i < rows; i++) {
        Arrays.fill(row, scale * i);
        out.writeRow(row);
      }
      out.commit();
    }
    return file;
  }

  private CliRun append(String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of("corpus", "append", "rooms"));
    args.addAll(List.of("--inputs", matrix("in.npy", ROWS, 3, 0.5f).toString()));
    args.addAll(List.of("--sketches", matrix("out.npy", ROWS, 16, 0.25f).toString()));
    args.addAll(Arrays.asList(more));
    return run(args.toArray(String[]::new));
  }

  private static JsonObject json(CliRun run) {
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  @Test
  void filesThatAreAppended_areReadBackBitForBit() throws IOException {
    assertThat(create("--dimension", "16").code()).isZero();
    CliRun appended = append();
    // The server of the test takes one pair of each of the batches for a duplicate.
    assertThat(appended).isEqualTo(new CliRun(0, "49,996 pairs added, 4 were there already\n", ""));
    assertThat(run("corpus", "show", "rooms").out())
        .isEqualTo("rooms  50,000 pairs, inputs 2,1, sketches of 16 floats, 0 bytes\n");
    Path out = folder.resolve("read");
    assertThat(run("corpus", "read", "rooms", "-o", out.toString()).err())
        .isEqualTo("50,000 pairs in " + out + "\n");
    assertThat(out.resolve("inputs.npy")).hasSameBinaryContentAs(folder.resolve("in.npy"));
    assertThat(out.resolve("sketches.npy")).hasSameBinaryContentAs(folder.resolve("out.npy"));
    assertThat(json(run("corpus", "delete", "rooms", "--json")).get("pairs").getAsLong())
        .isEqualTo(ROWS);
    assertThat(run("corpus", "list").out()).isEmpty();
  }

  @Test
  void sample_isTheServers() throws IOException {
    create("--dimension", "16");
    append();
    run("corpus", "read", "rooms", "-o", folder.toString(), "--sample", "10", "--seed", "3");
    assertThat(server.reads()).hasSize(1);
    assertThat(server.reads().get(0).getSampleRows()).isEqualTo(10);
    assertThat(server.reads().get(0).getSampleSeed()).isEqualTo(3);
  }

  @Test
  void corpusLikeAFileOfImages_takesItsImagesAndRefusesOthers() throws IOException {
    Path images = folder.resolve("sketches.rskt");
    Path graphs = Path.of("../examples/graphs.jsonl");
    CliRun sketched =
        CliRun.of(
            "sketch",
            graphs.toString(),
            "--dimension",
            "256",
            "--seed",
            "7",
            "-o",
            images.toString());
    assertThat(sketched.code()).as(sketched.err()).isZero();
    CliRun created = create("--like", images.toString(), "--json");
    assertThat(created.code()).as(created.err()).isZero();
    assertThat(json(created).get("dimension").getAsInt()).isEqualTo(256);
    assertThat(json(created).get("fingerprint").getAsString()).isNotEmpty();
    Path inputs = matrix("in.npy", 2, 3, 1);
    CliRun appended =
        run(
            "corpus",
            "append",
            "rooms",
            "--inputs",
            inputs.toString(),
            "--sketches",
            images.toString());
    assertThat(appended.code()).as(appended.err()).isZero();
    assertThat(server.appends().get(0).getFingerprint().size()).isEqualTo(32);
    Path read = folder.resolve("read");
    run("corpus", "read", "rooms", "-o", read.toString());
    SpecFile beside = SpecFile.readBeside(read.resolve("sketches.npy")).orElseThrow();
    assertThat(beside.fingerprint().toString())
        .isEqualTo(
            json(CliRun.of("inspect", images.toString(), "--json"))
                .get("fingerprint")
                .getAsString());
    CliRun again =
        run(
            "corpus",
            "append",
            "rooms",
            "--inputs",
            read.resolve("inputs.npy").toString(),
            "--sketches",
            read.resolve("sketches.npy").toString());
    assertThat(again.code()).as(again.err()).isZero();
    CliRun bare =
        run(
            "corpus",
            "append",
            "rooms",
            "--inputs",
            inputs.toString(),
            "--sketches",
            matrix("out.npy", 2, 256, 1).toString());
    assertThat(bare.code()).isEqualTo(1);
    assertThat(bare.err()).contains("of another spec");
  }

  @Test
  void rowCountsThatDiffer_areAnErrorWithBothNumbers() throws IOException {
    create("--dimension", "16");
    CliRun run =
        run(
            "corpus",
            "append",
            "rooms",
            "--inputs",
            matrix("in.npy", 3, 3, 1).toString(),
            "--sketches",
            matrix("out.npy", 4, 16, 1).toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("has 3 rows, but").contains("has 4");
    assertThat(server.appends()).isEmpty();
  }

  @Test
  void wrongUse_isTold() {
    assertThat(create().code()).isEqualTo(2);
    assertThat(create("--dimension", "16", "--fingerprint", "abcd").err())
        .contains("2 bytes, must be 32");
    assertThat(CliRun.of("corpus").code()).isEqualTo(2);
    assertThat(CliRun.of("job").err()).contains("name a command");
    assertThat(CliRun.of("network", "--help").out()).contains("list", "get", "delete");
  }

  private void network() {
    byte[] floats = new byte[4 * 4 * 16];
    floats[3] = 0x3f; // 0.5
    server.finds(
        RecoveredNetwork.newBuilder()
            .setCorpus("corpora/rooms")
            .setDimension(16)
            .addAllInputSizes(List.of(2, 1))
            .setColumnCount(4)
            .setDictionary(ByteString.copyFrom(floats))
            .setOffset(ByteString.copyFrom(new byte[4 * 16]))
            .setInputLengths(ByteString.copyFrom(new byte[4 * 3]))
            .setExactColumnCount(1)
            .addObjects(RecoveredObject.newBuilder().setId("hidden-0").addColumns(3).setLevel(1))
            .addStages(RecoveryStage.newBuilder().setStage("row space"))
            .setPredictionCheck(
                PredictionCheck.newBuilder()
                    .setPairCount(100_000)
                    .setRelativeError(0.25)
                    .setPredictedShare(0.99999))
            .build());
  }

  @Test
  void job_isStartedWatchedAndLeavesANetwork() throws IOException {
    create("--dimension", "16");
    network();
    CliRun started = run("job", "start", "rooms", "--nonnegative", "--budget", "2h");
    assertThat(started).isEqualTo(new CliRun(0, "job-0\n", ""));
    JsonObject shown = json(run("job", "show", "job-0", "--json"));
    JsonObject parameters = shown.getAsJsonObject("parameters");
    assertThat(parameters.get("nonnegative").getAsBoolean()).isTrue();
    assertThat(parameters.get("budget").getAsString()).isEqualTo("7200s");
    assertThat(shown.getAsJsonObject("response").get("columnCount").getAsInt()).isEqualTo(4);
    CliRun watched = run("job", "watch", "job-0");
    assertThat(watched.code()).isZero();
    assertThat(watched.out()).startsWith("job-0  succeeded  corpora/rooms  networks/job-0: 4 col");
    assertThat(watched.err().lines()).hasSize(3);
    Path out = folder.resolve("network");
    CliRun got = run("network", "get", "job-0", "-o", out.toString(), "--json");
    assertThat(got.code()).as(got.err()).isZero();
    assertThat(json(got).get("objects").getAsJsonArray()).hasSize(1);
    assertThat(JsonParser.parseString(Files.readString(out.resolve("report.json"))))
        .isEqualTo(json(got));
    JsonObject all = json(got).getAsJsonObject("allPairs");
    assertThat(all.get("pairs").getAsLong()).isEqualTo(100_000);
    assertThat(all.get("predictionRelativeError").getAsDouble()).isEqualTo(0.25);
    assertThat(all.get("predictedShare").getAsDouble()).isEqualTo(0.99999);
    assertThat(run("network", "get", "job-0").out())
        .contains("of all 100,000 pairs 99.9990 % predicted, relative error 0.25");
    assertThat(out.resolve("codes.npy")).doesNotExist();
    try (NpyReader dictionary = new NpyReader(out.resolve("dictionary.npy"))) {
      assertThat(dictionary.rows()).isEqualTo(16);
      assertThat(dictionary.readRow()).containsExactly(0.5f, 0, 0, 0);
    }
    assertThat(json(run("network", "get", "job-0", "--json")).has("dictionary")).isFalse();
  }

  @Test
  void jobThatFails_isTheExitCode() {
    create("--dimension", "16");
    server.failsWith("pairs: show no rank");
    CliRun run = run("job", "start", "rooms", "--watch");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("failed").contains("pairs: show no rank");
    assertThat(run("job", "list").out()).startsWith("job-0  failed");
  }
}
