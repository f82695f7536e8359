package io.resketch.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NpyTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("a.npy");
  }

  private void write(float[]... rows) throws IOException {
    try (NpyWriter out = new NpyWriter(file(), rows[0].length)) {
      for (float[] row : rows) {
        out.writeRow(row);
      }
      out.commit();
    }
  }

  /** A file as numpy.save of the version writes it. */
  private void writeRaw(int version, String dictionary, byte[] data) throws IOException {
    int lengthBytes = version == 1 ? 2 : 4;
    int unpadded = 8 + lengthBytes + dictionary.length() + 1;
    String padded = dictionary + " ".repeat((64 - unpadded % 64) % 64) + "\n";
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    length.putInt(padded.length());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    out.write(length.array(), 0, lengthBytes);
    out.writeBytes(padded.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(data);
    Files.write(file(), out.toByteArray());
  }

  private static byte[] floats(float... values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putFloat(value);
    }
    return out.array();
  }

  @Test
  void write_headerFollowsTheSpecification() throws IOException {
    write(new float[] {1, 2}, new float[] {3, -4.5f}, new float[] {0, Float.MIN_VALUE});
    byte[] bytes = Files.readAllBytes(file());
    assertThat(Arrays.copyOf(bytes, 8)).containsExactly((byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
    int length = ByteBuffer.wrap(bytes, 8, 2).order(ByteOrder.LITTLE_ENDIAN).getShort();
    assertThat((10 + length) % 64).isZero();
    String header = new String(bytes, 10, length, StandardCharsets.US_ASCII);
    assertThat(header)
        .matches("\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(3, 2\\), \\} *\n");
    assertThat(Arrays.copyOfRange(bytes, 10 + length, bytes.length))
        .isEqualTo(floats(1, 2, 3, -4.5f, 0, Float.MIN_VALUE));
  }

  @Test
  void read_returnsWhatWasWritten() throws IOException {
    float[] first = {1, 2, 3};
    float[] second = {-0f, Float.NaN, Float.MAX_VALUE};
    write(first, second);
    try (NpyReader in = new NpyReader(file())) {
      assertThat(in.rows()).isEqualTo(2);
      assertThat(in.columns()).isEqualTo(3);
      assertThat(in.readRow()).isEqualTo(first);
      assertThat(in.readRow()).isEqualTo(second);
    }
  }

  @Test
  void read_takesBothHeaderVersions() throws IOException {
    for (int version : List.of(1, 2)) {
      writeRaw(
          version, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", floats(5, 6));
      try (NpyReader in = new NpyReader(file())) {
        assertThat(in.readRow()).containsExactly(5, 6);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), } | type <f8; needs float32
          {'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), } | type >f4; needs float32
          {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2), } | structured kind
          {'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), } | Fortran order
          {'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | shape (2,); needs two
          {'descr': '<f4', 'fortran_order': False, 'shape': (), } | shape (); needs two
          {'descr': '<f4', 'fortran_order': False, } | 'shape' is missing
          {'descr': '<f4', 'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), } | 'descr' is given twice
          {'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'shape': (2, 1), } | 'shape' is given twice
          {'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'more': 1, } | damaged header: 'more': 1
          {'descr': '<f4', 'fortran_order': False, 'shape': (1 2), } | shape (1 2)
          'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), | no dictionary in braces
          {'descr': '<f4', 'fortran_order': False, 'shape': (1, 9999999999), } | out of range
          {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), } | cut off: 1 rows of 3
          {'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), } | too long: 1 rows of 1
          """)
  void read_refusesOtherMatrices(String dictionary, String message) throws IOException {
    writeRaw(1, dictionary, floats(1, 2));
    assertThatThrownBy(() -> new NpyReader(file()))
        .isInstanceOf(InputFileException.class)
        .hasMessageStartingWith(file().toString())
        .hasMessageContaining(message);
  }

  @Test
  void read_refusesWhatIsNotNpy() throws IOException {
    Files.writeString(file(), "{\"id\": \"run-1\"}");
    assertThatThrownBy(() -> new NpyReader(file())).hasMessageContaining("is not a NumPy file");
    Files.write(file(), new byte[0]);
    assertThatThrownBy(() -> new NpyReader(file())).hasMessageContaining("is not a NumPy file");
    writeRaw(3, "{}", new byte[0]);
    assertThatThrownBy(() -> new NpyReader(file())).hasMessageContaining("version 3.0");
  }

  @Test
  void read_everyTruncationIsAnError() throws IOException {
    write(new float[] {1, 2}, new float[] {3, 4});
    byte[] bytes = Files.readAllBytes(file());
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file(), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> new NpyReader(file())).isInstanceOf(InputFileException.class);
    }
  }

  @Test
  void read_refusesHugeHeaderBeforeAllocating() throws IOException {
    byte[] bytes = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, 127};
    Files.write(file(), bytes);
    assertThatThrownBy(() -> new NpyReader(file())).hasMessageContaining("at most 10000 are read");
  }

  @Test
  void write_withoutCommit_leavesNothingAndKeepsTheOldFile() throws IOException {
    write(new float[] {1, 2});
    byte[] before = Files.readAllBytes(file());
    try (NpyWriter out = new NpyWriter(file(), 2)) {
      out.writeRow(new float[] {7, 8});
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSize(2);
      }
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file());
    }
  }

  @Test
  void write_refusesFoldersAndMissingFolders() {
    assertThatThrownBy(() -> new NpyWriter(folder, 2)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> new NpyWriter(folder.resolve("none/a.npy"), 2))
        .hasMessageContaining("folder does not exist");
  }
}
