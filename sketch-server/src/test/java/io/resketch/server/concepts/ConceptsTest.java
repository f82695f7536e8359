package io.resketch.server.concepts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Collection;
import io.resketch.v1.PutItem;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The concepts of a repository, without calls. */
final class ConceptsTest {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);

  @TempDir private Path directory;
  private RocksStore store;
  private Repository repository;
  private Concepts concepts;
  private final Random random = new Random(3);

  @BeforeEach
  void open() {
    store = RocksStore.open(directory);
    repository = new Repository(store, InstantSource.system());
    concepts = new Concepts(repository);
  }

  @AfterEach
  void close() {
    concepts.close();
    store.close();
  }

  private SketchCollection collection(String id) {
    repository.create(
        id, Collection.newBuilder().setSpec(Sketches.spec(SPEC)).build(), Receipt.none());
    return repository.collection(id);
  }

  private void put(SketchCollection collection, String kind, int count) {
    for (int i = 0; i < count; i++) {
      float x = 0.5f + 0.05f * (float) random.nextGaussian();
      Computation run =
          Computation.builder().object("a", kind, Attributes.dense(x, 1 - x)).root("a", 1f).build();
      repository.put(
          collection,
          PutItem.newBuilder()
              .setComputation(Graphs.computation(run).toBuilder().setId(kind + "-" + i))
              .build());
    }
  }

  private ConceptView view(SketchCollection collection) throws Exception {
    return concepts.view(collection, Duration.ofSeconds(30)).get(60, TimeUnit.SECONDS);
  }

  private List<Long> sizes(SketchCollection collection, int count) throws Exception {
    ConceptView view = view(collection);
    assertThat(view.behind()).isZero();
    return view.concepts(count).stream().map(Concept::size).toList();
  }

  @Test
  void aShortenedSketch_staysWhereItIs_andCountsOnce() throws Exception {
    SketchCollection rooms = collection("rooms");
    put(rooms, "cat", 40);
    put(rooms, "dog", 30);
    assertThat(sizes(rooms, 2)).containsExactly(40L, 30L);
    Map<String, Integer> shorter = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      shorter.put("dog-" + i, 128);
    }
    assertThat(repository.shorten(rooms, shorter)).isEqualTo(30);
    assertThat(sizes(rooms, 2)).containsExactly(40L, 30L);
    concepts.close();
    concepts = new Concepts(repository);
    assertThat(sizes(rooms, 2)).containsExactly(40L, 30L);
  }

  @Test
  void afterManyDeletions_theCollectionIsReadAgain() throws Exception {
    SketchCollection rooms = collection("rooms");
    put(rooms, "cat", 100);
    put(rooms, "dog", 50);
    ConceptView before = view(rooms);
    ConceptView.Membership old = before.membership(2);
    Map<String, Integer> gone = new HashMap<>();
    for (int i = 0; i < 90; i++) {
      gone.put("cat-" + i, 0);
    }
    repository.shorten(rooms, gone);
    put(rooms, "cow", 1);
    assertThat(sizes(rooms, 3)).containsExactly(50L, 10L, 1L);
    assertThat(old.of("cat-0")).isEmpty();
    List<String> left =
        view(rooms).concepts(3).get(1).parts().stream()
            .flatMap(part -> part.representatives().stream())
            .toList();
    assertThat(left).isNotEmpty().doesNotContainAnyElementsOf(gone.keySet());
  }

  @Test
  void aLogThatLostChanges_isMadeUpForByReadingAgain() throws Exception {
    SketchCollection rooms = collection("rooms");
    put(rooms, "cat", 20);
    assertThat(sizes(rooms, 1)).containsExactly(20L);
    for (int round = 0; round < 20; round++) {
      put(rooms, "dog" + round, 3);
      repository.changes(rooms).dropBefore(new UUID(0, 0), rooms.changes(), Long.MAX_VALUE);
    }
    assertThat(view(rooms).sketches()).isEqualTo(80);
  }

  @Test
  void moreCollectionsThanAreKept_areReadAgain() throws Exception {
    for (int i = 0; i < Concepts.MAX_COLLECTIONS + 2; i++) {
      put(collection("c" + i), "cat", i + 1);
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < Concepts.MAX_COLLECTIONS + 2; i++) {
        assertThat(view(repository.collection("c" + i)).sketches()).isEqualTo(i + 1);
      }
    }
    assertThat(repository.collection("c0").keptChanges()).isEqualTo(Long.MAX_VALUE);
    assertThat(repository.collection("c9").keptChanges()).isEqualTo(10);
  }

  @Test
  void afterClosing_nothingIsAnswered() {
    SketchCollection rooms = collection("rooms");
    concepts.close();
    assertThatThrownBy(() -> concepts.view(rooms, Duration.ZERO))
        .isInstanceOfSatisfying(
            RepositoryException.class,
            e -> assertThat(e.reason()).isEqualTo(RepositoryException.Reason.SERVER_STOPPING));
  }
}
