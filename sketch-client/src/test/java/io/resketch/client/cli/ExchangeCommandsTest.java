package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.resketch.client.FakeServer;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.Backup;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateBackupRequest;
import io.resketch.v1.CreateBackupResponse;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.CreateCollectionResponse;
import io.resketch.v1.DeleteBackupRequest;
import io.resketch.v1.DeleteBackupResponse;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetCollectionResponse;
import io.resketch.v1.ImportRequest;
import io.resketch.v1.ImportResponse;
import io.resketch.v1.IndexOptions;
import io.resketch.v1.ItemStatus;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListBackupsResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.VerifyBackupRequest;
import io.resketch.v1.VerifyBackupResponse;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeCommandsTest {
  private static final int SKETCHES = 10;

  @TempDir private Path folder;
  private final List<ExportRequest> exports = Collections.synchronizedList(new ArrayList<>());
  private final List<ExchangeItem> imported = Collections.synchronizedList(new ArrayList<>());
  private final List<Collection> created = Collections.synchronizedList(new ArrayList<>());
  private final List<Backup> backups = Collections.synchronizedList(new ArrayList<>());
  private volatile int breakAfter = Integer.MAX_VALUE;
  private FakeServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer(new CollectionService(), new Exchange(), new Admin());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static final Collection ROOMS =
      Collection.newBuilder()
          .setName("collections/rooms")
          .setSpec(Sketches.spec(new SketchSpec(1024, 16, 7)))
          .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE)
          .build();

  private static List<ExchangeItem> items(int from) {
    List<ExchangeItem> out = new ArrayList<>();
    ExchangeItem.Builder header = ExchangeItem.newBuilder();
    header
        .getHeaderBuilder()
        .setSpec(ROOMS.getSpec())
        .setSkeletonPolicy(ROOMS.getSkeletonPolicy())
        .addRollupLabels("camera")
        .setIndex(IndexOptions.newBuilder().setPrefixLength(256))
        .getRetentionBuilder()
        .addRulesBuilder()
        .setDelete(true)
        .getAgeBuilder()
        .setSeconds(7);
    out.add(header.build());
    for (int i = from; i < SKETCHES; i++) {
      ExchangeItem.Builder item = ExchangeItem.newBuilder();
      item.getSketchBuilder().setId("run-" + i).putLabels("camera", "door");
      out.add(item.build());
    }
    return out;
  }

  /** Ten sketches; the cursor is the number of the next one. */
  private final class Exchange extends RepositoryServiceGrpc.RepositoryServiceImplBase {
    @Override
    public void export(ExportRequest request, StreamObserver<ExportResponse> observer) {
      exports.add(request);
      int next =
          request.getAfterCursor().isEmpty() ? 0 : Integer.parseInt(request.getAfterCursor());
      int sent = 0;
      for (ExchangeItem item : items(next)) {
        if (sent++ == breakAfter) {
          observer.onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
          return;
        }
        next += item.hasSketch() ? 1 : 0;
        observer.onNext(
            ExportResponse.newBuilder()
                .setCursor(next == 0 ? "" : "" + next)
                .setItem(item)
                .build());
      }
      observer.onCompleted();
    }

    @Override
    public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> observer) {
      return new StreamObserver<>() {
        private long index;

        @Override
        public void onNext(ImportRequest request) {
          ImportResponse.Builder ack = ImportResponse.newBuilder().setIndex(index++);
          if (request.getItem().getSketch().getId().equals("run-3")) {
            ack.setStatus(
                ItemStatus.newBuilder()
                    .setCode(Code.ALREADY_EXISTS_VALUE)
                    .setMessage("exists with other content"));
          } else {
            imported.add(request.getItem());
          }
          observer.onNext(ack.build());
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }
  }

  private final class CollectionService extends CollectionServiceGrpc.CollectionServiceImplBase {
    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
      if (request.getName().equals("collections/new")) {
        observer.onError(Status.NOT_FOUND.asRuntimeException());
        return;
      }
      observer.onNext(GetCollectionResponse.newBuilder().setCollection(ROOMS).build());
      observer.onCompleted();
    }

    @Override
    public void createCollection(
        CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> observer) {
      created.add(request.getCollection());
      observer.onNext(CreateCollectionResponse.newBuilder().setCollection(ROOMS).build());
      observer.onCompleted();
    }
  }

  private final class Admin extends AdminServiceGrpc.AdminServiceImplBase {
    @Override
    public void createBackup(
        CreateBackupRequest request, StreamObserver<CreateBackupResponse> observer) {
      Backup.Builder backup =
          Backup.newBuilder().setId(backups.size() + 1).setTotalBytes(12_345).setFileCount(7);
      backup.getCreateTimeBuilder().setSeconds(1_795_000_000);
      backups.add(backup.build());
      observer.onNext(
          CreateBackupResponse.newBuilder()
              .setBackup(backup)
              .setWrittenBytes(1_000 + request.getKeep())
              .build());
      observer.onCompleted();
    }

    @Override
    public void listBackups(
        ListBackupsRequest request, StreamObserver<ListBackupsResponse> observer) {
      observer.onNext(ListBackupsResponse.newBuilder().addAllBackups(backups).build());
      observer.onCompleted();
    }

    @Override
    public void verifyBackup(
        VerifyBackupRequest request, StreamObserver<VerifyBackupResponse> observer) {
      if (request.getId() > backups.size()) {
        observer.onError(Status.DATA_LOSS.withDescription("is damaged").asRuntimeException());
        return;
      }
      observer.onNext(
          VerifyBackupResponse.newBuilder()
              .setBackup(backups.get(Math.max(request.getId() - 1, 0)))
              .build());
      observer.onCompleted();
    }

    @Override
    public void deleteBackup(
        DeleteBackupRequest request, StreamObserver<DeleteBackupResponse> observer) {
      backups.removeIf(backup -> backup.getId() == request.getId());
      observer.onNext(DeleteBackupResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private Path file() {
    return folder.resolve("rooms.rskx");
  }

  private CliRun run(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("--server", server.target()));
    return CliRun.of(all.toArray(String[]::new));
  }

  private CliRun export(String... more) {
    List<String> all = new ArrayList<>(List.of("export", "--collection", "rooms", "-o"));
    all.add(file().toString());
    all.addAll(Arrays.asList(more));
    return run(all.toArray(String[]::new));
  }

  private CliRun importFile(String... more) {
    List<String> all =
        new ArrayList<>(List.of("import", file().toString(), "--collection", "rooms"));
    all.addAll(Arrays.asList(more));
    return run(all.toArray(String[]::new));
  }

  private static List<ExchangeItem> taken(int upTo) {
    List<ExchangeItem> out = new ArrayList<>(items(0).subList(0, 1 + upTo));
    out.removeIf(item -> item.getSketch().getId().equals("run-3"));
    return out;
  }

  @Test
  void export_isImported_andARefusedSketchIsReported() {
    CliRun exported = export("--filter", "label.camera = door", "--start", "2026-11-23T08:00:00Z");
    assertThat(exported).isEqualTo(new CliRun(0, "", "10 sketches in " + file() + "\n"));
    assertThat(exports.get(0).getFilter()).isEqualTo("label.camera = door");
    assertThat(exports.get(0).getRange().hasStart()).isTrue();

    CliRun run = importFile();
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEqualTo("9 stored, 1 failed\n");
    assertThat(run.err()).isEqualTo("item 4 (run-3): ALREADY_EXISTS: exists with other content\n");
    assertThat(imported).isEqualTo(taken(SKETCHES));
    assertThat(created).isEmpty();
  }

  @Test
  void create_makesTheCollectionAsTheExportedOneWas() {
    export();
    run("import", file().toString(), "--collection", "new", "--create");
    var header = items(0).get(0).getHeader();
    assertThat(created)
        .containsExactly(
            ROOMS.toBuilder()
                .clearName()
                .addRollupLabels("camera")
                .setRetention(header.getRetention())
                .setIndex(header.getIndex())
                .build());
  }

  @Test
  void create_leavesACollectionThatExistsItsOwnOptions() {
    export();
    JsonObject report =
        JsonParser.parseString(importFile("--create", "--json").out()).getAsJsonObject();
    assertThat(report.get("stored").getAsInt()).isEqualTo(9);
    assertThat(report.getAsJsonArray("errors").get(0).getAsJsonObject().get("id").getAsString())
        .isEqualTo("run-3");
    assertThat(created).containsExactly(ROOMS.toBuilder().clearName().build());
  }

  @Test
  void exportThatBreaks_leavesWhatItHas_andIsContinued() {
    breakAfter = 6;
    CliRun broken = export();
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains("UNAVAILABLE: stopping").hasLineCount(1);
    assertThat(export().err()).contains("exists; ");

    CliRun half = importFile();
    assertThat(half.code()).isEqualTo(1);
    assertThat(half.out()).isEqualTo("4 stored, 1 failed\n");
    assertThat(half.err()).contains("rooms.rskx: is cut off behind byte ");
    assertThat(imported).isEqualTo(taken(5));

    breakAfter = Integer.MAX_VALUE;
    assertThat(export("--resume").err()).isEqualTo("5 more sketches in " + file() + "\n");
    assertThat(exports.get(exports.size() - 1).getAfterCursor()).isEqualTo("5");
    imported.clear();
    assertThat(importFile().out()).isEqualTo("9 stored, 1 failed\n");
    assertThat(imported.stream().filter(ExchangeItem::hasSketch).toList())
        .isEqualTo(taken(SKETCHES).subList(1, SKETCHES));
    assertThat(export("--resume").err()).isEqualTo("0 more sketches in " + file() + "\n");
  }

  @Test
  void damagedFile_isImportedUpToTheDamage() throws IOException {
    export();
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(file(), bytes);
    CliRun run = importFile();
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("rooms.rskx: is damaged at byte ");
    assertThat(imported).hasSizeBetween(3, 7);
    assertThat(taken(SKETCHES)).startsWith(imported.toArray(ExchangeItem[]::new));
  }

  @Test
  void import_fromAServer() {
    CliRun run =
        run(
            "import",
            "--from",
            server.target(),
            "--from-collection",
            "rooms",
            "--collection",
            "copy");
    assertThat(run.out()).isEqualTo("9 stored, 1 failed\n");
    assertThat(imported).isEqualTo(taken(SKETCHES));
    breakAfter = 4;
    assertThat(
            run(
                    "import",
                    "--from",
                    server.target(),
                    "--from-collection",
                    "rooms",
                    "--collection",
                    "copy")
                .err())
        .contains("UNAVAILABLE: stopping")
        .hasLineCount(1);
  }

  @Test
  void wrongUse_isExitCode2() {
    assertThat(run("import", "--collection", "rooms").code()).isEqualTo(2);
    assertThat(run("import", "a.rskx", "--from", "h:1", "--collection", "rooms").code())
        .isEqualTo(2);
    assertThat(run("import", "--from", server.target(), "--collection", "rooms").code())
        .isEqualTo(2);
    assertThat(run("export", "--collection", "rooms").code()).isEqualTo(2);
    assertThat(run("backups", "--delete", "x").code()).isEqualTo(2);
  }

  @Test
  void backups_areMadeListedVerifiedAndDeleted() {
    String line = "1  2026-11-18T11:06:40Z  12,345 bytes in 7 files";
    assertThat(run("backup", "--keep", "3"))
        .isEqualTo(new CliRun(0, line + ", 1,003 written\n", ""));
    assertThat(run("backup").code()).isZero();
    assertThat(run("backups").out()).startsWith(line + "\n2  ");
    assertThat(run("verify", "--id", "1").out()).isEqualTo(line + ", as written\n");
    CliRun damaged = run("verify", "--id", "9");
    assertThat(damaged).isEqualTo(new CliRun(1, "", "resketch: DATA_LOSS: is damaged\n"));
    JsonObject json =
        JsonParser.parseString(run("backups", "--delete", "1", "--json").out()).getAsJsonObject();
    assertThat(json.toString())
        .isEqualTo(
            "{\"backups\":[{\"id\":2,\"time\":\"2026-11-18T11:06:40Z\","
                + "\"totalBytes\":12345,\"files\":7}]}");
  }
}
