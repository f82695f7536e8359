package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Concept;
import io.resketch.v1.ConceptMember;
import io.resketch.v1.ConceptModule;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.ListConceptMembersRequest;
import io.resketch.v1.ListConceptMembersResponse;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.NewConcept;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Concepts over the wire: scenes of one kind of module, and others. */
final class ConceptServiceTest {
  private static final String PARENT = "collections/rooms";

  @TempDir private Path directory;
  private TestServer server;
  private final Random random = new Random(5);
  private int put;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A scene of two objects of a kind, and one of kind 0. */
  private Computation scene(int kind) {
    int[] counts = new int[kind + 1];
    counts[0] = 1;
    counts[kind] += 2;
    return Runs.scene(random, counts);
  }

  private io.resketch.v1.Computation run(int kind) {
    return Graphs.computation(scene(kind)).toBuilder()
        .setId("run-" + kind + "-" + put)
        .setTime(Runs.time(1000 + put++))
        .build();
  }

  private void put(int kind, int times) {
    for (int i = 0; i < times; i++) {
      server.put("rooms", run(kind));
    }
  }

  private void putMixed(int times) {
    for (int i = 0; i < times; i++) {
      put(1, 1);
      put(2, 1);
      put(3, 1);
    }
  }

  private ListConceptsResponse list(int count) {
    ListConceptsResponse answer =
        server
            .repository()
            .listConcepts(
                ListConceptsRequest.newBuilder().setParent(PARENT).setCount(count).build());
    assertThat(answer.getBehind()).isZero();
    return answer;
  }

  private List<ConceptMember> members(ListConceptMembersRequest.Builder request) {
    List<ConceptMember> out = new ArrayList<>();
    String token = "";
    do {
      ListConceptMembersResponse page =
          server
              .repository()
              .listConceptMembers(request.setParent(PARENT).setPageToken(token).build());
      out.addAll(page.getMembersList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return out;
  }

  private static String kind(String name) {
    return name.substring(0, name.lastIndexOf('-'));
  }

  @Test
  void concepts_haveSizeSpanModulesAndRepresentative() {
    putMixed(15);
    put(1, 5);
    ListConceptsResponse answer = list(0);
    assertThat(answer.getSketches()).isEqualTo(50);
    assertThat(answer.getConceptsList())
        .extracting(Concept::getSize)
        .containsExactly(20L, 15L, 15L);
    Concept largest = answer.getConcepts(0);
    assertThat(kind(largest.getRepresentative().getName())).endsWith("/run-1");
    assertThat(largest.getRepresentative().hasSketch()).isFalse();
    assertThat(largest.getFirstTime()).isEqualTo(Runs.time(1000));
    assertThat(largest.getLastTime()).isEqualTo(Runs.time(1049));
    assertThat(largest.getModulesList())
        .extracting(ConceptModule::getModule)
        .containsExactly("kind-0", "kind-1");
    assertThat(largest.getModules(1).getShare()).isEqualTo(1);
    assertThat(largest.getSpread()).isPositive();
    assertThat(largest.getDrift()).isLessThan(2 * largest.getDriftByChance());
  }

  @Test
  void withoutSkeletons_modulesAreEstimatedFromTheSketches() {
    Sketcher sketcher = new Sketcher(SPEC);
    for (int i = 0; i < 10; i++) {
      Computation run = scene(1 + i % 2);
      FinishedSketch.Builder finished =
          FinishedSketch.newBuilder()
              .setId("run-" + i)
              .setSketch(Sketches.sketch(sketcher.sketch(run)));
      ModuleProfile.of(run.skeleton())
          .forEach(module -> finished.addModules(Sketches.module(module)));
      server.put("rooms", finished.build());
    }
    Concept concept = list(2).getConcepts(0);
    assertThat(concept.getModulesList())
        .filteredOn(module -> module.getShare() > 0.9)
        .extracting(ConceptModule::getModule)
        .contains("kind-0")
        .hasSize(2);
    assertThat(concept.hasFirstTime()).isFalse();
  }

  @Test
  void members_comeInPages_andOfOneConceptAlone() {
    putMixed(10);
    List<ConceptMember> all =
        members(ListConceptMembersRequest.newBuilder().setCount(3).setPageSize(7));
    assertThat(all).hasSize(30);
    assertThat(all).extracting(m -> m.getRecord().getTime().getSeconds()).isSorted();
    long concept = all.get(1).getConcept();
    List<ConceptMember> one =
        members(
            ListConceptMembersRequest.newBuilder().setCount(3).setConcept(concept).setPageSize(3));
    assertThat(one)
        .hasSize(10)
        .allSatisfy(m -> assertThat(kind(m.getRecord().getName())).endsWith("/run-2"));
    failure(() -> members(ListConceptMembersRequest.newBuilder().setConcept(999)))
        .is(Code.NOT_FOUND, "CONCEPT_NOT_FOUND");
    failure(() -> members(ListConceptMembersRequest.newBuilder().setConcept(-1)))
        .isInvalid("concept");
    failure(() -> members(ListConceptMembersRequest.newBuilder().setPageSize(1001)))
        .isInvalid("page_size");
    ListConceptMembersRequest forged =
        ListConceptMembersRequest.newBuilder().setParent(PARENT).setPageToken("abc").build();
    failure(() -> server.repository().listConceptMembers(forged)).isInvalid("page_token");
  }

  @Test
  void everyAcknowledgedSketch_isInTheNextAnswer_andEveryDeletedOneIsNot() {
    for (int i = 1; i <= 20; i++) {
      put(1, 1);
      assertThat(list(1).getSketches()).isEqualTo(i);
    }
    for (int i = 0; i < 20; i++) {
      server
          .repository()
          .delete(DeleteRequest.newBuilder().setName(PARENT + "/sketches/run-1-" + i).build());
      assertThat(list(1).getSketches()).isEqualTo(19 - i);
    }
    assertThat(list(0).getConceptsList()).isEmpty();
  }

  @Test
  void afterARestart_conceptsAreTheSame() throws IOException {
    putMixed(100);
    ListConceptsResponse before = list(3);
    assertThat(before.getConceptsList()).extracting(Concept::getSize).containsOnly(100L);
    server.close();
    server = new TestServer(directory);
    assertThat(list(3)).isEqualTo(before);
    put(1, 1);
    assertThat(list(3).getConcepts(0).getSize()).isEqualTo(101);
  }

  @Test
  void shortAndZeroSketches_areNoHindrance() {
    putMixed(10);
    Sketch whole = new Sketcher(SPEC).sketch(scene(2));
    server.put(
        "rooms",
        FinishedSketch.newBuilder()
            .setId("run-2-short")
            .setSketch(Sketches.sketch(whole.truncate(512)))
            .build());
    Sketch zero = Sketch.of(whole.fingerprint(), SPEC.dimension(), new float[4096], 1, 1);
    server.put(
        "rooms",
        FinishedSketch.newBuilder().setId("zero").setSketch(Sketches.sketch(zero)).build());
    List<ConceptMember> all = members(ListConceptMembersRequest.newBuilder().setCount(3));
    assertThat(list(3).getSketches()).isEqualTo(31);
    long of2 =
        all.stream()
            .filter(m -> m.getRecord().getName().endsWith("/run-2-1"))
            .mapToLong(ConceptMember::getConcept)
            .findFirst()
            .orElseThrow();
    assertThat(all)
        .filteredOn(m -> m.getRecord().getName().endsWith("/run-2-short"))
        .extracting(ConceptMember::getConcept)
        .containsExactly(of2);
  }

  @Test
  void aDamagedSketch_isLeftOut() throws IOException {
    putMixed(10);
    server.close();
    try (RocksStore store = RocksStore.open(directory);
        StoreBatch batch = store.batch()) {
      SketchRecord record = store.sketch("rooms", "run-1-0").orElseThrow();
      ByteString image = record.getSketch().getImage();
      batch.sketch(
          "rooms",
          "run-1-0",
          record.toBuilder()
              .setSketch(
                  record.getSketch().toBuilder().setImage(image.substring(0, image.size() - 1)))
              .build());
      batch.commit();
    }
    server = new TestServer(directory);
    assertThat(list(3).getConceptsList())
        .extracting(Concept::getSize)
        .containsExactly(10L, 10L, 9L);
  }

  private Iterator<WatchConceptsResponse> watch() {
    Iterator<WatchConceptsResponse> events =
        server
            .repository()
            .watchConcepts(WatchConceptsRequest.newBuilder().setParent(PARENT).build());
    assertThat(events.next().hasStarted()).isTrue();
    return events;
  }

  @Test
  void aWatch_isToldOfANewKind_once() {
    putMixed(20);
    Iterator<WatchConceptsResponse> events = watch();
    putMixed(5);
    put(7, 5);
    NewConcept event = events.next().getNewConcept();
    assertThat(event.getSketchesList())
        .hasSize(3)
        .allSatisfy(name -> assertThat(kind(name)).endsWith("/run-7"));
    assertThat(event.getDistance()).isPositive();
    assertThat(list(4).getConceptsList()).extracting(Concept::getId).contains(event.getConcept());
    put(8, 3);
    assertThat(events.next().getNewConcept().getSketchesList())
        .isNotEmpty()
        .allSatisfy(name -> assertThat(kind(name)).endsWith("/run-8"));
  }

  @Test
  void aWatch_endsWithTheCollection_andWithTheServer() throws IOException {
    putMixed(2);
    Iterator<WatchConceptsResponse> events = watch();
    server
        .collections()
        .deleteCollection(
            DeleteCollectionRequest.newBuilder().setName(PARENT).setForce(true).build());
    failure(events::next).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
    server.create("rooms", SPEC);
    Iterator<WatchConceptsResponse> other = watch();
    server.server.close();
    failure(other::next).is(Code.UNAVAILABLE, "SERVER_STOPPING");
    server.channel.shutdownNow();
    server = new TestServer(directory);
  }

  @Test
  void onlySoManyCollections_areWatched() {
    for (int i = 0; i < 8; i++) {
      server.create("other-" + i, SPEC);
      Iterator<WatchConceptsResponse> events =
          server
              .repository()
              .watchConcepts(
                  WatchConceptsRequest.newBuilder().setParent("collections/other-" + i).build());
      assertThat(events.next().hasStarted()).isTrue();
    }
    failure(() -> list(0)).is(Code.RESOURCE_EXHAUSTED, "TOO_MANY_WATCHERS");
  }

  @Test
  void badRequests_areRefused() {
    failure(() -> list(257)).isInvalid("count");
    failure(() -> list(-1)).isInvalid("count");
    failure(
            () ->
                server
                    .repository()
                    .listConcepts(ListConceptsRequest.newBuilder().setParent("rooms").build()))
        .isInvalid("parent");
    failure(
            () ->
                server
                    .repository()
                    .watchConcepts(
                        WatchConceptsRequest.newBuilder().setParent("collections/none").build())
                    .next())
        .is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }
}
