package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.TestServer.Failure;
import io.resketch.v1.Collection;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExchangeSketch;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.ImportRequest;
import io.resketch.v1.ImportResponse;
import io.resketch.v1.Module;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeTest {
  private static final String ROOMS = "collections/rooms";
  private static final ExportRequest ALL = ExportRequest.newBuilder().setParent(ROOMS).build();

  @TempDir private Path directory;
  @TempDir private Path otherDirectory;
  private TestServer server;
  private TestServer other;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    other = new TestServer(otherDirectory);
  }

  @AfterEach
  void stop() {
    server.close();
    other.close();
  }

  /** Runs with and without times, labels and skeletons, sums, every encoding, over two pages. */
  private void fill() {
    Random random = new Random(3);
    for (int i = 0; i < 70; i++) {
      Computation run = i % 3 == 0 ? Runs.graph(random) : Runs.scene(random, 1 + i % 4, i % 2);
      io.resketch.v1.Computation.Builder message =
          Graphs.computation(run).toBuilder().setId("run-" + i).putLabels("camera", "c" + i % 2);
      if (i % 5 != 0) {
        message.setTime(Runs.time(1000 - 7L * (i / 2)).toBuilder().setNanos(i % 2));
      }
      server.put("rooms", message.build());
    }
    Sketch sketch = new Sketcher(SPEC).sketch(Runs.scene(random, 2, 2));
    Sketch sum = Sketch.weightedSum(List.of(sketch, sketch), new double[] {0.5, 2});
    List<Sketch> finished =
        List.of(
            sum,
            sketch.truncate(1024),
            sketch.encode(Encoding.BF16),
            sketch.encode(Encoding.I8_BLOCK));
    for (int i = 0; i < finished.size(); i++) {
      server.put(
          "rooms",
          FinishedSketch.newBuilder()
              .setId("finished-" + i)
              .setTime(Runs.time(500))
              .setSketch(Sketches.sketch(finished.get(i)))
              .addModules(Module.newBuilder().setName("only-" + i).setDimension(3))
              .build());
    }
  }

  @Test
  void theHeader_saysHowTheCollectionWasMade() {
    Collection.Builder wanted =
        Collection.newBuilder().setSpec(Sketches.spec(SPEC)).addRollupLabels("camera");
    wanted.getIndexBuilder().setDisabled(true);
    wanted.getRetentionBuilder().addRulesBuilder().setDelete(true).getAgeBuilder().setSeconds(7);
    Collection made = server.create("made", wanted.build());
    ExchangeHeader header =
        export(server, ExportRequest.newBuilder().setParent("collections/made").build())
            .get(0)
            .getItem()
            .getHeader();
    assertThat(header)
        .isEqualTo(
            ExchangeHeader.newBuilder()
                .setSpec(made.getSpec())
                .setSkeletonPolicy(made.getSkeletonPolicy())
                .addRollupLabels("camera")
                .setRetention(made.getRetention())
                .setIndex(made.getIndex())
                .build());
  }

  private static List<ExportResponse> export(TestServer from, ExportRequest request) {
    List<ExportResponse> out = new ArrayList<>();
    from.repository().export(request).forEachRemaining(out::add);
    return out;
  }

  private static List<ExchangeItem> items(List<ExportResponse> export) {
    return export.stream().map(ExportResponse::getItem).toList();
  }

  private static List<ExchangeSketch> sketches(List<ExportResponse> export) {
    return items(export).stream()
        .filter(ExchangeItem::hasSketch)
        .map(ExchangeItem::getSketch)
        .toList();
  }

  /** The acknowledgements of all items; fails as the stream does. */
  private static List<ImportResponse> importAll(
      TestServer to, String parent, List<ExchangeItem> items) {
    List<ImportResponse> acks = new ArrayList<>();
    CompletableFuture<List<ImportResponse>> done = new CompletableFuture<>();
    StreamObserver<ImportRequest> requests =
        RepositoryServiceGrpc.newStub(to.channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .import_(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ImportResponse ack) {
                    acks.add(ack);
                  }

                  @Override
                  public void onError(Throwable e) {
                    done.completeExceptionally(e);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(acks);
                  }
                });
    for (ExchangeItem item : items) {
      requests.onNext(ImportRequest.newBuilder().setParent(parent).setItem(item).build());
    }
    requests.onCompleted();
    try {
      return done.join();
    } catch (java.util.concurrent.CompletionException e) {
      throw (RuntimeException) e.getCause();
    }
  }

  private static void assertTaken(List<ImportResponse> acks, int count) {
    assertThat(acks).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(acks.get(i).getIndex()).isEqualTo(i);
      assertThat(acks.get(i).getStatus().getCode()).as("%s", acks.get(i)).isZero();
    }
  }

  @Test
  void collection_comesThroughBitForBit() {
    fill();
    List<ExportResponse> export = export(server, ALL);
    assertThat(sketches(export)).hasSize(74);

    Collection created = other.create("attic", SPEC);
    assertTaken(importAll(other, created.getName(), items(export)), export.size());

    ExportRequest back = ExportRequest.newBuilder().setParent("collections/attic").build();
    assertThat(items(export(other, back))).isEqualTo(items(export));
    Collection from = server.collection("rooms");
    Collection to = other.collection("attic");
    assertThat(to.getModulesList()).isEqualTo(from.getModulesList());
    assertThat(to.getSketchCount()).isEqualTo(from.getSketchCount());
    assertThat(to.getSketchBytes()).isEqualTo(from.getSketchBytes());
    assertThat(to.getSkeletonBytes()).isEqualTo(from.getSkeletonBytes());
  }

  @Test
  void export_isInOrder_andEverySkeletonComesOnceBeforeItsFirstSketch() {
    fill();
    List<ExchangeItem> items = items(export(server, ALL));
    assertThat(items.get(0).getHeader().getSpec()).isEqualTo(Sketches.spec(SPEC));
    assertThat(items.get(1).getModules().getModulesList())
        .isEqualTo(server.collection("rooms").getModulesList());
    Set<ByteString> seen = new HashSet<>();
    ExchangeSketch last = ExchangeSketch.getDefaultInstance();
    for (ExchangeItem item : items.subList(2, items.size())) {
      if (item.hasSkeleton()) {
        assertThat(seen.add(item.getSkeleton().getHash())).isTrue();
        continue;
      }
      ExchangeSketch sketch = item.getSketch();
      assertThat(sketch)
          .matches(s -> s.getSkeletonHash().isEmpty() || seen.contains(s.getSkeletonHash()));
      assertThat(order(last)).isLessThan(order(sketch));
      last = sketch;
    }
    assertThat(seen).hasSizeGreaterThan(3);
  }

  private static String order(ExchangeSketch sketch) {
    long nanos = sketch.getTime().getSeconds() * 1_000_000_000 + sketch.getTime().getNanos();
    return String.format("%20d %s", sketch.hasTime() ? nanos : -1, sketch.getId());
  }

  @Test
  void export_resumedBehindAnyMessage_hasTheSketchesThatWereMissing() {
    fill();
    List<ExportResponse> export = export(server, ALL);
    for (int cut = 0; cut < export.size(); cut += 25) {
      ExportRequest rest = ALL.toBuilder().setAfterCursor(export.get(cut).getCursor()).build();
      List<ExchangeSketch> both = new ArrayList<>(sketches(export.subList(0, cut + 1)));
      List<ExportResponse> resumed = export(server, rest);
      both.addAll(sketches(resumed));
      assertThat(both).as("cut behind message %s", cut).isEqualTo(sketches(export));
      other.create("part-" + cut, SPEC);
      assertTaken(importAll(other, "collections/part-" + cut, items(resumed)), resumed.size());
    }
  }

  @Test
  void export_ofAFilterAndARange_isWhatListShows() {
    fill();
    ExportRequest request =
        ALL.toBuilder()
            .setFilter("label.camera = \"c1\"")
            .setRange(TimeRange.newBuilder().setStart(Runs.time(800)).setEnd(Runs.time(950)))
            .build();
    List<ExchangeSketch> sketches = sketches(export(server, request));
    assertThat(sketches).hasSizeBetween(5, 40);
    assertThat(sketches)
        .isNotEmpty()
        .allMatch(sketch -> sketch.getLabelsOrThrow("camera").equals("c1"));
    assertThat(sketches)
        .isNotEmpty()
        .allMatch(
            sketch -> sketch.getTime().getSeconds() >= 800 && sketch.getTime().getSeconds() < 950);
    String cursor = export(server, request).get(20).getCursor();
    failure(() -> export(server, ALL.toBuilder().setAfterCursor(cursor).build()))
        .isInvalid("after_cursor");
    failure(() -> export(server, ALL.toBuilder().setFilter("camera").build())).isInvalid("filter");
    failure(() -> export(server, ALL.toBuilder().setParent("collections/none").build()))
        .is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }

  @Test
  void modulesOfMoreAttributesThanOneMessageMayHave_comeThrough() {
    FinishedSketch.Builder run =
        FinishedSketch.newBuilder()
            .setSketch(Sketches.sketch(new Sketcher(SPEC).sketch(Runs.scene(new Random(1), 1))));
    for (int i = 0; i < 3; i++) {
      Module module = Module.newBuilder().setName("m" + i).setDimension(3 << 20).build();
      server.put("rooms", run.setId("run-" + i).clearModules().addModules(module).build());
    }
    List<ExchangeItem> items = items(export(server, ALL));
    other.create("rooms", SPEC);
    assertTaken(importAll(other, ROOMS, items), items.size());
    assertThat(other.collection("rooms").getModulesCount()).isEqualTo(3);
  }

  @Test
  void emptyCollection_isAHeader() {
    List<ExchangeItem> items = items(export(server, ALL));
    assertThat(items).hasSize(1);
    assertThat(items.get(0).hasHeader()).isTrue();
  }

  @Test
  void importAgain_storesNothingTwice() {
    fill();
    List<ExchangeItem> items = items(export(server, ALL));
    Collection before = server.collection("rooms");
    assertTaken(importAll(server, ROOMS, items), items.size());
    assertThat(server.collection("rooms")).isEqualTo(before);
  }

  @Test
  void importOfAnotherSpec_isRefusedAsAWhole() {
    fill();
    other.create("rooms", new SketchSpec(4096, 16, 8));
    List<ExchangeItem> items = items(export(server, ALL));
    failure(() -> importAll(other, ROOMS, items))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
    failure(() -> importAll(other, ROOMS, items.subList(1, 4))).isInvalid("item");
    failure(() -> importAll(other, "collections/none", items))
        .is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
    assertThat(other.collection("rooms").getSketchCount()).isZero();
  }

  @Test
  void refusedItem_doesNotEndTheImport() {
    fill();
    other.create("rooms", SPEC);
    other.put("rooms", "run-5", Runs.scene(new Random(9), 3));
    List<ExchangeItem> items = new ArrayList<>(items(export(server, ALL)));
    int skeleton = 0;
    while (!items.get(skeleton).hasSkeleton()) {
      skeleton++;
    }
    ByteString lost = items.remove(skeleton).getSkeleton().getHash();
    long users = items.stream().filter(i -> i.getSketch().getSkeletonHash().equals(lost)).count();
    int damaged = items.size() - 1;
    ExchangeItem.Builder last = items.get(damaged).toBuilder();
    last.getSketchBuilder().getSketchBuilder().setImage(ByteString.copyFromUtf8("RSKT"));
    items.set(damaged, last.build());

    List<ImportResponse> acks = importAll(other, ROOMS, items);
    assertThat(acks).hasSize(items.size());
    item(acks.get(skeleton)).is(Code.FAILED_PRECONDITION, "SKELETON_MISSING");
    assertThat(item(acks.get(damaged)).code()).isEqualTo(Code.INVALID_ARGUMENT);
    List<Code> refused =
        acks.stream()
            .map(ack -> Code.forNumber(ack.getStatus().getCode()))
            .filter(code -> code != Code.OK)
            .toList();
    assertThat(refused).hasSize((int) users + 2).containsOnlyOnce(Code.ALREADY_EXISTS);
    assertThat(other.collection("rooms").getSketchCount()).isEqualTo(74 - refused.size() + 1);
  }

  private static Failure item(ImportResponse ack) {
    return Failure.of(
        ack.getStatus().getCode(), ack.getStatus().getMessage(), ack.getStatus().getDetailsList());
  }

  @Test
  void sketchesDeletedDuringTheExport_areLeftOut() {
    fill();
    var export = server.repository().export(ALL);
    ExchangeSketch first = null;
    while (first == null) {
      ExchangeItem item = export.next().getItem();
      first = item.hasSketch() ? item.getSketch() : null;
    }
    String deletedLast = "run-1";
    server
        .repository()
        .delete(DeleteRequest.newBuilder().setName(ROOMS + "/sketches/" + deletedLast).build());
    List<String> rest = new ArrayList<>();
    export.forEachRemaining(
        part -> {
          if (part.getItem().hasSketch()) {
            rest.add(part.getItem().getSketch().getId());
          }
        });
    assertThat(rest).hasSizeBetween(72, 73);
  }

  /** Messages that the server has handed to its transport, by its own count. */
  private long sent() throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.server.httpPort() + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith("grpc_server_responses_sent_messages_total"))
        .filter(line -> line.contains("\"Export\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void clientThatStopsReading_makesTheServerWait_andLeavesTheStoreFree() throws Exception {
    fill();
    ManagedChannel narrow =
        NettyChannelBuilder.forAddress("127.0.0.1", server.server.port())
            .usePlaintext()
            .flowControlWindow(65_535)
            .build();
    try {
      List<ExportResponse> messages = new ArrayList<>();
      CompletableFuture<Void> done = new CompletableFuture<>();
      CompletableFuture<ClientCallStreamObserver<ExportRequest>> call = new CompletableFuture<>();
      RepositoryServiceGrpc.newStub(narrow)
          .export(
              ALL,
              new ClientResponseObserver<ExportRequest, ExportResponse>() {
                @Override
                public void beforeStart(ClientCallStreamObserver<ExportRequest> stream) {
                  stream.disableAutoRequestWithInitial(0);
                  call.complete(stream);
                }

                @Override
                public void onNext(ExportResponse message) {
                  messages.add(message);
                }

                @Override
                public void onError(Throwable e) {
                  done.completeExceptionally(e);
                }

                @Override
                public void onCompleted() {
                  done.complete(null);
                }
              });
      long[] before = {0};
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(300))
          .until(
              () -> {
                long now = sent();
                boolean stands = now > 0 && now == before[0];
                before[0] = now;
                return stands;
              });
      assertThat(before[0]).isLessThan(20); // 64 KiB of window and buffer, 16 KiB a sketch
      server.put("rooms", "run-new", Runs.scene(new Random(5), 1));
      call.join().request(Integer.MAX_VALUE);
      done.get(20, TimeUnit.SECONDS);
      assertThat(sketches(messages)).hasSizeGreaterThanOrEqualTo(74);
    } finally {
      narrow.shutdownNow();
    }
  }
}
