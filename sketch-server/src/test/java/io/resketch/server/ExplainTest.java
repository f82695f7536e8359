package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.v1.Collection;
import io.resketch.v1.ExplainRequest;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.ExplainedSide;
import io.resketch.v1.ModuleContribution;
import io.resketch.v1.ObjectContribution;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.StoredObject;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two sketches have in common; what resembles a part of one; what a filter lets pass. */
final class ExplainTest {
  private static final Random RANDOM = new Random(5);
  private static final Attributes CAT = Runs.attributes(RANDOM);

  @TempDir private static Path directory;
  private static TestServer server;

  /** A cat of the same looks, in company of another kind each time. */
  private static Computation with(String company) {
    return Computation.builder()
        .object("the-cat", "cat", CAT)
        .object("company", company, Runs.attributes(RANDOM))
        .root("the-cat", 0.5f)
        .root("company", 0.5f)
        .build();
  }

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    for (String id : new String[] {"rooms", "bare"}) {
      server.create(
          id,
          Collection.newBuilder()
              .setSpec(Sketches.spec(SPEC))
              .setSkeletonPolicy(
                  id.equals("bare")
                      ? SkeletonPolicy.SKELETON_POLICY_NONE
                      : SkeletonPolicy.SKELETON_POLICY_ALL)
              .build());
      for (String company : new String[] {"dog", "tree", "lamp"}) {
        server.put(
            id,
            Graphs.computation(with(company)).toBuilder()
                .setId("with-" + company)
                .putLabels("company", company)
                .build());
      }
      server.put(id, "without", Runs.scene(RANDOM, 2, 1));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ExplainResponse explain(String collection, String left, String right) {
    String prefix = "collections/" + collection + "/sketches/";
    return server
        .repository()
        .explain(
            ExplainRequest.newBuilder().setLeft(prefix + left).setRight(prefix + right).build());
  }

  private static double sum(ExplainedSide side) {
    return side.getRest()
        + side.getObjectsList().stream().mapToDouble(ObjectContribution::getContribution).sum();
  }

  @Test
  void withSkeletons_theSharedObjectCarriesTheCosine() {
    ExplainResponse found = explain("rooms", "with-dog", "with-tree");
    assertThat(found.getObjects().getPairs(0).getLeftObjectId()).isEqualTo("the-cat");
    assertThat(found.getObjects().getPairs(0).getRightObjectId()).isEqualTo("the-cat");
    assertThat(found.getObjects().getLeft().getObjects(0).getObjectId()).isEqualTo("the-cat");
    assertThat(sum(found.getObjects().getLeft())).isCloseTo(found.getCosine(), within(1e-6));
    assertThat(sum(found.getObjects().getRight())).isCloseTo(found.getCosine(), within(1e-6));
  }

  @Test
  void withoutSkeletons_theSharedModuleCarriesIt() {
    ExplainResponse found = explain("bare", "with-dog", "with-tree");
    ModuleContribution first = found.getModules().getModules(0);
    assertThat(first.getModule()).isEqualTo("cat");
    assertThat(first.getDetermined()).isTrue();
    assertThat(first.getContribution()).isGreaterThan(3 * first.getStandardError());
    assertThat(
            found.getModules().getModulesList().stream().filter(m -> m.getModule().equals("lamp")))
        .isNotEmpty()
        .allMatch(m -> !m.getDetermined() && !m.getReason().isEmpty());
  }

  @Test
  void sketchesOfDifferentCollections_areNotCompared() {
    failure(
            () ->
                server
                    .repository()
                    .explain(
                        ExplainRequest.newBuilder()
                            .setLeft("collections/rooms/sketches/with-dog")
                            .setRight("collections/bare/sketches/with-dog")
                            .build()))
        .isInvalid("right");
    failure(() -> explain("rooms", "with-dog", "nobody")).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
  }

  private static SearchResponse search(String collection, String id, String object) {
    return server
        .repository()
        .search(
            SearchRequest.newBuilder()
                .setParent("collections/" + collection)
                .setObject(
                    StoredObject.newBuilder()
                        .setSketchName("collections/" + collection + "/sketches/" + id)
                        .setObjectId(object))
                .build());
  }

  @Test
  void anObject_findsTheRunsThatHoldIt() {
    SearchResponse found = search("rooms", "with-dog", "the-cat");
    assertThat(found.getScanned()).isEqualTo(3);
    assertThat(found.getHits(0).getRecord().getName()).contains("/with-");
    assertThat(found.getHits(1).getRecord().getName()).contains("/with-");
    assertThat(found.getHits(2).getRecord().getName()).endsWith("/without");
    assertThat(found.getHits(1).getSimilarity())
        .isGreaterThan(found.getHits(2).getSimilarity() + 0.2);
    failure(() -> search("rooms", "with-dog", "the-bird")).isInvalid("objectId");
    failure(() -> search("bare", "with-dog", "the-cat"))
        .is(Code.FAILED_PRECONDITION, "NO_SKELETON");
  }

  @Test
  void aFilter_leavesOutWhatDoesNotPass() {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setParent("collections/rooms")
            .setSketchName("collections/rooms/sketches/with-dog")
            .setFilter("label.company = tree OR label.company = \"lamp\"")
            .build();
    assertThat(server.repository().search(request).getHitsList())
        .extracting(hit -> hit.getRecord().getLabelsOrThrow("company"))
        .containsExactlyInAnyOrder("tree", "lamp");
    failure(() -> server.repository().search(request.toBuilder().setFilter("company = x").build()))
        .isInvalid("filter");
  }
}
