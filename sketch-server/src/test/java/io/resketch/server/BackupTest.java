package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Code;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Computation;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.resketch.v1.Backup;
import io.resketch.v1.Collection;
import io.resketch.v1.CreateBackupRequest;
import io.resketch.v1.CreateBackupResponse;
import io.resketch.v1.DeleteBackupRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.VerifyBackupRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupTest {
  private static final String ROOMS = "collections/rooms";

  @TempDir private Path folder;
  private Path backups;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    backups = folder.resolve("backups");
    server = new TestServer(config("data").withBackupDirectory(backups));
    server.create("rooms", SPEC);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ServerConfig config(String data) {
    return new ServerConfig(folder.resolve(data), "127.0.0.1", 0, 0);
  }

  private AdminServiceBlockingStub admin() {
    return AdminServiceGrpc.newBlockingStub(server.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private CreateBackupResponse backup(int keep) {
    return admin().createBackup(CreateBackupRequest.newBuilder().setKeep(keep).build());
  }

  private List<Integer> ids() {
    return admin().listBackups(ListBackupsRequest.getDefaultInstance()).getBackupsList().stream()
        .map(Backup::getId)
        .toList();
  }

  private Backup verify(int id) {
    return admin().verifyBackup(VerifyBackupRequest.newBuilder().setId(id).build()).getBackup();
  }

  /** Brings a module and a skeleton of its own. */
  private static Computation run(String id) {
    return Computation.builder()
        .object(id, "module-" + id, Runs.attributes(new Random(id.hashCode())))
        .root(id, 1f)
        .build();
  }

  private void fill(int count) {
    for (int i = 0; i < count; i++) {
      server.put("rooms", "run-" + i, run("run-" + i));
    }
  }

  /**
   * A run of the command.
   *
   * @param text of both outputs
   */
  private record Restore(int code, String text) {}

  private Restore restore(String data, String... more) {
    StringWriter text = new StringWriter();
    List<String> arguments =
        new ArrayList<>(
            List.of("--backup-dir", backups.toString(), "--data", folder.resolve(data).toString()));
    arguments.addAll(List.of(more));
    int code =
        new RestoreTool()
            .run(new PrintWriter(text), new PrintWriter(text), arguments.toArray(String[]::new));
    return new Restore(code, text.toString());
  }

  private static List<SketchRecord> all(TestServer from) {
    List<SketchRecord> out = new ArrayList<>();
    ListRequest.Builder request = ListRequest.newBuilder().setParent(ROOMS);
    ListResponse page;
    do {
      page = from.repository().list(request.build());
      out.addAll(page.getRecordsList());
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    return out;
  }

  @Test
  void backupUnderPuts_hasEveryWriteAcknowledgedBefore_andNothingHalf() throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    boolean[] stop = {false};
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      int writer = w;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; !stop[0]; i++) {
                  String id = "run-" + writer + "-" + i;
                  server.put("rooms", id, run(id));
                  acknowledged.add(id);
                }
              });
      thread.start();
      writers.add(thread);
    }
    List<Set<String>> before = new ArrayList<>();
    for (int b = 0; b < 2; b++) {
      int sofar = acknowledged.size();
      while (acknowledged.size() < sofar + 30) {
        Thread.sleep(5);
      }
      before.add(Set.copyOf(acknowledged));
      backup(0);
    }
    stop[0] = true;
    for (Thread writer : writers) {
      writer.join();
    }
    List<SketchRecord> source = all(server);
    assertThat(ids()).containsExactly(1, 2);

    for (int b = 1; b <= 2; b++) {
      Restore restored = restore("restored-" + b, "--id", "" + b);
      assertThat(restored.code()).as(restored.text()).isZero();
      try (TestServer other = new TestServer(config("restored-" + b))) {
        List<SketchRecord> records = all(other);
        assertThat(records).isSubsetOf(source);
        assertThat(
                records.stream()
                    .map(record -> record.getName().substring((ROOMS + "/sketches/").length()))
                    .toList())
            .containsAll(before.get(b - 1));
        Collection collection = other.collection("rooms");
        assertThat(restored.text()).contains("1 collections, " + records.size() + " sketches");
        assertThat(collection.getSketchCount()).isEqualTo(records.size());
        assertThat(collection.getModulesCount()).isEqualTo(records.size());
        for (SketchRecord record : records) {
          assertThat(
                  other
                      .repository()
                      .get(GetRequest.newBuilder().setName(record.getName()).build())
                      .getRecord())
              .isEqualTo(record);
          other
              .repository()
              .decode(
                  RepositoryServiceDecodeRequest.newBuilder().setName(record.getName()).build());
        }
        other.put("rooms", "new", run("new"));
      }
    }
  }

  @Test
  void secondBackup_costsWhatWasWrittenSince() {
    fill(200);
    CreateBackupResponse first = backup(0);
    server.put("rooms", "one-more", run("one-more"));
    CreateBackupResponse second = backup(0);
    assertThat(first.getWrittenBytes()).isGreaterThan(1_000_000);
    assertThat(second.getWrittenBytes()).isLessThan(first.getWrittenBytes() / 10);
    assertThat(second.getBackup().getTotalBytes()).isGreaterThan(first.getBackup().getTotalBytes());
    assertThat(verify(0)).isEqualTo(second.getBackup());
  }

  private List<Path> backupFiles() throws IOException {
    try (Stream<Path> files = Files.walk(backups)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("LOCK") && file.toFile().length() > 0)
          .toList();
    }
  }

  @Test
  void flippedByteInAnyFile_isFoundByVerify_andRefusedByRestore() throws IOException {
    fill(5);
    backup(0);
    List<Path> files = backupFiles();
    assertThat(files).hasSizeGreaterThan(6);
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      int middle = bytes.length / 2;
      bytes[middle] ^= 1;
      Files.write(file, bytes);
      failure(() -> verify(1)).is(Code.DATA_LOSS, "BACKUP_DAMAGED");
      Restore restored = restore("restored");
      assertThat(restored.code()).as("%s", file).isEqualTo(1);
      assertThat(restored.text())
          .contains("backup 1 in " + backups + " is damaged: ")
          .hasLineCount(1);
      assertThat(folder.resolve("restored")).doesNotExist();
      bytes[middle] ^= 1;
      Files.write(file, bytes);
    }
    Files.delete(files.get(0));
    failure(() -> verify(1)).is(Code.DATA_LOSS, "BACKUP_DAMAGED");
  }

  @Test
  void oldBackups_areDeletedOnWish_andTheOthersStayWhole() {
    for (int i = 0; i < 4; i++) {
      server.put("rooms", "run-" + i, run("run-" + i));
      backup(0);
    }
    admin().deleteBackup(DeleteBackupRequest.newBuilder().setId(2).build());
    assertThat(ids()).containsExactly(1, 3, 4);
    backup(2);
    assertThat(ids()).containsExactly(4, 5);
    assertThat(verify(4).getId()).isEqualTo(4);
    assertThat(restore("restored", "--id", "4").text()).contains("1 collections, 4 sketches");
    failure(() -> verify(3)).is(Code.NOT_FOUND, "BACKUP_NOT_FOUND");
    failure(() -> admin().deleteBackup(DeleteBackupRequest.newBuilder().setId(3).build()))
        .is(Code.NOT_FOUND, "BACKUP_NOT_FOUND");
    failure(() -> admin().deleteBackup(DeleteBackupRequest.getDefaultInstance())).isInvalid("id");
    failure(() -> backup(-1)).isInvalid("keep");
  }

  @Test
  void backups_outliveTheServer() throws IOException {
    fill(2);
    backup(0);
    server.close();
    server = new TestServer(config("data").withBackupDirectory(backups));
    fill(3);
    assertThat(backup(0).getBackup().getId()).isEqualTo(2);
    assertThat(restore("first", "--id", "1").text()).contains("2 sketches");
    assertThat(restore("newest").text()).contains("3 sketches");
  }

  @Test
  void interruptedBackup_isNotListed_andTheNextOneClearsItAway() throws IOException {
    fill(1);
    backup(0);
    server.close();
    Path half = Files.createDirectories(backups.resolve("private/2")).resolve("MANIFEST-000005");
    Files.writeString(half, "half");
    Path orphan = backups.resolve("shared_checksum/000099_sABCDEFGHIJKLMNOPQRST_10.sst");
    Files.writeString(orphan, "half");
    server = new TestServer(config("data").withBackupDirectory(backups));
    assertThat(ids()).containsExactly(1);
    fill(2);
    assertThat(backup(0).getBackup().getId()).isEqualTo(2);
    assertThat(verify(2).getId()).isEqualTo(2);
    assertThat(backupFiles()).doesNotContain(half, orphan);
    assertThat(restore("restored").text()).contains("1 collections, 2 sketches");
  }

  @Test
  void restore_intoADirectoryInUse_isRefused() throws IOException {
    fill(1);
    backup(0);
    Restore refused = restore("data");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.text()).contains("is not empty, it holds ");
    assertThat(all(server)).hasSize(1);
    assertThat(restore("new", "--id", "9").text()).contains("has no backup 9; there are [1]");
    backups = folder.resolve("data");
    assertThat(restore("new").text()).contains("data is no directory of backups");
  }

  @Test
  void interruptedRestore_isNotServed_andCanBeRunAgain() throws IOException {
    fill(1);
    backup(0);
    Path half = Files.createDirectories(folder.resolve("half/RESTORING"));
    Files.writeString(half.resolve("CURRENT"), "MANIFEST-000005\n");
    assertThatThrownBy(() -> new TestServer(config("half")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("restoring a backup into it did not finish");
    assertThat(restore("half").code()).isZero();
    try (TestServer other = new TestServer(config("half"))) {
      assertThat(all(other)).hasSize(1);
    }
  }

  @Test
  void directory_isOfOneServer_andApartFromTheData() throws IOException {
    assertThatThrownBy(() -> new TestServer(config("other").withBackupDirectory(backups)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("holds the backups of another running server");
    assertThatThrownBy(() -> config("x").withBackupDirectory(folder.resolve("x/backups")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("backupDirectory: ");
    server.close();
    server = new TestServer(config("data"));
    failure(() -> backup(0)).is(Code.FAILED_PRECONDITION, "NO_BACKUP_DIRECTORY");
    failure(this::ids).is(Code.FAILED_PRECONDITION, "NO_BACKUP_DIRECTORY");
  }
}
