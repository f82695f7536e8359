package io.resketch.server;

import static io.resketch.server.TestServer.SPEC;
import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.Corpus;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteCorpusRequest;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PairFeedTest {
  private static final Corpus CORPUS =
      Corpus.newBuilder()
          .addInputSizes(2)
          .addInputSizes(3)
          .setDimension(SPEC.dimension())
          .setFingerprint(ByteString.copyFrom(SPEC.fingerprint().toBytes()))
          .build();
  private static final Collection FEEDING =
      Collection.newBuilder().setSpec(Sketches.spec(SPEC)).setCorpus("corpora/a").build();

  @TempDir Path directory;

  /** Two leaves below one object. */
  private static Computation run(float... second) {
    return Computation.builder()
        .object("left", "eye", Attributes.dense(0.5f, -0.25f))
        .object(
            "face",
            "face",
            Attributes.dense(1f),
            new WeightedInput("left", 0.5f),
            new WeightedInput("right", 0.5f))
        .object("right", "ear", Attributes.dense(second))
        .root("face", 1)
        .build();
  }

  private static List<ReadPairsResponse> pairs(Pairs pairs) {
    return pairs.read(ReadPairsRequest.newBuilder().setCorpus("corpora/a").build());
  }

  @Test
  void computations_becomePairs_once() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", CORPUS);
      server.create("runs", FEEDING);
      server.put("runs", "one", run(0, 3, 0));
      server.put("runs", "one", run(0, 3, 0));
      server.put("runs", "two", run(1, 2, 4));
      List<ReadPairsResponse> read = pairs(pairs);
      assertThat(read).hasSize(1);
      PairBatch batch = read.get(0).getBatch();
      assertThat(batch.getRowCount()).isEqualTo(2);
      assertThat(batch.getInputs())
          .isEqualTo(Pairs.bytes(new float[] {0.5f, -0.25f, 0, 3, 0, 0.5f, -0.25f, 1, 2, 4}));
      float[] sketch = new Sketcher(SPEC).sketch(run(0, 3, 0)).toArray();
      assertThat(batch.getSketches().startsWith(Pairs.bytes(sketch))).isTrue();
      assertThat(server.collection("runs").getSketchCount()).isEqualTo(2);
    }
  }

  @Test
  void computationOfOtherInputs_isRefused_andNothingIsStored() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.create("a", CORPUS);
      server.create("runs", FEEDING);
      failure(() -> server.put("runs", "one", run(1, 2))).isInvalid("item.computation.objects");
      failure(() -> server.put("runs", "one", run(1, 2, 3, 4)))
          .isInvalid("item.computation.objects");
      assertThat(pairs(pairs)).isEmpty();
      assertThat(server.collection("runs").getSketchCount()).isZero();
    }
  }

  @Test
  void corpus_mustBeThere_ofTheSpec_andStaysWhileItIsFed() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      failure(() -> server.create("runs", FEEDING)).is(Code.NOT_FOUND, "CORPUS_NOT_FOUND");
      pairs.create("a", CORPUS);
      Collection other =
          FEEDING.toBuilder().setSpec(Sketches.spec(new SketchSpec(4096, 16, 8))).build();
      failure(() -> server.create("runs", other))
          .is(Code.FAILED_PRECONDITION, "FINGERPRINT_MISMATCH");
      server.create("runs", FEEDING);
      server.create("runs", FEEDING);
      assertThat(server.create("runs", FEEDING.toBuilder().clearCorpus().build()).getCorpus())
          .isEqualTo("corpora/a");
      failure(() -> server.create("runs", FEEDING.toBuilder().setCorpus("corpora/b").build()))
          .is(Code.NOT_FOUND, "CORPUS_NOT_FOUND");
      pairs.create("b", CORPUS);
      failure(() -> server.create("runs", FEEDING.toBuilder().setCorpus("corpora/b").build()))
          .is(Code.ALREADY_EXISTS, "COLLECTION_EXISTS");
      DeleteCorpusRequest delete = DeleteCorpusRequest.newBuilder().setName("corpora/a").build();
      failure(() -> pairs.service().deleteCorpus(delete))
          .is(Code.FAILED_PRECONDITION, "CORPUS_IN_USE");
      server
          .collections()
          .deleteCollection(
              DeleteCollectionRequest.newBuilder().setName("collections/runs").build());
      assertThat(pairs.service().deleteCorpus(delete).getPairCount()).isZero();
    }
  }
}
