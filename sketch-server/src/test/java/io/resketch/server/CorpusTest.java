package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.resketch.server.storage.PairStore;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.DeleteCorpusRequest;
import io.resketch.v1.GetCorpusRequest;
import io.resketch.v1.ListCorporaRequest;
import io.resketch.v1.ListCorporaResponse;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CorpusTest {
  @TempDir Path directory;

  private static ReadPairsRequest all(String id) {
    return ReadPairsRequest.newBuilder().setCorpus("corpora/" + id).build();
  }

  private static AppendPairsRequest request(PairBatch batch) {
    return AppendPairsRequest.newBuilder().setCorpus("corpora/a").setBatch(batch).build();
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static Corpus get(Pairs pairs, String id) {
    return pairs
        .service()
        .getCorpus(GetCorpusRequest.newBuilder().setName("corpora/" + id).build())
        .getCorpus();
  }

  @Test
  void pairs_comeOutAsTheyWentIn_alsoAfterAnotherStart() throws Exception {
    PairBatch sent = Pairs.batch(0, 7);
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", Pairs.SMALL);
      AppendPairsResponse ack = pairs.append("a", sent);
      assertThat(ack.getAppended()).isEqualTo(7);
      assertThat(ack.getPairCount()).isEqualTo(7);
      pairs.append("a", Pairs.batch(7, 9));
    }
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      Corpus corpus = get(pairs, "a");
      assertThat(corpus.getPairCount()).isEqualTo(9);
      assertThat(corpus.getChunkCount()).isEqualTo(2);
      assertThat(corpus.getPairBytes()).isEqualTo(9 * 7 * 4);
      List<ReadPairsResponse> read = pairs.read(all("a"));
      assertThat(read).hasSize(1);
      PairBatch batch = read.get(0).getBatch();
      assertThat(batch.getInputs().startsWith(sent.getInputs())).isTrue();
      assertThat(batch.getSketches().startsWith(sent.getSketches())).isTrue();
      assertThat(read.get(0).getCrc32C()).isEqualTo(PairStore.checksum(batch));
      assertThat(pairs.numbers(all("a"))).isEqualTo(range(0, 9));
    }
  }

  @Test
  void appendingAgain_storesOnlyWhatIsNew() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 5);
      AppendPairsResponse again = pairs.append("a", Pairs.batch(0, 5));
      assertThat(again.getAppended()).isZero();
      assertThat(again.getDuplicates()).isEqualTo(5);
      AppendPairsResponse partly = pairs.append("a", Pairs.batch(3, 8));
      assertThat(partly.getAppended()).isEqualTo(3);
      assertThat(partly.getDuplicates()).isEqualTo(2);
      PairBatch twice = Pairs.batch(2, new float[] {9, 9, 9, 9, 9, 9}, new float[8]);
      assertThat(pairs.append("a", twice).getAppended()).isEqualTo(1);
      assertThat(pairs.numbers(all("a"))).isEqualTo(List.of(0, 1, 2, 3, 4, 5, 6, 7, 9));
    }
  }

  @Test
  void reading_resumesAtAnyRow_acrossChunks() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 4);
      pairs.append("a", Pairs.batch(4, 5));
      pairs.append("a", Pairs.batch(5, 12));
      for (int first = 0; first <= 12; first++) {
        ReadPairsRequest from = all("a").toBuilder().setFirstRow(first).build();
        assertThat(pairs.numbers(from)).isEqualTo(range(first, 12));
        ReadPairsRequest limited = from.toBuilder().setRowLimit(Math.max(first, 6)).build();
        assertThat(pairs.numbers(limited)).isEqualTo(range(first, Math.max(first, 6)));
      }
    }
  }

  @Test
  void manyPairs_comeInMessagesOfBoundedSize() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", Corpus.newBuilder().addInputSizes(1).setDimension(1000).build());
      float[] inputs = new float[700];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = i;
      }
      pairs.append("a", Pairs.batch(700, inputs, new float[700 * 1000]));
      List<ReadPairsResponse> read = pairs.read(all("a"));
      assertThat(read).hasSizeGreaterThan(2);
      long next = 0;
      for (ReadPairsResponse response : read) {
        assertThat(response.getSerializedSize()).isLessThan(2 << 20);
        assertThat(response.getFirstRow()).isEqualTo(next);
        next = response.getNextRow();
      }
      assertThat(next).isEqualTo(700);
    }
  }

  @Test
  void sample_isTheSameEachTime_andResumes_andIsSpread() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 1000);
      pairs.append("a", Pairs.batch(1000, 2000));
      ReadPairsRequest request = all("a").toBuilder().setSampleRows(300).setSampleSeed(4).build();
      List<Integer> sample = pairs.numbers(request);
      assertThat(sample).hasSize(300).doesNotHaveDuplicates().isSorted();
      assertThat(pairs.numbers(request)).isEqualTo(sample);
      long late = sample.stream().filter(number -> number >= 1000).count();
      assertThat(late).isBetween(110L, 190L); // 4.6 standard deviations
      ReadPairsRequest resumed = request.toBuilder().setFirstRow(sample.get(100)).build();
      assertThat(pairs.numbers(resumed)).isEqualTo(sample.subList(100, 300));
      assertThat(pairs.numbers(request.toBuilder().setSampleSeed(5).build())).isNotEqualTo(sample);
      assertThat(pairs.numbers(request.toBuilder().setSampleRows(2000).build())).hasSize(2000);
    }
  }

  @Test
  void batchWithAFault_endsTheStream_andStoresNothingOfIt() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", Pairs.SMALL);
      float[] inputs = new float[6];
      inputs[4] = Float.NaN;
      failure(
              () ->
                  pairs.append(
                      List.of(
                          request(Pairs.batch(0, 2)),
                          request(Pairs.batch(2, inputs, new float[8])),
                          request(Pairs.batch(2, 4)))))
          .isInvalid("batch.inputs[1][1]");
      assertThat(pairs.numbers(all("a"))).isEqualTo(range(0, 2));
    }
  }

  @Test
  void badPairs_areNamed() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", Pairs.SMALL);
      failure(() -> pairs.append("a", PairBatch.getDefaultInstance())).isInvalid("batch.row_count");
      failure(() -> pairs.append("a", Pairs.batch(2, new float[5], new float[8])))
          .isInvalid("batch.inputs");
      failure(() -> pairs.append("a", Pairs.batch(2, new float[6], new float[4])))
          .isInvalid("batch.sketches");
      float[] infinite = new float[8];
      infinite[7] = Float.POSITIVE_INFINITY;
      failure(() -> pairs.append("a", Pairs.batch(2, new float[6], infinite)))
          .isInvalid("batch.sketches[1][3]");
      failure(() -> pairs.append("b", Pairs.batch(0, 1))).is(Code.NOT_FOUND, "CORPUS_NOT_FOUND");
      failure(
              () ->
                  pairs.append(
                      List.of(
                          request(Pairs.batch(0, 1)).toBuilder()
                              .setFingerprint(ByteString.copyFrom(new byte[32]))
                              .build())))
          .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
      failure(() -> pairs.read(all("a").toBuilder().setFirstRow(1).build())).isInvalid("first_row");
      failure(() -> pairs.read(all("a").toBuilder().setRowLimit(1).build())).isInvalid("row_limit");
      failure(() -> pairs.read(all("a").toBuilder().setSampleRows(-1).build()))
          .isInvalid("sample_rows");
    }
  }

  @Test
  void corpusOfASpec_takesItsSketchesOnly() throws Exception {
    ByteString fingerprint = ByteString.copyFrom(TestServer.SPEC.fingerprint().toBytes());
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", Pairs.SMALL.toBuilder().setFingerprint(fingerprint).build());
      AppendPairsRequest right =
          request(Pairs.batch(0, 1)).toBuilder().setFingerprint(fingerprint).build();
      assertThat(pairs.append(List.of(right))).hasSize(1);
      failure(() -> pairs.append("a", Pairs.batch(1, 2)))
          .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
    }
  }

  @Test
  void corpora_areCreatedOnce_listedAndDeleted() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("b", 3);
      assertThat(pairs.create("b", Pairs.SMALL).getPairCount()).isEqualTo(3);
      failure(() -> pairs.create("b", Pairs.SMALL.toBuilder().setDimension(5).build()))
          .is(Code.ALREADY_EXISTS, "CORPUS_EXISTS");
      pairs.create("a", Pairs.SMALL);
      pairs.create("c", Pairs.SMALL);
      ListCorporaResponse first =
          pairs.service().listCorpora(ListCorporaRequest.newBuilder().setPageSize(2).build());
      ListCorporaResponse second =
          pairs
              .service()
              .listCorpora(
                  ListCorporaRequest.newBuilder()
                      .setPageSize(2)
                      .setPageToken(first.getNextPageToken())
                      .build());
      assertThat(first.getCorporaList())
          .extracting(Corpus::getName)
          .containsExactly("corpora/a", "corpora/b");
      assertThat(second.getCorporaList()).extracting(Corpus::getName).containsExactly("corpora/c");
      assertThat(second.getNextPageToken()).isEmpty();
      DeleteCorpusRequest delete = DeleteCorpusRequest.newBuilder().setName("corpora/b").build();
      assertThat(pairs.service().deleteCorpus(delete).getPairCount()).isEqualTo(3);
      failure(() -> get(pairs, "b")).is(Code.NOT_FOUND, "CORPUS_NOT_FOUND");
      pairs.fill("b", 1); // nothing of the old one comes back
      assertThat(pairs.numbers(all("b"))).isEqualTo(range(0, 1));
    }
  }

  @Test
  void badShapes_areNamed() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      failure(() -> pairs.create("A", Pairs.SMALL)).isInvalid("corpus_id");
      failure(() -> pairs.create("a", Corpus.newBuilder().setDimension(4).build()))
          .isInvalid("corpus.input_sizes");
      failure(() -> pairs.create("a", Pairs.SMALL.toBuilder().addInputSizes(0).build()))
          .isInvalid("corpus.input_sizes[2]");
      failure(() -> pairs.create("a", Pairs.SMALL.toBuilder().setDimension(0).build()))
          .isInvalid("corpus.dimension");
      failure(
              () ->
                  pairs.create(
                      "a",
                      Pairs.SMALL.toBuilder()
                          .setFingerprint(ByteString.copyFromUtf8("short"))
                          .build()))
          .isInvalid("corpus.fingerprint");
    }
  }
}
