package io.resketch.server;

import com.google.protobuf.Timestamp;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.retention.Retention;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Collection;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.DeleteResponse;
import io.resketch.v1.PutItem;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Writes the sample data directory of a release, once for each release, and what it answers. A
 * directory is never written again: every later release must open it as it is. The answers are
 * written anew only where an estimator has changed.
 */
final class SampleDirectory {
  static final SketchSpec SPEC = new SketchSpec(512, 8, 7);

  /** Of a deletion that the directory remembers. */
  static final DeleteRequest DELETION =
      DeleteRequest.newBuilder()
          .setName("collections/rooms/sketches/deleted")
          .setRequestId("6f2c8ab0-51c5-4b4e-9b1e-0a4a9a7d2c11")
          .build();

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-24T12:00:00Z"));
  private static final long FIRST = Instant.parse("2026-11-21T22:10:00Z").getEpochSecond();

  /** The first day with runs. */
  static final long DAY = Instant.parse("2026-11-21T00:00:00Z").getEpochSecond();

  private static final long SECONDS_BETWEEN = 4000;
  private static final int RUNS = 8;

  private SampleDirectory() {}

  /** Takes a new folder to work in, the folder of the samples, and the release. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Path samples = Files.createDirectories(Path.of(args[1]));
    write(directory);
    zip(directory, samples.resolve(args[2] + ".zip"));
    try (TestServer server = new TestServer(directory)) {
      Files.writeString(
          samples.resolve(args[2] + ".txt"),
          String.join("\n", new SampleAnswers(server).lines()) + "\n",
          StandardOpenOption.CREATE_NEW);
    }
  }

  private static Timestamp time(int run) {
    return Timestamp.newBuilder().setSeconds(FIRST + run * SECONDS_BETWEEN).setNanos(run).build();
  }

  private static io.resketch.v1.Computation run(String id, int number) {
    Random random = new Random(number);
    Computation graph =
        number % 3 == 0 ? Runs.graph(random) : Runs.scene(random, 1 + number % 3, number % 2);
    return Graphs.computation(graph).toBuilder()
        .setId(id)
        .setTime(time(number))
        .putLabels("camera", number % 2 == 0 ? "door" : "yard")
        .build();
  }

  private static PutItem finished(String id, SketchSpec spec, Encoding encoding) {
    PutItem.Builder item = PutItem.newBuilder();
    item.getFinishedBuilder()
        .setId(id)
        .setSketch(
            Sketches.sketch(new Sketcher(spec).sketch(Runs.graph(new Random(5))).encode(encoding)));
    return item.build();
  }

  private static void write(Path directory) throws InterruptedException {
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, CLOCK);
      fillRooms(repository, new RollUps(store));
      SketchSpec other = new SketchSpec(256, new Family.Hadamard(), 9);
      Collection plain =
          Collection.newBuilder()
              .setSpec(Sketches.spec(other))
              .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE)
              .build();
      var unused = repository.create("plain", plain, Receipt.none());
      SketchCollection collection = repository.collection("plain");
      repository.put(collection, PutItem.newBuilder().setComputation(run("a", 1)).build());
      repository.put(collection, finished("bf16", other, Encoding.BF16));
    }
  }

  /** Old runs are shortened, one is deleted, and the last comes after the roll-ups were made. */
  private static void fillRooms(Repository repository, RollUps rollUps)
      throws InterruptedException {
    Collection.Builder rooms = Collection.newBuilder().setSpec(Sketches.spec(SPEC));
    rooms.getRetentionBuilder().addRulesBuilder().setKeep(0.5).getAgeBuilder().setSeconds(216_000);
    var unused = repository.create("rooms", rooms.build(), Receipt.none());
    SketchCollection collection = repository.collection("rooms");
    for (int i = 0; i < RUNS; i++) {
      repository.put(collection, PutItem.newBuilder().setComputation(run("run-" + i, i)).build());
    }
    repository.put(collection, PutItem.newBuilder().setComputation(run("deleted", 4)).build());
    repository.put(collection, finished("i8", SPEC, Encoding.I8_BLOCK));
    var unusedAnswer =
        repository
            .requests()
            .once(
                DELETION.getRequestId(),
                DELETION,
                DeleteResponse.parser(),
                (Boolean deleted) -> DeleteResponse.newBuilder().setDeleted(deleted).build(),
                receipt ->
                    repository.delete(
                        Names.parseSketch("name", DELETION.getName()), false, receipt));
    try (Retention retention = new Retention(repository, CLOCK)) {
      var unusedCount = retention.pass();
    }
    rollUps.roll(collection, UtcHours.FIRST, UtcHours.LAST);
    repository.put(collection, PutItem.newBuilder().setComputation(run("late", RUNS)).build());
  }

  /** Without what RocksDB writes for people only, which names paths of the machine. */
  private static void zip(Path directory, Path file) throws IOException {
    try (Stream<Path> listed = Files.list(directory);
        ZipOutputStream out =
            new ZipOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
      List<Path> files =
          listed
              .filter(Files::isRegularFile)
              .filter(path -> !path.getFileName().toString().matches("LOG.*|OPTIONS.*|LOCK"))
              .sorted()
              .toList();
      for (Path path : files) {
        out.putNextEntry(new ZipEntry(path.getFileName().toString()));
        out.write(Files.readAllBytes(path));
      }
    }
  }

  /** Copies the sample of a release to a directory. */
  static void unzip(String release, Path directory) throws IOException {
    try (ZipInputStream in =
        new ZipInputStream(
            SampleDirectory.class.getResourceAsStream("samples/" + release + ".zip"))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Files.write(directory.resolve(entry.getName()), in.readAllBytes());
      }
    }
  }

  /** What the sample of a release answered when it was written. */
  static List<String> answers(String release) throws IOException {
    try (var in = SampleDirectory.class.getResourceAsStream("samples/" + release + ".txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
