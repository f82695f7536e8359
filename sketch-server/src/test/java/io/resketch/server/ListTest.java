package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Get and List. */
final class ListTest {
  private static final Computation RUN = Runs.graph(new Random(3));
  private static final TimeRange FROM_TWO = TimeRange.newBuilder().setStart(Runs.time(2)).build();

  @TempDir private static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(directory);
    fill("rooms");
    fill("attic");
  }

  private static void fill(String collection) {
    server.create(collection, SPEC);
    put(collection, "b", 3);
    put(collection, "a", 3);
    put(collection, "c", 1);
    put(collection, "d", 2);
    server.put(collection, "none", RUN);
  }

  private static void put(String collection, String id, long seconds) {
    server.put(
        collection,
        Graphs.computation(RUN).toBuilder()
            .setId(id)
            .setTime(Runs.time(seconds))
            .putLabels("camera", id)
            .build());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ListRequest.Builder request(String collection, int size) {
    return ListRequest.newBuilder().setParent("collections/" + collection).setPageSize(size);
  }

  private static ListResponse list(ListRequest.Builder request) {
    return server.repository().list(request.build());
  }

  private static List<String> ids(ListResponse page) {
    return page.getRecordsList().stream()
        .map(record -> record.getName().replaceAll(".*/", ""))
        .toList();
  }

  @Test
  void get_returnsTheSketchBitForBit() {
    SketchRecord record =
        server
            .repository()
            .get(GetRequest.newBuilder().setName("collections/rooms/sketches/b").build())
            .getRecord();
    assertThat(record.getName()).isEqualTo("collections/rooms/sketches/b");
    assertThat(record.getTime()).isEqualTo(Runs.time(3));
    assertThat(record.getLabelsMap()).containsEntry("camera", "b").hasSize(1);
    assertThat(record.getSketch()).isEqualTo(Sketches.sketch(new Sketcher(SPEC).sketch(RUN)));
    assertThat(record.getSkeletonHash().toByteArray()).isEqualTo(RUN.skeleton().contentHash());
  }

  @ParameterizedTest
  @CsvSource({
    "collections/rooms/sketches/zzz, NOT_FOUND, SKETCH_NOT_FOUND",
    "collections/none/sketches/a, NOT_FOUND, COLLECTION_NOT_FOUND",
    "collections/rooms, INVALID_ARGUMENT, ''",
    "collections/rooms/sketches/, INVALID_ARGUMENT, ''",
    "'collections/rooms/sketches/a b', INVALID_ARGUMENT, ''",
    "'', INVALID_ARGUMENT, ''"
  })
  void get_ofWhatIsNotThere_fails(String name, Code code, String reason) {
    failure(() -> server.repository().get(GetRequest.newBuilder().setName(name).build()))
        .is(code, reason);
  }

  @Test
  void list_isInOrderOfTimeThenId_overPages() {
    ListResponse all = list(request("rooms", 0));
    assertThat(ids(all)).containsExactly("none", "c", "d", "a", "b");
    assertThat(all.getNextPageToken()).isEmpty();

    List<SketchRecord> paged = new ArrayList<>();
    String token = "";
    do {
      ListResponse page = list(request("rooms", 2).setPageToken(token));
      paged.addAll(page.getRecordsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(paged).isEqualTo(all.getRecordsList());
    assertThat(list(request("rooms", 5)).getNextPageToken()).isEmpty();
  }

  @Test
  void list_ofARange_pagesWithinIt() {
    ListResponse page = list(request("rooms", 1).setRange(FROM_TWO));
    assertThat(ids(page)).containsExactly("d");
    ListResponse rest =
        list(request("rooms", 9).setRange(FROM_TWO).setPageToken(page.getNextPageToken()));
    assertThat(ids(rest)).containsExactly("a", "b");
    TimeRange one = TimeRange.newBuilder().setStart(Runs.time(1)).setEnd(Runs.time(3)).build();
    assertThat(ids(list(request("rooms", 0).setRange(one)))).containsExactly("c", "d");
  }

  @Test
  void list_whileRunsAreInserted_showsEachOnceAndNoneBehindThePositionIsMissed() {
    server.create("growing", SPEC);
    for (int i = 1; i <= 4; i++) {
      put("growing", "run-" + i, 10L * i);
    }
    ListResponse first = list(request("growing", 2));
    put("growing", "before", 15);
    put("growing", "behind", 25);
    ListResponse second = list(request("growing", 9).setPageToken(first.getNextPageToken()));
    assertThat(ids(first)).containsExactly("run-1", "run-2");
    assertThat(ids(second)).containsExactly("behind", "run-3", "run-4");
  }

  @Test
  void list_withoutSketches_leavesThemOut() {
    ListResponse page = list(request("rooms", 0).setOmitSketches(true));
    assertThat(page.getRecordsList())
        .hasSize(5)
        .allMatch(record -> !record.hasSketch() && record.getSkeletonBytes() > 0);
  }

  @Test
  void list_withATokenOfAnotherRequest_isInvalid() {
    String token = list(request("rooms", 1)).getNextPageToken();
    assertThat(token).isNotEmpty();
    failure(() -> list(request("attic", 1).setPageToken(token))).isInvalid("page_token");
    failure(() -> list(request("rooms", 1).setRange(FROM_TWO).setPageToken(token)))
        .isInvalid("page_token");
  }

  @Test
  void list_withAChangedToken_isInvalid() {
    String token = list(request("rooms", 1)).getNextPageToken();
    byte[] bytes = Base64.getUrlDecoder().decode(token);
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
      failure(() -> list(request("rooms", 1).setPageToken(text))).isInvalid("page_token");
    }
    failure(() -> list(request("rooms", 1).setPageToken("%%%"))).isInvalid("page_token");
    failure(() -> list(request("rooms", 1).setPageToken(token.substring(0, 8))))
        .isInvalid("page_token");
  }

  @ParameterizedTest
  @CsvSource({
    "253402300800, 0, 1, 0, range.start",
    "0, 0, -62135596801, 0, range.end",
    "0, 0, 1, 1000000000, range.end",
    "0, -1, 1, 0, range.start",
    "5, 0, 4, 999999999, range.end"
  })
  void list_ofABadRange_isInvalid(
      long start, int startNanos, long end, int endNanos, String field) {
    TimeRange range =
        TimeRange.newBuilder()
            .setStart(Timestamp.newBuilder().setSeconds(start).setNanos(startNanos))
            .setEnd(Timestamp.newBuilder().setSeconds(end).setNanos(endNanos))
            .build();
    failure(() -> list(request("rooms", 0).setRange(range))).isInvalid(field);
  }

  @Test
  void list_withOtherBadFields_fails() {
    failure(() -> list(ListRequest.newBuilder())).isInvalid("parent");
    failure(() -> list(request("rooms", 1001))).isInvalid("page_size");
    failure(() -> list(request("cellar", 1))).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }
}
