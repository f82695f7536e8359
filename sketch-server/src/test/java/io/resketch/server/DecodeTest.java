package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.v1.Collection;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.DecodedObject;
import io.resketch.v1.Decoder;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RepositoryService.Decode. */
final class DecodeTest {
  private static final Computation RUN = Runs.graph(new Random(12));

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    server.put(
        "rooms",
        Graphs.computation(RUN).toBuilder()
            .setId("run-1")
            .setTime(Runs.time(3))
            .putLabels("camera", "door")
            .build());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static DecodedComputation decode(String collection, String id, Decoder decoder) {
    return server
        .repository()
        .decode(
            RepositoryServiceDecodeRequest.newBuilder()
                .setName("collections/" + collection + "/sketches/" + id)
                .setDecoder(decoder)
                .build())
        .getDecoded();
  }

  static void isExact(DecodedComputation decoded, Computation truth) {
    assertThat(decoded.getRelativeResidual()).isLessThan(1e-4);
    assertThat(decoded.getObjectsCount()).isEqualTo(truth.skeleton().size());
    for (int i = 0; i < decoded.getObjectsCount(); i++) {
      DecodedObject object = decoded.getObjects(i);
      assertThat(object.getId()).isEqualTo(truth.skeleton().id(i));
      assertThat(object.getModule()).isEqualTo(truth.skeleton().module(i));
      assertThat(object.getAttributes().getDense().getValuesCount()).isEqualTo(Runs.ATTRIBUTES);
      for (int j = 0; j < Runs.ATTRIBUTES; j++) {
        assertThat(object.getAttributes().getDense().getValues(j))
            .isCloseTo(truth.attributes(i).value(j), within(1e-3f));
      }
    }
  }

  @Test
  void joint_isExactOnASmallGraph() {
    DecodedComputation decoded = decode("rooms", "run-1", Decoder.DECODER_UNSPECIFIED);
    isExact(decoded, RUN);
    assertThat(decoded.getId()).isEqualTo("run-1");
    assertThat(decoded.getTime()).isEqualTo(Runs.time(3));
    assertThat(decoded.getLabelsMap()).containsEntry("camera", "door").hasSize(1);
    assertThat(decoded.getRootsList()).isEqualTo(Graphs.computation(RUN).getRootsList());
    assertThat(decode("rooms", "run-1", Decoder.DECODER_JOINT)).isEqualTo(decoded);
  }

  @Test
  void matched_leavesSomethingUnexplained() {
    DecodedComputation decoded = decode("rooms", "run-1", Decoder.DECODER_MATCHED);
    assertThat(decoded.getRelativeResidual()).isGreaterThan(1e-3);
    assertThat(decoded.getObjectsList())
        .isNotEmpty()
        .allMatch(object -> object.getStandardError() > 0);
  }

  @Test
  void withoutASkeleton_isRefused() {
    server.create(
        "bare",
        Collection.newBuilder()
            .setSpec(Sketches.spec(SPEC))
            .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE)
            .build());
    server.put("bare", "run-1", RUN);
    failure(() -> decode("bare", "run-1", Decoder.DECODER_JOINT))
        .is(Code.FAILED_PRECONDITION, "NO_SKELETON");
    server.put(
        "rooms",
        FinishedSketch.newBuilder()
            .setId("alone")
            .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(RUN)))
            .build());
    failure(() -> decode("rooms", "alone", Decoder.DECODER_JOINT))
        .is(Code.FAILED_PRECONDITION, "NO_SKELETON");
  }

  @Test
  void withTheSkeletonOfAnotherRun_isRefused() {
    server.put(
        "rooms",
        FinishedSketch.newBuilder()
            .setId("mixed-up")
            .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(RUN)))
            .setSkeleton(Graphs.skeleton(Runs.scene(new Random(1), 3, 2).skeleton()))
            .build());
    failure(() -> decode("rooms", "mixed-up", Decoder.DECODER_JOINT))
        .is(Code.FAILED_PRECONDITION, "SKELETON_MISMATCH");
  }

  @Test
  void badRequests_areRefused() {
    failure(() -> decode("rooms", "none", Decoder.DECODER_JOINT))
        .is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
    failure(() -> decode("attic", "run-1", Decoder.DECODER_JOINT))
        .is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
    failure(() -> decode("rooms", "", Decoder.DECODER_JOINT)).isInvalid("name");
    failure(
            () ->
                server
                    .repository()
                    .decode(
                        RepositoryServiceDecodeRequest.newBuilder()
                            .setName("collections/rooms/sketches/run-1")
                            .setDecoderValue(9)
                            .build()))
        .isInvalid("decoder");
  }
}
