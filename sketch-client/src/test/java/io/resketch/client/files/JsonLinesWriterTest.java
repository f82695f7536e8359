package io.resketch.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JsonLinesWriterTest {
  private static final Computation PLACED =
      Computation.builder()
          .object("x", "m", Attributes.dense(0.5f))
          .object("y", "n", Attributes.none(), List.of(new WeightedInput("x", 1, 1 << 20)), 0.1f)
          .root(new WeightedInput("y", 0.5f, 0))
          .root(new WeightedInput("x", 0.5f, 0))
          .build();

  @TempDir private Path folder;

  private Path write(Message message) throws IOException {
    Path file = folder.resolve("lines.jsonl");
    try (JsonLinesWriter out = new JsonLinesWriter(file)) {
      out.write(JsonLinesWriter.line(message));
      out.commit();
    }
    return file;
  }

  @Test
  void positionsAndOwnWeights_standBesideRootsOfThatName_andReadBack() throws IOException {
    Path file = write(Graphs.computation(PLACED));
    assertThat(Files.readString(file))
        .contains("\"roots\":[{\"object\":\"y\",\"weight\":0.5},")
        .contains("{\"object\":\"x\",\"weight\":0.5,\"position\":0}]")
        .contains("\"inputs\":[{\"object\":\"x\",\"weight\":1.0,\"position\":1048576}]")
        .contains("\"ownWeight\":0.1")
        .doesNotContain("placed");
    try (JsonLinesReader<io.resketch.v1.Computation> in = JsonLinesReader.computations(file)) {
      Computation back = Graphs.computation(in.next().orElseThrow());
      assertThat(back.skeleton().contentHash()).isEqualTo(PLACED.skeleton().contentHash());
    }
  }

  @Test
  void skeletons_likewise() throws IOException {
    Path file = write(Graphs.skeleton(PLACED.skeleton()));
    assertThat(Files.readString(file)).contains("\"roots\":[{").doesNotContain("placed");
    try (JsonLinesReader<io.resketch.v1.Skeleton> in = JsonLinesReader.skeletons(file)) {
      assertThat(Graphs.skeleton(in.next().orElseThrow()).contentHash())
          .isEqualTo(PLACED.skeleton().contentHash());
    }
  }

  /** As an older reader refuses "position" and "ownWeight". */
  @Test
  void namesThatAReaderDoesNotKnow_areRefused() throws IOException {
    Path file = write(Graphs.skeleton(PLACED.skeleton()));
    for (String name : List.of("position", "ownWeight")) {
      String text = Files.readString(file).replace("\"" + name + "\"", "\"" + name + "OfLater\"");
      Path changed = Files.writeString(folder.resolve("later.jsonl"), text);
      try (JsonLinesReader<io.resketch.v1.Skeleton> in = JsonLinesReader.skeletons(changed)) {
        assertThatThrownBy(in::next)
            .isInstanceOf(InputFileException.class)
            .hasMessageContaining(name + "OfLater: no such field");
      }
    }
  }
}
