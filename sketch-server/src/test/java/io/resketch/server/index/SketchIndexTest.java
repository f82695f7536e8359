package io.resketch.server.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.filter.Filter;
import io.resketch.server.index.SketchIndex.Progress;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SketchIndexTest {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final Fingerprint FINGERPRINT = SPEC.fingerprint();
  private static final int PREFIX = 512;
  private static final UUID NAME = new UUID(1, 2);
  private static final Query ALL =
      Fields.query(new SketchIndexes.Wanted(1, 1, null, null, Filter.ALL)).orElseThrow();

  @TempDir private Path directory;

  private static Sketch sketch(int seed) {
    Random random = new Random(seed);
    float[] values = new float[SPEC.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Sketch.of(FINGERPRINT, SPEC.dimension(), values, 1, 1);
  }

  private static SketchRecord record(int i) {
    return SketchRecord.newBuilder().putLabels("number", "n" + i).build();
  }

  /** Two commits, the second with a deletion in the first one's segment. */
  @BeforeEach
  void fill() throws IOException {
    try (SketchIndex index = SketchIndex.create(directory, PREFIX)) {
      for (int i = 0; i < 200; i++) {
        index.put("s" + i, sketch(i), record(i));
      }
      index.commit(new Progress(NAME, 200));
      index.delete("s7");
      index.put("s200", sketch(200), record(200));
      index.put("short", sketch(201).truncate(PREFIX - 16), record(201));
      index.put("s8", sketch(202), record(202));
      index.commit(new Progress(NAME, 204));
      index.put("s203", sketch(203), record(203)); // never committed
    }
  }

  private SketchIndex open() throws IOException {
    return SketchIndex.open(directory, PREFIX);
  }

  /** One sketch that the index proposed. */
  private record Proposal(String id, double bound) {}

  private static List<Proposal> proposed(
      SketchIndex index, Sketch query, int vectors, int equals, Query filter) throws IOException {
    List<Proposal> out = new ArrayList<>();
    Proposals all =
        new Proposals() {
          private double last;

          @Override
          public boolean wants(Guess guess) {
            last = guess.cosine() + 3 * guess.standardError();
            return true;
          }

          @Override
          public void take(List<String> ids) {
            ids.forEach(id -> out.add(new Proposal(id, last)));
          }
        };
    assertThat(index.search(new SketchIndex.Question(query, vectors, equals, filter), all))
        .isPresent();
    return out;
  }

  private static List<String> nearest(SketchIndex index, int seed) throws IOException {
    return proposed(index, sketch(seed), 1, 1, ALL).stream().map(Proposal::id).toList();
  }

  @Test
  void whatWasCommitted_isThereAgain_andNothingElse() throws IOException {
    try (SketchIndex index = open()) {
      assertThat(index.progress()).isEqualTo(new Progress(NAME, 204));
      assertThat(nearest(index, 5)).containsExactly("short", "s5");
      assertThat(nearest(index, 200)).containsExactly("short", "s200");
      assertThat(nearest(index, 202)).containsExactly("short", "s8");
      for (int gone : new int[] {7, 8, 203}) {
        assertThat(nearest(index, gone)).doesNotContain("s" + gone);
      }
    }
  }

  /** Bytes would cut it, so that it is like others; it is compared with every query instead. */
  @Test
  void aSketchOfOneLargeFloat_isAmongAllCandidates() throws IOException {
    float[] values = sketch(300).toArray();
    values[5] = 1000;
    try (SketchIndex index = open()) {
      index.put("spike", Sketch.of(FINGERPRINT, SPEC.dimension(), values, 1, 1), record(300));
      index.commit(new Progress(NAME, 205));
      assertThat(nearest(index, 5)).containsExactlyInAnyOrder("s5", "short", "spike");
    }
  }

  private static List<String> ids(SketchIndex index, Sketch query, int equals, Query filter)
      throws IOException {
    return proposed(index, query, 1, equals, filter).stream()
        .map(Proposal::id)
        .filter(id -> !id.equals("short"))
        .toList();
  }

  private static Query filter(String filter) {
    return Fields.query(new SketchIndexes.Wanted(1, 1, null, null, Filter.parse(filter)))
        .orElseThrow();
  }

  @Test
  void equalSketches_areOneVector_andTheFirstByTheirIdsAreProposed() throws IOException {
    Sketch copied = sketch(400);
    try (SketchIndex index = open()) {
      int before = index.state().vectors();
      for (int i = 29; i >= 0; i--) {
        index.put(String.format("copy%02d", i), copied, record(i % 3));
        if (i == 10) {
          index.commit(new Progress(NAME, 205)); // in two segments
        }
      }
      index.commit(new Progress(NAME, 206));
      assertThat(index.state().vectors()).isEqualTo(before + 1);
      assertThat(ids(index, copied, 3, ALL)).startsWith("copy00", "copy01", "copy02");
      assertThat(ids(index, copied, 100, ALL)).hasSize(30).isSorted();
      assertThat(ids(index, copied, 100, filter("label.number = n1"))).hasSize(10);
      assertThat(ids(index, copied, 100, filter("label.number = n9"))).containsExactly("s9");
    }
  }

  @Test
  void aGroup_outlivesTheSketchItWasMadeFor_andGoesWithTheLast() throws IOException {
    Sketch copied = sketch(400);
    int before = nodes();
    try (SketchIndex index = open()) {
      index.put("first", copied, record(1));
      index.put("second", copied, record(2));
      index.commit(new Progress(NAME, 205));
      index.delete("first");
      index.commit(new Progress(NAME, 206));
      assertThat(ids(index, copied, 9, ALL)).containsExactly("second");
      index.put("second", sketch(401), record(2));
      index.put("third", copied, record(3));
      index.commit(new Progress(NAME, 207));
      assertThat(ids(index, copied, 9, ALL)).containsExactly("third");
      index.delete("third");
      index.put("fleeting", sketch(402), record(3));
      index.delete("fleeting");
      index.commit(new Progress(NAME, 208));
      assertThat(ids(index, copied, 9, ALL)).doesNotContain("first", "second", "third");
    }
    assertThat(nodes()).isEqualTo(before + 1); // of "second" as it is now
  }

  private int nodes() throws IOException {
    try (Directory files = FSDirectory.open(directory);
        DirectoryReader reader = DirectoryReader.open(files)) {
      return new IndexSearcher(reader).count(new FieldExistsQuery(Fields.NODE));
    }
  }

  @Test
  void merging_changesNoAnswer() throws IOException {
    try (SketchIndex index = open()) {
      index.put("s301", sketch(301), record(301)); // a third segment
      index.commit(new Progress(NAME, 205));
      assertThat(index.hasMerged()).isFalse();
      index.merge();
      await().until(index::hasMerged);
      index.commit(index.progress());
      assertThat(index.hasMerged()).isFalse();
      assertThat(nearest(index, 5)).containsExactly("short", "s5");
      assertThat(nearest(index, 301)).containsExactly("short", "s301");
      assertThat(nearest(index, 7)).doesNotContain("s7");
    }
  }

  @Test
  void bounds_areExceededNextToNever_andFallFromTheBest() throws IOException {
    Sketch query = sketch(1000);
    try (SketchIndex index = open()) {
      for (int i = 0; i < 400; i++) { // cosines from 0.2 to 1
        index.put("mix" + i, mix(query, i), record(i));
      }
      index.commit(new Progress(NAME, 604));
      int exceeded = 0;
      double last = 1;
      for (Proposal candidate : proposed(index, query, 400, 1, ALL)) {
        if (candidate.id().startsWith("mix")) {
          int number = Integer.parseInt(candidate.id().substring(3));
          double similarity = query.cosine(mix(query, number));
          exceeded += similarity > candidate.bound() ? 1 : 0;
          assertThat(candidate.bound() - similarity).isLessThan(0.2);
          assertThat(candidate.bound()).isLessThanOrEqualTo(last + 0.01);
          last = candidate.bound();
        }
      }
      assertThat(exceeded).isLessThan(4);
      assertThat(last).isLessThan(0.5);
    }
  }

  private static Sketch mix(Sketch query, int number) {
    float[] values = sketch(2000 + number).toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = query.value(i) + number / 100f * values[i];
    }
    return Sketch.of(FINGERPRINT, SPEC.dimension(), values, 1, 1);
  }

  @Test
  void anyFlippedBit_isFoundOnOpening() throws IOException {
    Random random = new Random(3);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int trial = 0; trial < 20; trial++) {
        byte[] flipped = whole.clone();
        int at = trial < 16 ? Math.min(trial, whole.length - 1) : random.nextInt(whole.length);
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        requireRefused(file, flipped, "bit flipped at " + at);
      }
      for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
        requireRefused(file, Arrays.copyOf(whole, length), "cut to " + length);
      }
      Files.write(file, whole);
    }
    open().close();
  }

  private void requireRefused(Path file, byte[] content, String what) throws IOException {
    Files.write(file, content);
    assertThatThrownBy(() -> open().close())
        .as("%s: %s", file.getFileName(), what)
        .isInstanceOfAny(IOException.class, RuntimeException.class);
  }

  @Test
  void aMissingFile_isFoundOnOpening() throws IOException {
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      Files.delete(file);
      assertThatThrownBy(() -> open().close())
          .as("without %s", file.getFileName())
          .isInstanceOf(IOException.class);
      Files.write(file, whole);
    }
  }

  @Test
  void whatACrashLeft_doesNoHarm() throws IOException {
    Files.write(directory.resolve("_9.cfs"), new byte[100]);
    Files.write(directory.resolve("pending_segments_9"), new byte[10]);
    try (SketchIndex index = open()) {
      assertThat(nearest(index, 5)).contains("s5");
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.endsWith("write.lock")).toList();
    }
  }
}
