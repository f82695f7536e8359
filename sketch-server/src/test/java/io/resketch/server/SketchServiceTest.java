package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.CombineRequest;
import io.resketch.v1.DecodeRequest;
import io.resketch.v1.EstimateRequest;
import io.resketch.v1.Module;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRequest;
import io.resketch.v1.SketchResponse;
import io.resketch.v1.TruncateRequest;
import io.resketch.v1.WeightedSketch;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SketchServiceTest {
  private static final Computation RUN = Runs.graph(new Random(31));
  private static final Sketch SKETCH = new Sketcher(SPEC).sketch(RUN);
  private static final io.resketch.v1.SketchSpec WIRE_SPEC = Sketches.spec(SPEC);
  private static final io.resketch.v1.Sketch FOREIGN =
      Sketches.sketch(new Sketcher(new SketchSpec(4096, 16, 8)).sketch(RUN));

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SketchRequest.Builder sketchRequest() {
    return SketchRequest.newBuilder()
        .setSpec(WIRE_SPEC)
        .setComputation(
            Graphs.computation(RUN).toBuilder()
                .setId("run-1")
                .setTime(Runs.time(4))
                .putLabels("camera", "door"));
  }

  @Test
  void sketch_isThatOfTheLibrary_withItsSkeleton() {
    SketchResponse response = server.sketches().sketch(sketchRequest().build());
    assertThat(response.getSketch()).isEqualTo(Sketches.sketch(SKETCH));
    assertThat(response.getSkeleton())
        .isEqualTo(
            Graphs.skeleton(RUN.skeleton()).toBuilder()
                .setId("run-1")
                .setTime(Runs.time(4))
                .putLabels("camera", "door")
                .build());
  }

  @Test
  void sketch_ofBadInput_isInvalid() {
    failure(() -> server.sketches().sketch(sketchRequest().clearSpec().build()))
        .isInvalid("blocksPerColumn");
    failure(
            () ->
                server
                    .sketches()
                    .sketch(
                        sketchRequest()
                            .setSpec(WIRE_SPEC.toBuilder().clearFingerprint().setDimension(1000))
                            .build()))
        .isInvalid("dimension");
    failure(() -> server.sketches().sketch(sketchRequest().clearComputation().build()))
        .isInvalid("objects");
    SketchRequest.Builder huge = sketchRequest();
    huge.getComputationBuilder()
        .getObjectsBuilder(1)
        .getAttributesBuilder()
        .getSparseBuilder()
        .setDimension(Integer.MAX_VALUE);
    failure(() -> server.sketches().sketch(huge.build()))
        .isInvalid("objects[cat].attributes.sparse.dimension");
  }

  private static DecodeRequest.Builder decodeRequest() {
    return DecodeRequest.newBuilder()
        .setSpec(WIRE_SPEC)
        .setSketch(Sketches.sketch(SKETCH))
        .setSkeleton(Graphs.skeleton(RUN.skeleton()).toBuilder().setId("run-1"));
  }

  @Test
  void decode_isExact_alsoFromHalfTheSketch() {
    DecodeTest.isExact(server.sketches().decode(decodeRequest().build()).getDecoded(), RUN);
    DecodeTest.isExact(
        server
            .sketches()
            .decode(decodeRequest().setSketch(Sketches.sketch(SKETCH.truncate(2048))).build())
            .getDecoded(),
        RUN);
  }

  @Test
  void decode_ofWhatDoesNotBelongTogether_isRefused() {
    failure(() -> server.sketches().decode(decodeRequest().setSketch(FOREIGN).build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
    Skeleton other = Graphs.skeleton(Runs.scene(new Random(1), 3, 2).skeleton());
    failure(() -> server.sketches().decode(decodeRequest().setSkeleton(other).build()))
        .is(Code.FAILED_PRECONDITION, "SKELETON_MISMATCH");
    Sketch crafted = Sketch.of(SPEC.fingerprint(), 8192, SKETCH.toArray(), 1, 1);
    failure(
            () ->
                server
                    .sketches()
                    .decode(decodeRequest().setSketch(Sketches.sketch(crafted)).build()))
        .isInvalid("sketch.image");
    failure(() -> server.sketches().decode(decodeRequest().clearSkeleton().build()))
        .isInvalid("objects");
    failure(() -> server.sketches().decode(decodeRequest().clearSketch().build()))
        .isInvalid("sketch.image");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MAX_VALUE, 5_000_000})
  void decode_ofASkeletonWithAHugeDimension_isInvalid(int dimension) {
    DecodeRequest.Builder request = decodeRequest();
    request.getSkeletonBuilder().getObjectsBuilder(0).setDimension(dimension);
    failure(() -> server.sketches().decode(request.build())).isInvalid("objects[frame].dimension");
  }

  private static Module.Builder module(String name) {
    return Module.newBuilder().setName(name).setDimension(Runs.ATTRIBUTES).setRootLeaf(true);
  }

  @Test
  void estimate_countsTheModules() {
    Sketch scene = new Sketcher(SPEC).sketch(Runs.scene(new Random(5), 3, 0, 2));
    EstimateRequest request =
        EstimateRequest.newBuilder()
            .setSpec(WIRE_SPEC)
            .setSketch(Sketches.sketch(scene))
            .addModules(module("kind-2"))
            .addModules(module("kind-1"))
            .addModules(module("kind-0"))
            .build();
    List<ModuleEstimate> estimates = server.sketches().estimate(request).getEstimatesList();
    assertThat(estimates)
        .extracting(ModuleEstimate::getModule)
        .containsExactly("kind-2", "kind-1", "kind-0");
    double[] truth = {2, 0, 3};
    for (int i = 0; i < truth.length; i++) {
      assertThat(estimates.get(i).getCount())
          .isCloseTo(truth[i], within(4 * estimates.get(i).getStandardError()));
      assertThat(estimates.get(i).getStandardError()).isBetween(1e-9, 0.05);
      assertThat(estimates.get(i).getMethod())
          .isEqualTo(ModuleEstimate.Method.METHOD_BLIND_DECODING);
    }
    Sketch one = Sketches.sketch(request.getSketch());
    Sketch twice = Sketch.weightedSum(List.of(one, one), new double[] {1, 1});
    EstimateRequest ofSum = request.toBuilder().setSketch(Sketches.sketch(twice)).build();
    assertThat(server.sketches().estimate(ofSum).getEstimatesList())
        .allMatch(m -> m.getMethod() == ModuleEstimate.Method.METHOD_LINEAR_FIT);
  }

  @Test
  void estimate_ofBadInput_isRefused() {
    EstimateRequest.Builder request =
        EstimateRequest.newBuilder().setSpec(WIRE_SPEC).setSketch(Sketches.sketch(SKETCH));
    failure(
            () ->
                server
                    .sketches()
                    .estimate(request.clone().addModules(module("a").setDimension(-1)).build()))
        .isInvalid("modules[a].dimension");
    failure(
            () ->
                server
                    .sketches()
                    .estimate(
                        request.clone().addModules(module("a")).addModules(module("a")).build()))
        .isInvalid("modules");
    failure(() -> server.sketches().estimate(request.clone().addModules(module("")).build()))
        .isInvalid("modules.name");
    EstimateRequest.Builder many = request.clone();
    for (int i = 0; i < 3000; i++) {
      many.addModules(module("m" + i));
    }
    failure(() -> server.sketches().estimate(many.build())).isInvalid("modules");
    failure(() -> server.sketches().estimate(request.clone().setSketch(FOREIGN).build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
  }

  @Test
  void combine_addsSketchesWithTheirWeights() {
    Sketch other = new Sketcher(SPEC).sketch(Runs.scene(new Random(9), 2, 1));
    Sketch shorter = other.truncate(2048);
    io.resketch.v1.Sketch combined =
        server
            .sketches()
            .combine(
                CombineRequest.newBuilder()
                    .addSketches(WeightedSketch.newBuilder().setSketch(Sketches.sketch(SKETCH)))
                    .addSketches(
                        WeightedSketch.newBuilder()
                            .setSketch(Sketches.sketch(shorter))
                            .setWeight(2))
                    .build())
            .getSketch();
    assertThat(Sketches.sketch(combined))
        .isEqualTo(Sketch.weightedSum(List.of(SKETCH, shorter), new double[] {1, 2}));
  }

  @Test
  void combine_ofBadInput_isRefused() {
    WeightedSketch one = WeightedSketch.newBuilder().setSketch(Sketches.sketch(SKETCH)).build();
    failure(() -> server.sketches().combine(CombineRequest.getDefaultInstance()))
        .isInvalid("sketches");
    failure(
            () ->
                server
                    .sketches()
                    .combine(
                        CombineRequest.newBuilder()
                            .addSketches(one)
                            .addSketches(WeightedSketch.newBuilder().setSketch(FOREIGN))
                            .build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
    failure(
            () ->
                server
                    .sketches()
                    .combine(
                        CombineRequest.newBuilder()
                            .addSketches(one)
                            .addSketches(one.toBuilder().setWeight(-1))
                            .build()))
        .isInvalid("weights");
    failure(
            () ->
                server
                    .sketches()
                    .combine(
                        CombineRequest.newBuilder()
                            .addSketches(one.toBuilder().setWeight(Double.NaN))
                            .build()))
        .isInvalid("weights[0]");
    CombineRequest.Builder many = CombineRequest.newBuilder();
    for (int i = 0; i <= 10_000; i++) {
      many.addSketches(WeightedSketch.getDefaultInstance());
    }
    failure(() -> server.sketches().combine(many.build())).isInvalid("sketches");
  }

  @Test
  void truncate_keepsThePrefix() {
    TruncateRequest.Builder request =
        TruncateRequest.newBuilder().setSketch(Sketches.sketch(SKETCH)).setPrefixLength(64);
    assertThat(Sketches.sketch(server.sketches().truncate(request.build()).getSketch()))
        .isEqualTo(SKETCH.truncate(64));
    for (int prefix : new int[] {0, 8, 24, 4112, -16}) {
      failure(() -> server.sketches().truncate(request.clone().setPrefixLength(prefix).build()))
          .isInvalid("prefixLength");
    }
    failure(() -> server.sketches().truncate(request.clone().clearSketch().build()))
        .isInvalid("sketch.image");
  }
}
