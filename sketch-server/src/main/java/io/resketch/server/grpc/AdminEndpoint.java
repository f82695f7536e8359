package io.resketch.server.grpc;

import com.google.protobuf.Timestamp;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.storage.Backups;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.Backup;
import io.resketch.v1.CreateBackupRequest;
import io.resketch.v1.CreateBackupResponse;
import io.resketch.v1.DeleteBackupRequest;
import io.resketch.v1.DeleteBackupResponse;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListBackupsResponse;
import io.resketch.v1.VerifyBackupRequest;
import io.resketch.v1.VerifyBackupResponse;
import java.util.Optional;

/** AdminService. */
public final class AdminEndpoint extends AdminServiceGrpc.AdminServiceImplBase {
  private final RocksStore store;
  private final Optional<Backups> backups;

  /** Without backups, every call is refused. */
  public AdminEndpoint(RocksStore store, Optional<Backups> backups) {
    this.store = store;
    this.backups = backups;
  }

  private Backups backups() {
    return backups.orElseThrow(
        () ->
            new StorageException(
                StorageException.Reason.NO_BACKUP_DIRECTORY,
                "the server has no directory for backups; start it with --backup-dir",
                null));
  }

  private static Backup message(Backups.Backup backup) {
    return Backup.newBuilder()
        .setId(backup.id())
        .setCreateTime(Timestamp.newBuilder().setSeconds(backup.seconds()))
        .setTotalBytes(backup.bytes())
        .setFileCount(backup.files())
        .build();
  }

  private static int checkAtLeast(int minimum, String field, int value) {
    if (value < minimum) {
      throw new InvalidInputException(field, value + " must be at least " + minimum);
    }
    return value;
  }

  @Override
  public void createBackup(
      CreateBackupRequest request, StreamObserver<CreateBackupResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          int keep = checkAtLeast(0, "keep", request.getKeep());
          Backups.Created created = backups().create(store, keep);
          return CreateBackupResponse.newBuilder()
              .setBackup(message(created.backup()))
              .setWrittenBytes(created.writtenBytes())
              .build();
        });
  }

  @Override
  public void listBackups(
      ListBackupsRequest request, StreamObserver<ListBackupsResponse> observer) {
    Unary.answer(
        observer,
        () ->
            ListBackupsResponse.newBuilder()
                .addAllBackups(backups().list().stream().map(AdminEndpoint::message).toList())
                .build());
  }

  @Override
  public void verifyBackup(
      VerifyBackupRequest request, StreamObserver<VerifyBackupResponse> observer) {
    Unary.answer(
        observer,
        () ->
            VerifyBackupResponse.newBuilder()
                .setBackup(message(backups().verify(checkAtLeast(0, "id", request.getId()))))
                .build());
  }

  @Override
  public void deleteBackup(
      DeleteBackupRequest request, StreamObserver<DeleteBackupResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          backups().delete(checkAtLeast(1, "id", request.getId()));
          return DeleteBackupResponse.getDefaultInstance();
        });
  }
}
