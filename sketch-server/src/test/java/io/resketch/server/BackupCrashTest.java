package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.resketch.v1.Backup;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateBackupRequest;
import io.resketch.v1.CreateBackupResponse;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.VerifyBackupRequest;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server process is killed in the middle of backups. */
final class BackupCrashTest {
  private static final int ROUNDS = 2;
  private static final int SKETCHES_OF_A_ROUND = 6;
  private static final int LONGEST_WAIT_MILLIS = 20;
  private static final long SEED = 20261124;
  private static final SketchSpec SPEC = new SketchSpec(1 << 19, 16, 7); // 2 MiB each
  private static final String ROOMS = "collections/rooms";

  @TempDir private Path folder;
  private Path data;
  private Path backups;
  private int stored;

  @BeforeEach
  void paths() {
    data = folder.resolve("data");
    backups = folder.resolve("backups");
  }

  private static AdminServiceBlockingStub admin(ManagedChannel channel) {
    return AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static Backup backup(ManagedChannel channel) {
    return admin(channel).createBackup(CreateBackupRequest.getDefaultInstance()).getBackup();
  }

  private static void create(ManagedChannel channel) {
    var unused =
        CollectionServiceGrpc.newBlockingStub(channel)
            .createCollection(
                CreateCollectionRequest.newBuilder()
                    .setCollectionId("rooms")
                    .setCollection(Collection.newBuilder().setSpec(Sketches.spec(SPEC)))
                    .build());
  }

  /** Sketches whose bytes nothing before has. */
  private void fill(ManagedChannel channel) {
    for (int i = 0; i < SKETCHES_OF_A_ROUND; i++) {
      PutItem.Builder item = PutItem.newBuilder();
      item.getFinishedBuilder()
          .setId("run-" + stored)
          .setSketch(
              Sketches.sketch(new Sketcher(SPEC).sketch(Runs.graph(new Random(SEED + stored)))));
      var unused =
          RepositoryServiceGrpc.newBlockingStub(channel)
              .put(PutRequest.newBuilder().setParent(ROOMS).setItem(item).build());
      stored++;
    }
  }

  /** Every backup that is listed is whole, and those acknowledged are listed. */
  private static void check(ManagedChannel channel, List<Backup> acknowledged) {
    List<Backup> listed =
        admin(channel).listBackups(ListBackupsRequest.getDefaultInstance()).getBackupsList();
    assertThat(listed).containsAll(acknowledged);
    for (Backup backup : listed) {
      VerifyBackupRequest request = VerifyBackupRequest.newBuilder().setId(backup.getId()).build();
      assertThat(admin(channel).verifyBackup(request).getBackup()).isEqualTo(backup);
    }
  }

  /** The files that are being copied to the directory of backups. */
  private boolean isCopying() throws IOException {
    try (Stream<Path> files = Files.walk(backups)) {
      return files.anyMatch(file -> file.toString().endsWith(".tmp"));
    } catch (UncheckedIOException e) {
      return false; // a file went while it was looked at
    }
  }

  /** Whether the server was killed before it had made the backup. */
  private boolean killWhileItBacksUp(ServeProcess server, ManagedChannel channel, long waitMillis)
      throws Exception {
    ListenableFuture<CreateBackupResponse> call =
        AdminServiceGrpc.newFutureStub(channel)
            .createBackup(CreateBackupRequest.getDefaultInstance());
    while (!call.isDone() && !isCopying()) {
      Thread.onSpinWait();
    }
    Thread.sleep(waitMillis);
    server.kill();
    try {
      call.get(20, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private List<String> restored(int id) throws IOException {
    StringWriter text = new StringWriter();
    Path target = folder.resolve("restored-" + id);
    int code =
        new RestoreTool()
            .run(
                new PrintWriter(text),
                new PrintWriter(text),
                "--backup-dir",
                backups.toString(),
                "--id",
                Integer.toString(id),
                "--data",
                target.toString());
    assertThat(code).as(text.toString()).isZero();
    try (TestServer server = new TestServer(target)) {
      return server
          .repository()
          .list(
              ListRequest.newBuilder()
                  .setParent(ROOMS)
                  .setPageSize(1000)
                  .setOmitSketches(true)
                  .build())
          .getRecordsList()
          .stream()
          .map(SketchRecord::getName)
          .toList();
    }
  }

  @Test
  void killedInMidBackup_leavesTheEarlierOnesWhole_andTheNextOneWorks() throws Exception {
    Random random = new Random(SEED);
    List<Backup> acknowledged = new ArrayList<>();
    int first = 0;
    int interrupted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (ServeProcess server = ServeProcess.startWithBackups(data, backups)) {
        ManagedChannel channel = TestServer.channel(server.port());
        create(channel);
        check(channel, acknowledged);
        fill(channel);
        if (round == 0) {
          acknowledged.add(backup(channel));
          first = stored;
          fill(channel);
        }
        if (killWhileItBacksUp(server, channel, random.nextInt(LONGEST_WAIT_MILLIS))) {
          interrupted++;
        }
        channel.shutdownNow();
      }
    }
    assertThat(interrupted).isPositive();
    try (ServeProcess server = ServeProcess.startWithBackups(data, backups)) {
      ManagedChannel channel = TestServer.channel(server.port());
      check(channel, acknowledged);
      acknowledged.add(backup(channel));
      check(channel, acknowledged);
      channel.shutdownNow();
      assertThat(server.terminate()).isZero();
    }
    assertThat(restored(acknowledged.get(0).getId())).hasSize(first);
    assertThat(restored(acknowledged.get(1).getId())).hasSize(stored);
  }
}
