package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with positions and own weights in a collection whose spec has a transparency. */
final class PlacedRunsTest {
  private static final SketchSpec CLEAR = SPEC.withTransparency(0.75);

  private static final Computation RUN =
      Computation.builder()
          .object("a", "cat", Attributes.dense(0.6f, 0.2f))
          .object("b", "cat", Attributes.dense(-0.1f, 0.4f))
          .object("c", "dog", Attributes.dense(0.3f))
          .object(
              "room",
              "room",
              Attributes.dense(0.5f, 0.5f),
              List.of(new WeightedInput("c", 1, 9)),
              0.25f)
          .root(new WeightedInput("a", 0.25f, 0))
          .root(new WeightedInput("b", 0.25f, 0))
          .root(new WeightedInput("room", 0.5f, 0))
          .build();

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(directory);
    server.create(
        "bags",
        Collection.newBuilder()
            .setSpec(Sketches.spec(CLEAR))
            .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_ALL)
            .build());
    server.put("bags", "run-1", RUN);
    server.put("bags", "run-2", RUN);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void decode_answersTheGroupsSum_andTheOthersAlone() {
    DecodedComputation decoded =
        server
            .repository()
            .decode(
                RepositoryServiceDecodeRequest.newBuilder()
                    .setName("collections/bags/sketches/run-1")
                    .build())
            .getDecoded();
    assertThat(decoded.getGroupsList()).hasSize(1);
    assertThat(decoded.getGroups(0).getMembersList()).containsExactly("a", "b");
    assertThat(decoded.getGroups(0).getDetermined()).isTrue();
    assertThat(decoded.getGroups(0).getSum().getDense().getValues(0))
        .isCloseTo(0.5f, within(1e-4f));
    assertThat(decoded.getObjects(0).hasAttributes()).isFalse();
    assertThat(decoded.getObjects(0).getDetermined()).isFalse();
    assertThat(decoded.getObjects(2).getAttributes().getDense().getValues(0))
        .isCloseTo(0.3f, within(1e-4f));
    assertThat(decoded.getObjects(3).getOwnWeight()).isEqualTo(0.25f);
    assertThat(decoded.getObjects(3).getInputs(0).getPosition()).isEqualTo(9);
  }

  @Test
  void related_goesWithoutWhatCannotBeTakenOut() {
    assertThat(
            server
                .repository()
                .listRelated(
                    ListRelatedRequest.newBuilder()
                        .setName("collections/bags/sketches/run-1")
                        .build())
                .getSketchesCount())
        .isEqualTo(2);
  }

  @Test
  void anotherTransparency_isAnotherSpec() {
    failure(
            () ->
                server.put(
                    "bags",
                    FinishedSketch.newBuilder()
                        .setId("other")
                        .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(RUN)))
                        .build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
  }

  @Test
  void badPositions_nameThePlace() {
    io.resketch.v1.Computation.Builder run = Graphs.computation(RUN).toBuilder().setId("bad");
    io.resketch.v1.WeightedInput.Builder root = run.getPlacedRootsBuilder(1);
    root.setPosition(-5);
    failure(() -> server.put("bags", run.build())).isInvalid("roots[1].position");
    run.clearPlacedRoots().addAllRoots(Graphs.computation(RUN).getPlacedRootsList());
    run.getRootsBuilder(0).setPosition((1 << 20) + 1);
    failure(() -> server.put("bags", run.build())).isInvalid("roots[0].position");
  }
}
