package io.resketch.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.ExportResponse;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeFileTest {
  @TempDir private Path folder;
  private Path file;
  private final List<ExportResponse> messages = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("rooms.rskx");
    ExportResponse.Builder header = ExportResponse.newBuilder();
    header.getItemBuilder().getHeaderBuilder().setSpec(Sketches.spec(new SketchSpec(1024, 16, 7)));
    messages.add(header.build());
    for (int i = 0; i < 4; i++) {
      ExportResponse.Builder message = ExportResponse.newBuilder().setCursor("cursor-" + i);
      message
          .getItemBuilder()
          .getSketchBuilder()
          .setId("run-" + i)
          .getSketchBuilder()
          .setImage(ByteString.copyFrom(new byte[40 * i]));
      messages.add(message.build());
    }
    try (ExchangeFileWriter out = ExchangeFileWriter.create(file)) {
      for (ExportResponse message : messages) {
        out.write(message);
      }
      out.finish();
    }
  }

  /**
   * What a reader gives out.
   *
   * @param error null if the file is complete
   */
  private record Read(List<ExportResponse> messages, Throwable error) {}

  private Read read() {
    List<ExportResponse> out = new ArrayList<>();
    Throwable error =
        catchThrowable(
            () -> {
              try (ExchangeFileReader in = new ExchangeFileReader(file)) {
                Optional<ExportResponse> next = in.next();
                while (next.isPresent()) {
                  out.add(next.get());
                  next = in.next();
                }
              }
            });
    return new Read(out, error);
  }

  @Test
  void completeFile_isReadAsWritten() {
    assertThat(read()).isEqualTo(new Read(messages, null));
  }

  @Test
  void fileCutAnywhere_givesItsWholeMessages_andSaysWhereItEnds() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 8; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      Read read = read();
      assertThat(read.messages()).isEqualTo(messages.subList(0, read.messages().size()));
      assertThat(read.error())
          .isInstanceOf(InputFileException.class)
          .hasMessageMatching(
              ".*rooms.rskx: is cut off behind byte \\d+, "
                  + read.messages().size()
                  + " whole messages; .*--resume");
    }
  }

  @Test
  void flippedByteAnywhere_isNamed_andNothingBehindItIsGivenOut() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at++) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 0x10;
      Files.write(file, flipped);
      Read read = read();
      assertThat(read.error()).as("byte " + at).isInstanceOf(InputFileException.class);
      assertThat(read.messages()).isEqualTo(messages.subList(0, read.messages().size()));
    }
  }

  @Test
  void messageTakenOut_isNoticed() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int first = 8 + 8 + messages.get(0).getSerializedSize();
    int second = first + 8 + messages.get(1).getSerializedSize();
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - (second - first));
    System.arraycopy(bytes, second, shorter, first, bytes.length - second);
    Files.write(file, shorter);
    assertThat(read().error()).hasMessageContaining("is damaged at byte " + first);
    assertThat(read().messages()).hasSize(1);
  }

  @Test
  void resumedFile_goesOnBehindItsLastWholeMessage() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 8; length < bytes.length; length += 7) {
      byte[] cut = Arrays.copyOf(bytes, length);
      if (length % 2 == 0) {
        cut[length - 1] ^= 1;
      }
      Files.write(file, length == 8 ? Arrays.copyOf(bytes, 8) : cut);
      try (ExchangeFileWriter out = ExchangeFileWriter.resume(file)) {
        int next =
            out.cursor().isEmpty()
                ? (out.header().isPresent() ? 1 : 0)
                : Integer.parseInt(out.cursor().substring(7)) + 2;
        assertThat(out.complete()).isFalse();
        for (ExportResponse message : messages.subList(next, messages.size())) {
          out.write(message);
        }
        out.finish();
      }
      assertThat(Files.readAllBytes(file)).as("cut at " + length).isEqualTo(bytes);
    }
    try (ExchangeFileWriter out = ExchangeFileWriter.resume(file)) {
      assertThat(out.complete()).isTrue();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  @Test
  void otherFiles_areNotTouched() throws IOException {
    assertThatThrownBy(() -> ExchangeFileWriter.create(file))
        .isInstanceOf(InputFileException.class)
        .hasMessageContaining("exists");
    byte[] other = "RSKT, and more".getBytes(StandardCharsets.UTF_8);
    Files.write(file, other);
    assertThatThrownBy(() -> ExchangeFileWriter.resume(file))
        .isInstanceOf(InputFileException.class)
        .hasMessageContaining("is not an export file");
    assertThat(Files.readAllBytes(file)).isEqualTo(other);
    Files.write(file, new byte[] {'R', 'S', 'K', 'X', 2, 0, 0, 0});
    assertThat(read().error()).hasMessageContaining("format version 2, this release reads 1");
  }

  @Test
  void fileWithoutAMessage_isNotLeft() throws IOException {
    Path empty = folder.resolve("empty.rskx");
    ExchangeFileWriter.create(empty).close();
    assertThat(empty).doesNotExist();
  }
}
