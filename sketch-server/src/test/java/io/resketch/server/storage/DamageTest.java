package io.resketch.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.resketch.server.storage.StorageException.Reason;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import io.resketch.v1.Sketch;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to a file of the directory: all records are read, or the damage is named. */
final class DamageTest {
  private static final int SKETCHES = 40;

  /** A directory that was closed: the records are in tables. */
  @TempDir private static Path closed;

  /** The same as a crash leaves it: the records are in the write-ahead log. */
  @TempDir private static Path crashed;

  @TempDir private Path copy;

  private enum Damage {
    MISSING,
    EMPTY,
    HALF,
    FLIPPED_START,
    FLIPPED_MIDDLE;

    void apply(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      switch (this) {
        case MISSING -> Files.delete(file);
        case EMPTY -> Files.write(file, new byte[0]);
        case HALF -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        case FLIPPED_START -> flip(file, bytes, Math.min(20, bytes.length / 2));
        case FLIPPED_MIDDLE -> flip(file, bytes, bytes.length / 2);
      }
    }

    private static void flip(Path file, byte[] bytes, int at) throws IOException {
      if (bytes.length > 0) {
        bytes[at] ^= 0x55;
        Files.write(file, bytes);
      }
    }
  }

  @BeforeAll
  static void fill() throws IOException {
    Random random = new Random(4);
    try (RocksStore store = RocksStore.open(closed)) {
      for (int i = 0; i < SKETCHES; i++) {
        byte[] image = new byte[1000];
        random.nextBytes(image);
        SketchRecord record =
            SketchRecord.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(i))
                .setSketch(Sketch.newBuilder().setImage(ByteString.copyFrom(image)))
                .build();
        try (StoreBatch batch = store.batch()) {
          batch.collection("rooms", Collection.newBuilder().setSketchCount(i + 1).build());
          batch.module("rooms", Module.newBuilder().setName("module " + i).build());
          batch.sketch("rooms", "run-" + i, record);
          batch.commit();
        }
      }
      copy(closed, crashed); // every write is on disk, none is in a table
    }
    assertThat(files(closed)).contains("CLOSED");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Sketches found, after checking that modules and counter are of the same batches. */
  private static int read(Path directory) {
    try (RocksStore store = RocksStore.open(directory)) {
      int[] sketches = {0};
      store.visitByTime("rooms", null, null, null, (position, id, record) -> ++sketches[0] > 0);
      int counted = (int) store.collections().stream().mapToLong(Collection::getSketchCount).sum();
      assertThat(counted).isEqualTo(sketches[0]);
      assertThat(store.modules("rooms")).hasSize(sketches[0]);
      return sketches[0];
    }
  }

  private void readsAllOrNamesTheDamage(Path source, String file, Damage damage)
      throws IOException {
    delete(copy);
    copy(source, copy);
    damage.apply(copy.resolve(file));
    int[] found = {-1};
    Throwable error = catchThrowable(() -> found[0] = read(copy));
    String what = damage + " " + file;
    if (error == null) {
      assertThat(found[0]).as(what).isEqualTo(SKETCHES);
    } else {
      assertThat(error).as(what).isInstanceOf(StorageException.class);
      assertThat(error).as(what).hasMessageContaining(copy.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedDirectory_withADamagedFile_isReadInFullOrRefused(Damage damage) throws IOException {
    for (String file : files(closed)) {
      readsAllOrNamesTheDamage(closed, file, damage);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLIPPED_START", "FLIPPED_MIDDLE"})
  void crashedDirectory_withADamagedFile_isReadInFullOrRefused(Damage damage) throws IOException {
    for (String file : files(crashed)) {
      readsAllOrNamesTheDamage(crashed, file, damage);
    }
  }

  @Test
  void damagedTable_isNamedWhenItIsRead() throws IOException {
    copy(closed, copy);
    for (String file : files(copy)) {
      String content = Files.readString(copy.resolve(file), StandardCharsets.ISO_8859_1);
      if (file.endsWith(".sst") && content.contains("modules")) {
        Damage.FLIPPED_START.apply(copy.resolve(file));
      }
    }
    try (RocksStore store = RocksStore.open(copy)) {
      assertThatThrownBy(() -> store.modules("rooms"))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(copy + " is damaged")
          .extracting(e -> ((StorageException) e).reason())
          .isEqualTo(Reason.DATA_DAMAGED);
    }
  }

  @Test
  void crashedDirectory_isReadInFull() throws IOException {
    copy(crashed, copy);
    assertThat(read(copy)).isEqualTo(SKETCHES);
  }

  @Test
  void logCutByACrash_losesTheLastWriteOnly_andAllOfIt() throws IOException {
    copy(crashed, copy);
    Path log = copy.resolve(files(copy).stream().filter(f -> f.endsWith(".log")).findFirst().get());
    byte[] bytes = Files.readAllBytes(log);
    int length = bytes.length;
    while (bytes[length - 1] == 0) { // space reserved ahead
      length--;
    }
    Files.write(log, Arrays.copyOf(bytes, length - 100));
    assertThat(read(copy)).isEqualTo(SKETCHES - 1);
  }
}
