package io.resketch.server.storage;

import io.resketch.server.storage.StorageException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.BackupEngine;
import org.rocksdb.BackupEngineOptions;
import org.rocksdb.BackupInfo;
import org.rocksdb.Env;
import org.rocksdb.RestoreOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The backups in a directory, incremental and checksummed by RocksDB's backup engine. Thread-safe:
 * calls wait for each other.
 */
public final class Backups implements AutoCloseable {
  private static final String LOCK = "LOCK";

  /**
   * One backup.
   *
   * @param id from 1
   * @param seconds of the Unix epoch when it was begun
   * @param bytes of all its files, shared ones included
   * @param files how many these are
   */
  public record Backup(int id, long seconds, long bytes, int files) {}

  /**
   * A backup just made.
   *
   * @param writtenBytes what it does not share with those before
   */
  public record Created(Backup backup, long writtenBytes) {}

  private final Path directory;
  private final FileChannel lock;
  private final BackupEngineOptions options;
  private final BackupEngine engine;

  private Backups(Path directory, FileChannel lock) {
    RocksDB.loadLibrary();
    this.directory = directory;
    this.lock = lock;
    this.options = new BackupEngineOptions(directory.toString());
    try {
      this.engine = BackupEngine.open(Env.getDefault(), options);
    } catch (RocksDBException e) {
      options.close();
      throw failure("opening", e);
    }
  }

  /**
   * Opens a directory for the backups of one server, or starts one.
   *
   * @throws StorageException if another server uses it, or the disk refuses
   */
  public static Backups open(Path path) {
    Path directory = path.toAbsolutePath().normalize();
    FileChannel lock = null;
    try {
      Files.createDirectories(directory);
      lock =
          FileChannel.open(
              directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(lock)) {
        lock.close();
        throw new StorageException(
            Reason.DATA_NOT_OURS,
            directory + " holds the backups of another running server; give each its own",
            null);
      }
      try {
        return new Backups(directory, lock);
      } catch (StorageException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  /** Opens a directory of backups to read from, whether or not a server uses it. */
  public static Backups existing(Path path) {
    Path directory = path.toAbsolutePath().normalize();
    if (!Files.isDirectory(directory.resolve("meta"))) {
      throw new StorageException(
          Reason.BACKUP_NOT_FOUND,
          directory + " is no directory of backups; give the --backup-dir of the server",
          null);
    }
    return new Backups(directory, null);
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by a server in this process
    }
  }

  /**
   * Backs up a store that goes on meanwhile. Every write that is on disk at the call is in it, and
   * none by half.
   *
   * @param keep how many of the newest backups to leave, deleting the others once this one has been
   *     verified; 0 leaves all
   */
  public synchronized Created create(RocksStore store, int keep) {
    long before = size();
    try {
      store.backup(engine);
    } catch (RocksDBException e) {
      throw failure("backing up", e);
    }
    List<Backup> all = list();
    Backup created = all.get(all.size() - 1);
    long written = size() - before;
    if (keep > 0) {
      verify(created.id());
      try {
        engine.purgeOldBackups(keep);
      } catch (RocksDBException e) {
        throw failure("deleting old backups", e);
      }
    }
    return new Created(created, written);
  }

  private long size() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      throw unusable(directory, e);
    }
  }

  /** The backups there are, oldest first. */
  public synchronized List<Backup> list() {
    return engine.getBackupInfo().stream()
        .map(Backups::backup)
        .sorted(Comparator.comparingInt(Backup::id))
        .toList();
  }

  private static Backup backup(BackupInfo info) {
    return new Backup(info.backupId(), info.timestamp(), info.size(), info.numberFiles());
  }

  /** The backup of a number, 0 for the newest, even if that is a damaged one. */
  private Backup find(int id) {
    List<Backup> whole = list();
    List<Integer> damaged = Arrays.stream(engine.getCorruptedBackups()).boxed().toList();
    int wanted =
        id != 0
            ? id
            : Stream.concat(whole.stream().map(Backup::id), damaged.stream())
                .max(Comparator.naturalOrder())
                .orElse(0);
    if (damaged.contains(wanted)) {
      throw damaged(wanted, "the list of its files does not fit what lies there");
    }
    return whole.stream()
        .filter(backup -> backup.id() == wanted)
        .findFirst()
        .orElseThrow(
            () ->
                new StorageException(
                    Reason.BACKUP_NOT_FOUND,
                    directory
                        + " has no backup "
                        + (id == 0 ? "yet" : id)
                        + "; there are "
                        + whole.stream().map(Backup::id).toList(),
                    null));
  }

  /**
   * Reads every file of a backup and compares its checksum.
   *
   * @param id 0 for the newest
   * @return the backup, which is as it was written
   * @throws StorageException BACKUP_NOT_FOUND, BACKUP_DAMAGED
   */
  public synchronized Backup verify(int id) {
    Backup backup = find(id);
    try {
      new BackupFiles(directory, backup.id()).verify();
    } catch (BackupFiles.DamagedException e) {
      throw damaged(backup.id(), e.getMessage());
    } catch (IOException e) {
      throw unusable(directory, e);
    }
    return backup;
  }

  /**
   * Deletes a backup and the files that no other needs.
   *
   * @throws StorageException BACKUP_NOT_FOUND
   */
  public synchronized void delete(int id) {
    if (Arrays.stream(engine.getCorruptedBackups()).noneMatch(damaged -> damaged == id)) {
      find(id);
    }
    try {
      engine.deleteBackup(id);
    } catch (RocksDBException e) {
      throw failure("deleting backup " + id, e);
    }
  }

  /**
   * Verifies a backup and copies it to a data directory that is missing or empty.
   *
   * @param id 0 for the newest
   * @return the backup restored
   * @throws StorageException BACKUP_NOT_FOUND; BACKUP_DAMAGED, and nothing is left in the
   *     directory; DATA_NOT_OURS if the directory is not empty
   */
  public synchronized Backup restore(int id, Path data) {
    DataDirectory target = new DataDirectory(data);
    Backup backup = verify(id);
    target.fill(
        folder -> {
          try (RestoreOptions restore = new RestoreOptions(false)) {
            engine.restoreDbFromBackup(backup.id(), folder.toString(), folder.toString(), restore);
          } catch (RocksDBException e) {
            throw failure("restoring backup " + backup.id(), e);
          }
        });
    return backup;
  }

  private StorageException damaged(int id, String what) {
    return new StorageException(
        Reason.BACKUP_DAMAGED,
        "backup " + id + " in " + directory + " is damaged: " + what + "; use another one",
        null);
  }

  private static StorageException unusable(Path directory, Exception e) {
    return new StorageException(Reason.STORAGE_FAILED, directory + " cannot be used: " + e, e);
  }

  private StorageException failure(String doing, RocksDBException e) {
    boolean full = e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
    return new StorageException(
        full ? Reason.DISK_FULL : Reason.STORAGE_FAILED,
        directory
            + ": "
            + doing
            + " failed: "
            + e.getMessage()
            + (full ? "; free space and try again" : "; see to the disk and try again"),
        e);
  }

  @Override
  public synchronized void close() {
    engine.close();
    options.close();
    if (lock == null) {
      return;
    }
    try {
      lock.close();
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }
}
