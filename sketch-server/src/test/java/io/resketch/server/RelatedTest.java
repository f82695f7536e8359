package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.Relation;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain of runs, each of which shares one object with the next. */
final class RelatedTest {
  private static final int LINKS = 5;
  private static final String PREFIX = "collections/rooms/sketches/";

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    Random random = new Random(3);
    Attributes[] looks = new Attributes[LINKS + 1];
    for (int i = 0; i <= LINKS; i++) {
      looks[i] = Runs.attributes(random);
    }
    for (int i = 0; i < LINKS; i++) {
      Computation run =
          Computation.builder()
              .object("old", "kind-" + i, looks[i])
              .object("new", "kind-" + (i + 1), looks[i + 1])
              .root("old", 0.5f)
              .root("new", 0.5f)
              .build();
      server.put(
          "rooms",
          Graphs.computation(run).toBuilder()
              .setId("link-" + i)
              .putLabels("even", Boolean.toString(i % 2 == 0))
              .build());
    }
    server.put("rooms", "stranger", Runs.graph(random));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ListRelatedResponse walk(int depth, String filter) {
    return server
        .repository()
        .listRelated(
            ListRelatedRequest.newBuilder()
                .setName(PREFIX + "link-0")
                .setDepth(depth)
                .setFilter(filter)
                .build());
  }

  @Test
  void eachStep_reachesOneLinkFurther_withItsEvidence() {
    for (int depth = 1; depth <= 3; depth++) {
      ListRelatedResponse found = walk(depth, "");
      assertThat(found.getExact()).isTrue();
      assertThat(found.getSketchesList())
          .extracting(record -> record.getName())
          .containsExactlyElementsOf(
              java.util.stream.IntStream.rangeClosed(0, depth)
                  .mapToObj(i -> PREFIX + "link-" + i)
                  .toList());
      assertThat(found.getRelationsCount()).isEqualTo(depth);
      Relation first = found.getRelations(0);
      assertThat(first.getRight()).isEqualTo(PREFIX + "link-1");
      assertThat(first.getSharedObjects(0).getObjectId()).isEqualTo("new");
      assertThat(first.getSharedObjects(0).getModule()).isEqualTo("kind-1");
      assertThat(first.getEvidence().getObjects().getPairs(0).getLeftObjectId()).isEqualTo("new");
      assertThat(first.getEvidence().getObjects().getPairs(0).getRightObjectId()).isEqualTo("old");
    }
  }

  @Test
  void aFilter_saysWhereToGo() {
    assertThat(walk(3, "label.even = true").getSketchesList())
        .extracting(record -> record.getName())
        .containsExactly(PREFIX + "link-0");
  }

  @Test
  void badNumbers_areRefused() {
    failure(() -> walk(4, "")).isInvalid("depth");
    failure(() -> walk(1, "x")).isInvalid("filter");
    ListRelatedRequest request =
        ListRelatedRequest.newBuilder().setName(PREFIX + "link-0").setMinCosine(2).build();
    failure(() -> server.repository().listRelated(request)).isInvalid("min_cosine");
    failure(() -> server.repository().listRelated(request.toBuilder().setNeighbours(21).build()))
        .isInvalid("neighbours");
    failure(
            () ->
                server
                    .repository()
                    .listRelated(
                        ListRelatedRequest.newBuilder().setName(PREFIX + "nobody").build()))
        .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
  }
}
