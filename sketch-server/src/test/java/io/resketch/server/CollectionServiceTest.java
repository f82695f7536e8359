package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.ListCollectionsResponse;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CollectionServiceTest {
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

  @Test
  void create_againWithTheSameSpec_returnsWhatIsThere() {
    Collection made = server.create("same", SPEC);
    assertThat(made.getName()).isEqualTo("collections/same");
    assertThat(made.getSpec()).isEqualTo(Sketches.spec(SPEC));
    assertThat(made.getSkeletonPolicy()).isEqualTo(SkeletonPolicy.SKELETON_POLICY_ALL);
    assertThat(made.hasCreateTime()).isTrue();
    server.put("same", "run-1", Runs.graph(new Random(1)));

    Collection again = server.create("same", SPEC);
    assertThat(again).isEqualTo(server.collection("same"));
    assertThat(again.getCreateTime()).isEqualTo(made.getCreateTime());
    assertThat(again.getSketchCount()).isEqualTo(1);
    assertThat(again.getModulesList())
        .extracting(module -> module.getName() + " " + module.getDimension())
        .containsExactly("animal 8", "camera 8", "scene 8");
  }

  @Test
  void create_withAnotherSpecOrPolicy_isRefusedAndChangesNothing() {
    Collection made = server.create("taken", SPEC);
    failure(() -> server.create("taken", new SketchSpec(4096, 16, 8)))
        .is(Code.ALREADY_EXISTS, "COLLECTION_EXISTS");
    failure(() -> server.create("taken", new SketchSpec(8192, 16, 7)))
        .is(Code.ALREADY_EXISTS, "COLLECTION_EXISTS");
    failure(
            () ->
                server.create(
                    "taken",
                    made.toBuilder()
                        .setSkeletonPolicy(SkeletonPolicy.SKELETON_POLICY_NONE)
                        .build()))
        .is(Code.ALREADY_EXISTS, "COLLECTION_EXISTS");
    assertThat(server.collection("taken")).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "1a", "a/b", "a_b", "-", "ä"})
  void create_withABadId_isInvalid(String id) {
    failure(() -> server.create(id, SPEC)).isInvalid("collection_id");
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 16, dimension",
    "0, 16, dimension",
    "-256, 16, dimension", // 4,294,967,040 as an unsigned number
    "4194560, 16, dimension",
    "4096, 0, blocksPerColumn",
    "4096, 4097, blocksPerColumn",
    "4096, -1, blocksPerColumn"
  })
  void create_withABadSpec_isInvalid(int dimension, int blocks, String field) {
    Collection wanted =
        Collection.newBuilder()
            .setSpec(
                io.resketch.v1.SketchSpec.newBuilder()
                    .setDimension(dimension)
                    .setBlocksPerColumn(blocks))
            .build();
    failure(() -> server.create("bad-spec", wanted)).isInvalid(field);
    failure(() -> server.collection("bad-spec")).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }

  @Test
  void create_withOtherBadFields_isInvalid() {
    failure(() -> server.create("bad", Collection.getDefaultInstance()))
        .isInvalid("collection.spec");
    Collection good = Collection.newBuilder().setSpec(Sketches.spec(SPEC)).build();
    failure(() -> server.create("bad", good.toBuilder().setSkeletonPolicyValue(9).build()))
        .isInvalid("collection.skeleton_policy");
    failure(
            () ->
                server.create(
                    "bad",
                    good.toBuilder().setSpec(good.getSpec().toBuilder().setFamilyValue(9)).build()))
        .isInvalid("spec.family");
    failure(
            () ->
                server.create(
                    "bad",
                    good.toBuilder()
                        .setSpec(
                            good.getSpec().toBuilder()
                                .setFingerprint(ByteString.copyFrom(new byte[32])))
                        .build()))
        .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
  }

  private static Collection update(String mask, Collection wanted) {
    UpdateCollectionRequest.Builder request =
        UpdateCollectionRequest.newBuilder().setCollection(wanted);
    for (String path : mask.split(",", -1)) {
      request.getUpdateMaskBuilder().addPaths(path);
    }
    return server.collections().updateCollection(request.build()).getCollection();
  }

  @Test
  void update_changesWhatIsNamed_andNothingElse() {
    Collection made = server.create("changed", SPEC);
    Collection.Builder wanted = made.toBuilder();
    wanted.getIndexBuilder().setPrefixLength(256);
    wanted.getRetentionBuilder().addRulesBuilder().setDelete(true).getAgeBuilder().setSeconds(7);
    assertThat(update("index", wanted.build()))
        .isEqualTo(made.toBuilder().setIndex(wanted.getIndex()).build());
    assertThat(update("retention,index", wanted.build())).isEqualTo(wanted.build());
    assertThat(update("index,retention", made)).isEqualTo(made);
    assertThat(server.collection("changed")).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "spec", "rollup_labels", "index,skeleton_policy", "index.disabled"})
  void update_ofWhatCannotChange_isRefused(String mask) {
    Collection made = server.create("fixed", SPEC);
    failure(() -> update(mask, made)).isInvalid("update_mask");
  }

  @ParameterizedTest
  @ValueSource(ints = {-16, 8, 1040, Integer.MAX_VALUE})
  void anIndexOfABadLength_isRefused(int prefix) {
    Collection.Builder wanted = Collection.newBuilder().setSpec(Sketches.spec(SPEC));
    wanted.getIndexBuilder().setPrefixLength(prefix);
    failure(() -> server.create("bad-index", wanted.build()))
        .isInvalid("collection.index.prefix_length");
  }

  @Test
  void get_ofNoNameOrNoCollection_fails() {
    failure(() -> server.collections().getCollection(GetCollectionRequest.getDefaultInstance()))
        .isInvalid("name");
    failure(() -> server.collection("attic")).is(Code.NOT_FOUND, "COLLECTION_NOT_FOUND");
  }

  private static ListCollectionsResponse list(int size, String token) {
    return server
        .collections()
        .listCollections(
            ListCollectionsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  @Test
  void list_pagesInOrderOfName() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.add(server.create("listed-" + i, new SketchSpec(256, 16, i)).getName());
    }
    List<String> listed = new ArrayList<>();
    String token = "";
    do {
      ListCollectionsResponse page = list(2, token);
      assertThat(page.getCollectionsCount()).isBetween(1, 2);
      page.getCollectionsList().forEach(collection -> listed.add(collection.getName()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(listed).isSorted().doesNotHaveDuplicates().containsAll(made);
  }

  @Test
  void list_withABadPage_isInvalid() {
    failure(() -> list(1001, "")).isInvalid("page_size");
    failure(() -> list(-1, "")).isInvalid("page_size");
    failure(() -> list(1, "garbage!")).isInvalid("page_token");
    failure(() -> list(1, "YWJj")).isInvalid("page_token");
  }
}
