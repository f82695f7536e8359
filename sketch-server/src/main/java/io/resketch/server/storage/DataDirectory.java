package io.resketch.server.storage;

import io.resketch.server.storage.StorageException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Opens the database of a data directory, and says plainly what is wrong with a directory. */
final class DataDirectory {
  /** Sizes and names of the files of a closed database, a line each. */
  private static final String INVENTORY = "CLOSED";

  /** Where a backup is copied to before its files take their place. */
  private static final String FILLING = "RESTORING";

  private static final Pattern RECORD_FILE = Pattern.compile("\\d+\\.(sst|log)");
  private static final Pattern DATA_FILE =
      Pattern.compile("CURRENT|MANIFEST-\\d+|" + RECORD_FILE.pattern());

  private final Path path;

  DataDirectory(Path path) {
    this.path = path.toAbsolutePath().normalize();
  }

  /** Opens the database, or starts one in an empty directory. */
  RocksDB open(
      DBOptions options,
      List<ColumnFamilyDescriptor> descriptors,
      List<ColumnFamilyHandle> opened) {
    try {
      Files.createDirectories(path);
      checkFiles();
      checkFamilies(descriptors);
      Files.deleteIfExists(path.resolve(INVENTORY)); // from here on the files change
      return RocksDB.open(options, path.toString(), descriptors, opened);
    } catch (IOException e) {
      throw new StorageException(Reason.STORAGE_FAILED, path + " cannot be used: " + e, e);
    } catch (RocksDBException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith("lock hold by") || message.startsWith("While lock file")) {
        throw new StorageException(
            Reason.DATA_NOT_OURS,
            path + " is in use by another server; stop it or choose another directory",
            e);
      }
      throw failure("opening", e);
    }
  }

  /**
   * Writes down the files of a database that was closed: RocksDB takes a manifest that was cut for
   * an older state, and deletes all newer files.
   */
  void writeInventory() throws IOException {
    StringBuilder inventory = new StringBuilder();
    for (String name : names(DATA_FILE)) {
      inventory.append(Files.size(path.resolve(name))).append(' ').append(name).append('\n');
    }
    Files.writeString(path.resolve(INVENTORY), inventory);
  }

  /** Puts a database into a folder. */
  interface Filler {
    void fill(Path folder) throws IOException;
  }

  /**
   * Fills a directory that is missing, empty or left by a fill that was interrupted. Until it is
   * filled, it cannot be opened.
   *
   * @throws StorageException if there is something else in it
   */
  void fill(Filler filler) {
    Path folder = path.resolve(FILLING);
    try {
      Files.createDirectories(path);
      requireEmptyButForFilling();
      delete(folder);
      Files.createDirectory(folder);
      try {
        filler.fill(folder);
      } catch (IOException | RuntimeException e) {
        delete(folder);
        throw e;
      }
      for (Path file : list(folder)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Files.move(file, path.resolve(file.getFileName()));
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new StorageException(Reason.STORAGE_FAILED, path + " cannot be filled: " + e, e);
    }
  }

  private void requireEmptyButForFilling() throws IOException {
    for (Path file : list(path)) {
      if (!file.equals(path.resolve(FILLING))) {
        throw new StorageException(
            Reason.DATA_NOT_OURS,
            path + " is not empty, it holds " + file.getFileName() + "; choose a new directory",
            null);
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path file : list(folder)) {
        Files.delete(file);
      }
      Files.delete(folder);
    }
  }

  private void checkInventory() throws IOException {
    if (!Files.exists(path.resolve(INVENTORY))) {
      return; // new, or not closed: what counts is then in the write-ahead log
    }
    for (String line : Files.readAllLines(path.resolve(INVENTORY))) {
      String name = line.substring(line.indexOf(' ') + 1);
      Path file = path.resolve(name);
      String size = Files.exists(file) ? Files.size(file) + " " : "no ";
      if (!line.equals(size + name)) {
        throw damaged(
            name
                + " has "
                + size
                + "bytes, when it was closed it was \""
                + line
                + "\"; if another program opened the directory since, delete the file "
                + INVENTORY,
            null);
      }
    }
  }

  private List<String> names(Pattern pattern) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(pattern.asMatchPredicate())
          .sorted()
          .toList();
    }
  }

  /** RocksDB takes a directory without CURRENT for an empty one, and deletes what is there. */
  private void checkFiles() throws IOException {
    if (Files.exists(path.resolve(FILLING))) {
      throw damaged("restoring a backup into it did not finish", null);
    }
    checkInventory();
    if (Files.exists(path.resolve("CURRENT"))) {
      return;
    }
    List<String> records = names(RECORD_FILE);
    if (!records.isEmpty()) {
      throw damaged("the file CURRENT is missing beside " + records, null);
    }
  }

  private void checkFamilies(List<ColumnFamilyDescriptor> descriptors) throws RocksDBException {
    if (!Files.exists(path.resolve("CURRENT"))) {
      return;
    }
    List<String> known = descriptors.stream().map(d -> text(d.getName())).toList();
    try (Options options = new Options()) {
      List<String> foreign =
          RocksDB.listColumnFamilies(options, path.toString()).stream()
              .map(DataDirectory::text)
              .filter(name -> !known.contains(name))
              .toList();
      if (!foreign.isEmpty()) {
        throw notOurs("it holds column families this release does not know: " + foreign);
      }
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The directory was written by another release or program. */
  StorageException notOurs(String what) {
    return new StorageException(
        Reason.DATA_NOT_OURS,
        path
            + " was written by another release or program: "
            + what
            + "; run the release that wrote it, or choose another directory",
        null);
  }

  /** What lies in the directory is not what was written. */
  StorageException damaged(String what, Throwable cause) {
    return new StorageException(
        Reason.DATA_DAMAGED, path + " is damaged: " + what + "; restore it from a backup", cause);
  }

  StorageException closed() {
    return new StorageException(
        Reason.STORAGE_CLOSED, path + " is closed, the server is stopping; try again later", null);
  }

  /** What RocksDB says, told apart by what there is to do. */
  StorageException failure(String doing, RocksDBException e) {
    Status status = e.getStatus();
    Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
    if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
      return new StorageException(
          Reason.DISK_FULL,
          path
              + ": the disk is full ("
              + e.getMessage()
              + "); free 64 MB or more, and writes are taken again within seconds",
          e);
    }
    if (code == Status.Code.Corruption) {
      return damaged(e.getMessage(), e);
    }
    return new StorageException(
        Reason.STORAGE_FAILED,
        path
            + ": "
            + doing
            + " failed: "
            + e.getMessage()
            + "; see to the disk, then start the server again",
        e);
  }
}
