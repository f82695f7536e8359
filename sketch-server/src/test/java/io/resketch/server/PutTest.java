package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.DenseAttributes;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.GetRequest;
import io.resketch.v1.Module;
import io.resketch.v1.PackedAttributes;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.SketchObject;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.SparseAttributes;
import io.resketch.v1.WeightedInput;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class PutTest {
  private static final Computation RUN = Runs.graph(new Random(5));
  private static final int CAT = 1;
  private static final int SCENE = 3;
  private static final String LONG = "x".repeat(20_000);

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static io.resketch.v1.Computation.Builder message(String id) {
    return Graphs.computation(RUN).toBuilder().setId(id);
  }

  private static FinishedSketch.Builder finished(String id, Sketch sketch) {
    return FinishedSketch.newBuilder().setId(id).setSketch(Sketches.sketch(sketch));
  }

  private static SketchRecord get(String collection, String id) {
    String name = "collections/" + collection + "/sketches/" + id;
    return server.repository().get(GetRequest.newBuilder().setName(name).build()).getRecord();
  }

  @Test
  void put_again_isAcknowledgedAgainAndStoredOnce() {
    server.create("again", SPEC);
    io.resketch.v1.Computation run =
        message("run-1").setTime(Runs.time(1)).putLabels("camera", "door").build();
    SketchRecord first = server.put("again", run);
    assertThat(first.getName()).isEqualTo("collections/again/sketches/run-1");
    assertThat(first.hasSketch()).isFalse();
    assertThat(server.put("again", run)).isEqualTo(first);
    FinishedSketch same =
        finished("run-1", new Sketcher(SPEC).sketch(RUN))
            .setTime(Runs.time(1))
            .putLabels("camera", "door")
            .setSkeleton(Graphs.skeleton(RUN.skeleton()))
            .build();
    assertThat(server.put("again", same)).isEqualTo(first);
    assertThat(server.collection("again").getSketchCount()).isEqualTo(1);
  }

  @Test
  void put_ofATakenId_isRefusedAndTheFirstContentStays() {
    server.create("taken", SPEC);
    server.put("taken", message("run-1").setTime(Runs.time(1)).build());
    SketchRecord before = get("taken", "run-1");
    Collection collection = server.collection("taken");
    for (io.resketch.v1.Computation other :
        new io.resketch.v1.Computation[] {
          message("run-1").setTime(Runs.time(2)).build(),
          message("run-1").build(),
          message("run-1").setTime(Runs.time(1)).putLabels("camera", "door").build(),
          message("run-1").setTime(Runs.time(1)).setMass(2).build(),
          Graphs.computation(Runs.scene(new Random(1), 1)).toBuilder()
              .setId("run-1")
              .setTime(Runs.time(1))
              .build()
        }) {
      failure(() -> server.put("taken", other)).is(Code.ALREADY_EXISTS, "SKETCH_EXISTS");
    }
    assertThat(get("taken", "run-1")).isEqualTo(before);
    assertThat(server.collection("taken")).isEqualTo(collection);
  }

  @Test
  void put_countsSketchesBytesAndEachSkeletonOnce() {
    server.create("counted", SPEC);
    SketchRecord first = server.put("counted", "run-1", RUN);
    server.put("counted", "run-2", Runs.graph(new Random(6))); // the same skeleton
    Collection two = server.collection("counted");
    long image = get("counted", "run-1").getSketch().getImage().size();
    assertThat(two.getSketchCount()).isEqualTo(2);
    assertThat(two.getSketchBytes()).isEqualTo(2 * image);
    assertThat(two.getSkeletonBytes()).isEqualTo(first.getSkeletonBytes()).isPositive();
    server.put("counted", finished("run-3", new Sketcher(SPEC).sketch(RUN).truncate(1024)).build());
    Collection three = server.collection("counted");
    assertThat(three.getSketchBytes()).isEqualTo(3 * image - 4 * (4096 - 1024));
    assertThat(three.getSkeletonBytes()).isEqualTo(two.getSkeletonBytes());
  }

  @Test
  void put_whereNoSkeletonsAreKept_keepsNone() {
    server.create(
        "bare",
        Collection.newBuilder()
            .setSpec(Sketches.spec(SPEC))
            .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE)
            .build());
    SketchRecord record = server.put("bare", "run-1", RUN);
    assertThat(record.getSkeletonHash()).isEmpty();
    assertThat(server.collection("bare").getSkeletonBytes()).isZero();
    assertThat(server.collection("bare").getModulesCount()).isEqualTo(3);
  }

  @Test
  void put_registersModules_andRefusesAnotherNumberOfAttributes() {
    server.create("modules", SPEC);
    server.put("modules", "run-1", RUN);
    Collection before = server.collection("modules");
    Computation other =
        Computation.builder()
            .object("new", "newcomer", Attributes.dense(1f))
            .object("cat", "animal", Attributes.dense(1f, 0f))
            .root("new", 0.5f)
            .root("cat", 0.5f)
            .build();
    failure(() -> server.put("modules", "run-2", other))
        .is(Code.FAILED_PRECONDITION, "MODULE_MISMATCH");
    assertThat(server.collection("modules")).isEqualTo(before);

    FinishedSketch.Builder named = finished("run-3", new Sketcher(SPEC).sketch(RUN));
    server.put(
        "modules",
        named
            .addModules(Module.newBuilder().setName("lamp").setDimension(3).setRootLeaf(true))
            .build());
    assertThat(server.collection("modules").getModulesList())
        .extracting(Module::getName)
        .containsExactly("animal", "camera", "lamp", "scene");
  }

  @Test
  void put_ofASketchOfAnotherSpec_isRefused() {
    Sketch foreign = new Sketcher(new SketchSpec(4096, 16, 8)).sketch(RUN);
    Collection before = server.collection("rooms");
    failure(() -> server.put("rooms", finished("foreign", foreign).build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
    assertThat(server.collection("rooms")).isEqualTo(before);
    failure(() -> get("rooms", "foreign")).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
  }

  private static Arguments bad(
      String what, String field, Consumer<io.resketch.v1.Computation.Builder> change) {
    return arguments(what, field, change);
  }

  private static io.resketch.v1.Attributes.Builder sparse(int dimension, int index) {
    return io.resketch.v1.Attributes.newBuilder()
        .setSparse(
            SparseAttributes.newBuilder()
                .setDimension(dimension)
                .addIndices(index)
                .addValues(0.5f));
  }

  private static io.resketch.v1.Attributes.Builder dense(float value) {
    return io.resketch.v1.Attributes.newBuilder()
        .setDense(DenseAttributes.newBuilder().addValues(value));
  }

  private static io.resketch.v1.Attributes.Builder packed(int encoding, int bytes) {
    return io.resketch.v1.Attributes.newBuilder()
        .setPacked(
            PackedAttributes.newBuilder()
                .setEncodingValue(encoding)
                .setData(ByteString.copyFrom(new byte[bytes])));
  }

  private static WeightedInput input(String object, float weight) {
    return WeightedInput.newBuilder().setObject(object).setWeight(weight).build();
  }

  static Stream<Arguments> badRuns() {
    return Stream.concat(badGraphs(), badValues());
  }

  private static Stream<Arguments> badGraphs() {
    return Stream.of(
        bad("nothing", "objects", run -> run.clearObjects().clearRoots()),
        bad("no root", "roots", run -> run.clearRoots()),
        bad("unknown root", "roots[0].object", run -> run.setRoots(0, input("mouse", 1f))),
        bad(
            "cycle",
            "objects[frame].inputs",
            run -> run.getObjectsBuilder(0).addInputs(input("scene", 1f))),
        bad(
            "loop",
            "objects[cat].inputs",
            run -> run.getObjectsBuilder(CAT).setInputs(0, input("cat", 1f))),
        bad(
            "unknown input",
            "objects[cat].inputs[0].object",
            run -> run.getObjectsBuilder(CAT).setInputs(0, input("mouse", 1f))),
        bad(
            "out of reach",
            "objects[lonely]",
            run -> run.addObjects(SketchObject.newBuilder().setId("lonely").setModule("animal"))),
        bad(
            "weights not summing to 1",
            "objects[scene].inputs",
            run -> run.getObjectsBuilder(SCENE).setInputs(0, input("cat", 0.5f))),
        bad(
            "negative weight",
            "objects[scene].inputs[0].weight",
            run -> run.getObjectsBuilder(SCENE).setInputs(0, input("cat", -0.25f))),
        bad(
            "weight that is no number",
            "roots[0].weight",
            run -> run.setRoots(0, input("scene", Float.NaN))),
        bad("taken id", "objects[cat].id", run -> run.addObjects(run.getObjects(CAT))),
        bad("empty id", "objects[1].id", run -> run.getObjectsBuilder(CAT).clearId()),
        bad("no module", "objects[cat].module", run -> run.getObjectsBuilder(CAT).clearModule()),
        bad(
            "module with a control character",
            "objects[cat].module",
            run -> run.getObjectsBuilder(CAT).setModule("\0phantom 1")),
        bad("too many inputs", "objects", PutTest::manyRoots),
        bad("too many objects held at once", "objects", PutTest::manySharedObjects));
  }

  private static Stream<Arguments> badValues() {
    return Stream.of(
        bad(
            "NaN",
            "objects[cat].attributes[0]",
            run -> run.getObjectsBuilder(CAT).setAttributes(dense(Float.NaN))),
        bad(
            "infinity",
            "objects[cat].attributes[3]",
            run ->
                run.getObjectsBuilder(CAT)
                    .setAttributes(
                        sparse(8, 3)
                            .setSparse(
                                sparse(8, 3).getSparse().toBuilder()
                                    .setValues(0, Float.NEGATIVE_INFINITY)))),
        bad(
            "largest dimension",
            "objects[cat].attributes.sparse.dimension",
            run -> run.getObjectsBuilder(CAT).setAttributes(sparse(Integer.MAX_VALUE, 0))),
        bad(
            "dimension above the largest int",
            "objects[cat].attributes.sparse.dimension",
            run -> run.getObjectsBuilder(CAT).setAttributes(sparse(-1, 0))),
        bad(
            "index out of range",
            "objects[cat].attributes.sparse.indices[0]",
            run -> run.getObjectsBuilder(CAT).setAttributes(sparse(8, 8))),
        bad(
            "odd bytes",
            "objects[cat].attributes.packed.data",
            run -> run.getObjectsBuilder(CAT).setAttributes(packed(1, 5))),
        bad(
            "unknown encoding",
            "objects[cat].attributes.packed.encoding",
            run -> run.getObjectsBuilder(CAT).setAttributes(packed(0, 4))),
        bad(
            "two lengths of one module",
            "modules[animal].dimension",
            run -> run.getObjectsBuilder(CAT).setAttributes(dense(1f))),
        bad("mass 0", "mass", run -> run.setMass(0)),
        bad("mass that is no number", "mass", run -> run.setMass(Double.NaN)),
        bad("huge mass", "item.computation.mass", run -> run.setMass(1e300)),
        bad("no id", "item.computation.id", run -> run.clearId()),
        bad("bad id", "item.computation.id", run -> run.setId("a/b")),
        bad("long id", "item.computation.id", run -> run.setId(LONG)),
        bad(
            "time after the last",
            "item.time",
            run -> run.setTime(Timestamp.newBuilder().setSeconds(253_402_300_800L))),
        bad(
            "negative nanoseconds",
            "item.time",
            run -> run.setTime(Timestamp.newBuilder().setNanos(-1))),
        bad("long labels", "item.labels", run -> run.putLabels("text", LONG)));
  }

  private static void manyRoots(io.resketch.v1.Computation.Builder run) {
    int n = 300_000;
    run.clearRoots();
    for (int i = 0; i < n; i++) {
      run.addRoots(input("scene", 1f / n));
    }
  }

  /** Every object is a root twice, far apart. */
  private static void manySharedObjects(io.resketch.v1.Computation.Builder run) {
    int n = 70_000;
    run.clearRoots().clearObjects();
    for (int i = 0; i < n; i++) {
      run.addObjects(SketchObject.newBuilder().setId("o" + i).setModule("m"));
    }
    for (int i = 0; i < 2 * n; i++) {
      run.addRoots(input("o" + i % n, 0.5f / n));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRuns")
  void put_ofABadRun_isInvalidAndStoresNothing(
      String what, String field, Consumer<io.resketch.v1.Computation.Builder> change) {
    io.resketch.v1.Computation.Builder run = message("bad");
    change.accept(run);
    Collection before = server.collection("rooms");
    failure(() -> server.put("rooms", run.build())).isInvalid(field);
    assertThat(server.collection("rooms")).isEqualTo(before);
    failure(() -> get("rooms", "bad")).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
  }

  @Test
  void put_withALongNameInTheError_stillGetsTheErrorThrough() {
    io.resketch.v1.Computation.Builder run = message("bad");
    String name = "\u00e4".repeat(10_000);
    run.getObjectsBuilder(CAT).setId(name).setAttributes(dense(Float.NaN));
    TestServer.Failure failure = failure(() -> server.put("rooms", run.build()));
    assertThat(failure.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.field()).startsWith("objects[\u00e4\u00e4");
  }

  private static Arguments badSketch(
      String what, String field, Consumer<FinishedSketch.Builder> change) {
    return arguments(what, field, change);
  }

  private static Sketch sketch(int dimension, double mass, long runs) {
    return Sketch.of(
        SPEC.fingerprint(), dimension, new Sketcher(SPEC).sketch(RUN).toArray(), mass, runs);
  }

  static Stream<Arguments> badSketches() {
    io.resketch.v1.Sketch good = Sketches.sketch(new Sketcher(SPEC).sketch(RUN));
    byte[] changed = good.getImage().toByteArray();
    changed[100] ^= 1;
    return Stream.of(
        badSketch("no sketch", "sketch.image", item -> item.clearSketch()),
        badSketch(
            "changed image",
            "sketch.image",
            item ->
                item.setSketch(
                    io.resketch.v1.Sketch.newBuilder().setImage(ByteString.copyFrom(changed)))),
        badSketch(
            "cut image",
            "sketch.image",
            item -> item.setSketch(good.toBuilder().setImage(good.getImage().substring(0, 5000)))),
        badSketch(
            "dimension of another spec",
            "sketch.image",
            item -> item.setSketch(Sketches.sketch(sketch(8192, 1, 1)))),
        badSketch(
            "negative mass",
            "item.finished.sketch.mass",
            item -> item.setSketch(Sketches.sketch(sketch(4096, -1, 1)))),
        badSketch(
            "huge mass",
            "item.finished.sketch.mass",
            item -> item.setSketch(Sketches.sketch(sketch(4096, 1e308, 1)))),
        badSketch(
            "huge number of runs",
            "item.finished.sketch.runs",
            item -> item.setSketch(Sketches.sketch(sketch(4096, 1, Long.MAX_VALUE)))),
        badSketch(
            "huge dimension of the skeleton",
            "objects[cat].dimension",
            item -> item.getSkeletonBuilder().getObjectsBuilder(CAT).setDimension(-1)),
        badSketch(
            "dimensions of the skeleton that overflow",
            "objects[dog].dimension",
            item -> {
              item.getSkeletonBuilder().getObjectsBuilder(1).setDimension(3_000_000);
              item.getSkeletonBuilder().getObjectsBuilder(2).setDimension(3_000_000);
            }),
        badSketch(
            "huge dimension of a module",
            "modules[lamp].dimension",
            item -> item.addModules(Module.newBuilder().setName("lamp").setDimension(-8))),
        badSketch(
            "module without a name",
            "modules.name",
            item -> item.addModules(Module.newBuilder().setDimension(8))),
        badSketch("no id", "item.finished.id", item -> item.clearId()),
        badSketch(
            "time before the first",
            "item.time",
            item -> item.setTime(Timestamp.newBuilder().setSeconds(-62_135_596_801L))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSketches")
  void put_ofABadSketch_isInvalidAndStoresNothing(
      String what, String field, Consumer<FinishedSketch.Builder> change) {
    FinishedSketch.Builder item =
        finished("bad", new Sketcher(SPEC).sketch(RUN))
            .setSkeleton(Graphs.skeleton(RUN.skeleton()));
    change.accept(item);
    Collection before = server.collection("rooms");
    failure(() -> server.put("rooms", item.build())).isInvalid(field);
    assertThat(server.collection("rooms")).isEqualTo(before);
    failure(() -> get("rooms", "bad")).is(Code.NOT_FOUND, "SKETCH_NOT_FOUND");
  }

  @Test
  void put_withoutItemOrCollection_fails() {
    PutRequest empty = PutRequest.newBuilder().setParent("collections/rooms").build();
    failure(() -> server.repository().put(empty)).isInvalid("item");
    PutItem item = PutItem.newBuilder().setComputation(message("run-1")).build();
    failure(() -> server.repository().put(PutRequest.newBuilder().setItem(item).build()))
        .isInvalid("parent");
    failure(() -> server.put("attic", "run-1", RUN)).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }

  @Test
  void put_atTheLimitsOfTime_isListed() {
    server.create("limits", SPEC);
    Timestamp first = Timestamp.newBuilder().setSeconds(-62_135_596_800L).build();
    Timestamp last =
        Timestamp.newBuilder().setSeconds(253_402_300_799L).setNanos(999_999_999).build();
    server.put("limits", message("last").setTime(last).build());
    server.put("limits", message("first").setTime(first).build());
    assertThat(get("limits", "last").getTime()).isEqualTo(last);
    assertThat(get("limits", "first").getTime()).isEqualTo(first);
  }

  /** A deep chain holds few vectors, so it is no trouble for memory. */
  @Test
  void put_ofADeepChain_isStored() {
    Computation.Builder chain = Computation.builder();
    int depth = 5000;
    for (int i = 0; i < depth; i++) {
      chain.object(
          "o" + i,
          "link",
          Attributes.none(),
          i == 0
              ? new io.resketch.core.graph.WeightedInput[0]
              : new io.resketch.core.graph.WeightedInput[] {
                new io.resketch.core.graph.WeightedInput("o" + (i - 1), 1f)
              });
    }
    server.create("deep", new SketchSpec(65536, 16, 7));
    server.put("deep", "chain", chain.root("o" + (depth - 1), 1f).build());
    assertThat(server.collection("deep").getSketchCount()).isEqualTo(1);
  }
}
