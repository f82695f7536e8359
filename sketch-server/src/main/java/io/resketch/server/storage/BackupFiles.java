package io.resketch.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The files of one backup. RocksDB's binding for Java does not verify checksums, so this reads the
 * list that the backup engine keeps of them ({@code meta/ID}: time, sequence number, an optional
 * line of metadata, number of files, and a line for each: path, {@code crc32}, CRC-32C in decimal).
 */
final class BackupFiles {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern FILE = Pattern.compile("(\\S+) crc32 (\\d{1,10})(?: .*)?");

  /** The backup is not as it was written; the message says where. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  private final Path directory;
  private final Path list;

  BackupFiles(Path directory, int id) {
    this.directory = directory;
    this.list = directory.resolve("meta").resolve(Integer.toString(id));
  }

  /** Compares every file with its checksum. */
  void verify() throws IOException, DamagedException {
    List<String> lines = lines();
    int first = 3;
    if (lines.size() >= first && lines.get(2).startsWith("metadata ")) {
      first++;
    }
    if (lines.size() < first
        || !NUMBER.matcher(lines.get(0)).matches()
        || !NUMBER.matcher(lines.get(1)).matches()
        || !lines.get(first - 1).equals(Integer.toString(lines.size() - first))) {
      throw new DamagedException(list + " does not list as many files as it says");
    }
    for (String line : lines.subList(first, lines.size())) {
      Matcher file = FILE.matcher(line);
      if (!file.matches()) {
        throw new DamagedException(list + " has a line that names no file: " + line);
      }
      verify(directory.resolve(file.group(1)), Long.parseLong(file.group(2)));
    }
  }

  private List<String> lines() throws IOException, DamagedException {
    if (!Files.isRegularFile(list)) {
      throw new DamagedException(list + " is missing");
    }
    return Files.readAllLines(list, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static void verify(Path file, long checksum) throws IOException, DamagedException {
    if (!Files.isRegularFile(file)) {
      throw new DamagedException(file + " is missing");
    }
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      while (in.read(buffer) >= 0) {
        crc.update(buffer.flip());
        buffer.clear();
      }
    }
    if (crc.getValue() != checksum) {
      throw new DamagedException(
          file + " has checksum " + crc.getValue() + ", when it was written it was " + checksum);
    }
  }
}
