package io.resketch.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.v1.Computation;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonLinesReaderTest {
  private static final String GOOD =
      "{'id':'run-1','time':'2026-11-23T08:00:00Z','labels':{'camera':'3'},'objects':[{'id':'a',"
          + "'module':'m','attributes':{'dense':{'values':[0.5,1]}}}],"
          + "'roots':[{'object':'a','weight':1}]}";

  @TempDir private Path folder;

  private Path write(String... lines) throws IOException {
    Path file = folder.resolve("graphs.jsonl");
    Files.writeString(file, String.join("\n", lines).replace('\'', '"'));
    return file;
  }

  @Test
  void next_readsMessagesAndSkipsBlankLines() throws IOException {
    Path file = write("", GOOD, "  ", GOOD.replace("run-1", "run-2"), "");
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      assertThat(in.next().orElseThrow().getId()).isEqualTo("run-1");
      assertThat(in.line()).isEqualTo(2);
      Computation second = in.next().orElseThrow();
      assertThat(second.getId()).isEqualTo("run-2");
      assertThat(second.getLabelsMap()).containsEntry("camera", "3");
      assertThat(in.line()).isEqualTo(4);
      assertThat(in.next()).isEmpty();
    }
    assertThat(JsonLinesReader.count(file)).isEqualTo(2);
  }

  @Test
  void next_takesTheProtoNamesOfFields() throws IOException {
    Path file =
        write(
            "{'objects':[{'id':'a','module':'m','attributes':{'packed':"
                + "{'encoding':'ENCODING_F32','data':'AACAPw=='}}}],'roots':[{'object':'a',"
                + "'weight':'1'}]}");
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      Computation message = in.next().orElseThrow();
      assertThat(Graphs.computation(message).attributes(0).toArray()).containsExactly(1f);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'objects':[{'inputs':[{'weight':'much'}]}]} | objects[0].inputs[0].weight:
          {'objects':[{},{'attributes':{'dense':{'values':[1,2,'x']}}}]} | objects[1].attributes.dense.values[2]:
          {'objects':[{'attributes':{'dense':{'values':[1e99]}}}]} | objects[0].attributes.dense.values[0]:
          {'objects':[{'attributes':{'sparse':{'dimension':-1}}}]} | objects[0].attributes.sparse.dimension:
          {'objects':[{'attributes':{'packed':{'data':'%%%'}}}]} | objects[0].attributes.packed.data:
          {'objects':[{'attributes':{'dense':{},'sparse':{}}}]} | objects[0].attributes:
          {'objects':{'id':'a'}} | objects:
          {'objects':[7]} | objects[0]:
          {'roots':[{'objekt':'a'}]} | roots[0].objekt: no such field; a WeightedInput has object, weight
          {'time':'yesterday'} | time: "yesterday" is not a time; write it as 2026-11-23T08:00:00Z
          {'time':'2026-02-30T12:00:00Z'} | time: "2026-02-30T12:00:00Z" is of a day that there is not: February 2026 has the days 1 to 28; correct the date
          {'id':'x','objects':[{'id':'time'}],'time':'2026-04-31T12:00:00Z'} | April 2026 has the days 1 to 30
          {'time':'2025-02-29T23:59:60Z'} | February 2025 has the days 1 to 28
          {'time':'2026-11-23T08:00:00'} | time: "2026-11-23T08:00:00" has no zone; add Z for UTC
          {'time':7} | time:
          {'labels':{'a':'b','camera':[3,4]}} | labels[camera]:
          {'labels':{'camera':null}} | labels[camera]:
          {'objects':[{'inputs':[{'object':'a','weight':[1,2]}]}]} | objects[0].inputs[0].weight:
          {'mass':'heavy'} | mass:
          {'roots':[{'object':'a','weight':NaN}]} | roots[0].weight: malformed JSON at column
          {'id':'run-1' 'time':7} | malformed JSON at column
          {'id':'run-1', | malformed JSON
          {'id':'run-1'} {'id':'run-2'} | goes on behind its JSON object
          {id:'run-1'} | malformed JSON at column
          {'id':'a','id':'b'} | id: the key "id" is given twice; leave one out
          {'id':'a','labels':{'k':'1','k':'2'}} | labels.k: the key "k" is given twice
          {'labels':{'k':'\\ud800'}} | labels.k: has half of a surrogate pair
          {'labels':{'\\udc00':'v'}} | has half of a surrogate pair
          {'objects':[{'module':'m\\ud800'}]} | objects[0].module: has half of a surrogate pair
          {'objects':[{'id':'a','id':'a'}]} | objects[0].id: the key "id" is given twice
          {'time':'2026-11-23T08:00:00Z','objects':[{'attributes':{'dense':{},'dense':{}}}]} | objects[0].attributes.dense: the key
          {'mass':'1f'} | mass: "1f" is not a number
          {'mass':'0x1p3'} | mass: "0x1p3" is not a number
          {'mass':' 1'} | mass: " 1" is not a number
          {'mass':'01'} | mass: "01" is not a number
          {'objects':[{'attributes':{'sparse':{'dimension':'0x10'}}}]} | objects[0].attributes.sparse.dimension: "0x10" is not a number
          {'objects':[{'attributes':{'dense':{'values':['1d']}}}]} | objects[0].attributes.dense.values[0]: "1d" is not a number
          [1] | is not a JSON object
          nonsense | malformed JSON
          """)
  void next_tellsLineAndFieldAtFault(String line, String message) throws IOException {
    Path file = write(GOOD, "", line);
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      in.next();
      assertThatThrownBy(in::next)
          .isInstanceOf(InputFileException.class)
          .hasMessageStartingWith(file + ":3: ")
          .hasMessageContaining(message)
          .hasMessageNotContaining("JsonReader")
          .hasMessageNotContaining("http");
    }
  }

  @Test
  void next_refusesDeepNesting() throws IOException {
    Path file = write("{'objects':" + "[".repeat(200_000) + "]".repeat(200_000) + "}");
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      assertThatThrownBy(in::next)
          .isInstanceOf(InputFileException.class)
          .hasMessage(file + ":1: nests deeper than 64 levels");
    }
  }

  @Test
  void check_putsFileAndLineBeforeBrokenRules() throws IOException {
    Path file = write(GOOD, GOOD.replace("'weight':1", "'weight':0.5"));
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      in.next();
      Computation message = in.next().orElseThrow();
      assertThatThrownBy(() -> in.check(() -> Graphs.computation(message)))
          .hasMessageStartingWith(file + ":2: roots: weights sum to 0.5");
    }
  }

  @Test
  void next_refusesOtherEncodings() throws IOException {
    Path file = folder.resolve("graphs.jsonl");
    Files.write(file, "{\"id\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1));
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(file)) {
      assertThatThrownBy(in::next).hasMessageContaining(":1: is not UTF-8 text");
    }
    assertThatThrownBy(() -> JsonLinesReader.count(file)).hasMessageContaining("is not UTF-8");
  }
}
