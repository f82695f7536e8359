package io.resketch.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryServiceGrpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RecoveryClientTest {
  /** Of sketches so large that a batch holds 8 pairs. */
  private static final int DIMENSION = 32_768 - 3;

  private static final int BATCH = 8;

  private MemoryRecovery server;
  private ResketchClient client;
  private PairCorpus corpus;

  @BeforeEach
  void start() throws IOException {
    server = new MemoryRecovery();
    client = ResketchClient.connect(server.target());
    corpus = client.recovery().createCorpus("rooms", List.of(2, 1), DIMENSION, Optional.empty());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static Pair pair(int row) {
    float[] sketch = new float[DIMENSION];
    sketch[DIMENSION - 1] = row;
    return new Pair(new float[] {row, row + 0.25f, -row}, sketch);
  }

  private static Iterator<Pair> pairs(int count) {
    return IntStream.range(0, count).mapToObj(RecoveryClientTest::pair).iterator();
  }

  private List<PairRows> readAll() {
    try (PairStream stream = corpus.read()) {
      List<PairRows> out = new ArrayList<>();
      stream.forEachRemaining(out::add);
      return out;
    }
  }

  @Test
  void appendedPairs_comeInBatchesOfOneMebibyte_andAreReadBackBitForBit() {
    List<AppendSummary> sums = new ArrayList<>();
    assertThat(corpus.append(pairs(20), Optional.empty(), sums::add))
        .isEqualTo(new AppendSummary(17, 3));
    assertThat(sums)
        .containsExactly(
            new AppendSummary(7, 1), new AppendSummary(14, 2), new AppendSummary(17, 3));
    assertThat(server.appends())
        .extracting(request -> request.getBatch().getRowCount())
        .containsExactly(BATCH, BATCH, 4);
    int row = 0;
    for (PairRows rows : readAll()) {
      assertThat(rows.firstRow()).isEqualTo(row);
      for (int i = 0; i < rows.rows(); i++, row++) {
        assertThat(rows.inputs()[3 * i + 1]).isEqualTo(row + 0.25f);
        assertThat(rows.sketches()[(i + 1) * DIMENSION - 1]).isEqualTo(row);
      }
    }
    assertThat(row).isGreaterThanOrEqualTo(17);
    assertThat(row).isEqualTo(20);
    assertThat(corpus.describe().getPairCount()).isEqualTo(20);
    assertThat(client.recovery().corpora())
        .extracting(Corpus::getName)
        .containsExactly("corpora/rooms");
    assertThat(client.recovery().deleteCorpus("rooms")).isEqualTo(20);
  }

  @Test
  void pairOfAnotherShape_isNamed_afterThoseBeforeItAreStored() {
    Iterator<Pair> source =
        IntStream.range(0, 12)
            .mapToObj(i -> i == 10 ? new Pair(new float[2], new float[DIMENSION]) : pair(i))
            .iterator();
    assertThatThrownBy(() -> corpus.append(source, Optional.empty(), sum -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("pairs[10].inputs: 2 values; this corpus has 3 in every pair");
    assertThat(corpus.describe().getPairCount()).isEqualTo(BATCH);
  }

  @Test
  void refusedBatch_isAnErrorAfterWhatIsStored() {
    var other = Optional.of(new SketchSpec(1024, 16, 7).fingerprint());
    ResketchException e =
        catchThrowableOfType(
            ResketchException.class, () -> corpus.append(pairs(20), other, sum -> {}));
    assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(e).hasMessageContaining("of another spec");
  }

  @Test
  void slowServer_leavesFewPairsInFlight() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    var slow =
        new RecoveryServiceGrpc.RecoveryServiceImplBase() {
          @Override
          public StreamObserver<AppendPairsRequest> appendPairs(
              StreamObserver<AppendPairsResponse> observer) {
            var call = (ServerCallStreamObserver<AppendPairsResponse>) observer;
            call.disableAutoRequest();
            var unused = gate.thenRunAsync(() -> call.request(1));
            return new StreamObserver<>() {
              private int index;

              @Override
              public void onNext(AppendPairsRequest request) {
                observer.onNext(AppendPairsResponse.newBuilder().setIndex(index++).build());
                call.request(1);
              }

              @Override
              public void onError(Throwable t) {}

              @Override
              public void onCompleted() {
                observer.onCompleted();
              }
            };
          }
        };
    try (FakeServer fake = new FakeServer(slow);
        ResketchClient slowClient = ResketchClient.connect(fake.target())) {
      PairCorpus target =
          new PairCorpus(
              slowClient.recovery(),
              Corpus.newBuilder()
                  .setName("corpora/slow")
                  .addInputSizes(3)
                  .setDimension(DIMENSION)
                  .build());
      Iterator<Pair> source =
          IntStream.range(0, 400)
              .mapToObj(
                  i -> {
                    taken.incrementAndGet();
                    return pair(i);
                  })
              .iterator();
      CompletableFuture<AppendSummary> done = new CompletableFuture<>();
      Thread sender =
          new Thread(() -> done.complete(target.append(source, Optional.empty(), sum -> {})));
      sender.start();
      int before;
      do {
        before = taken.get();
        // Long enough for the client to go on if it were to; it must be found waiting each time.
        sender.join(200);
      } while (before == 0 || before != taken.get() || sender.getState() != Thread.State.WAITING);
      assertThat(before).isLessThan(10 * BATCH);
      gate.complete(null);
      assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo(new AppendSummary(0, 0));
      assertThat(taken).hasValue(400);
    }
  }

  @Test
  void readThatBreaks_goesOnBehindTheLastMessage() {
    corpus.append(pairs(40), Optional.empty(), sum -> {});
    server.breakStreamsAfter(2);
    assertThat(readAll()).extracting(PairRows::firstRow).containsExactly(0L, 8L, 16L, 24L, 32L);
    assertThat(server.reads())
        .extracting(ReadPairsRequest::getFirstRow)
        .containsExactly(0L, 16L, 32L);
  }

  @Test
  void readThatBringsNothing_isAnError() {
    corpus.append(pairs(10), Optional.empty(), sum -> {});
    server.breakStreamsAfter(0);
    ResketchException e = catchThrowableOfType(ResketchException.class, this::readAll);
    assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void damagedPairs_areAnErrorThatNamesTheRow() {
    corpus.append(pairs(10), Optional.empty(), sum -> {});
    server.damagePairs();
    assertThatThrownBy(this::readAll)
        .isInstanceOf(ResketchException.class)
        .hasMessage(
            "DATA_LOSS: pairs from row 0 on are not what the server read: their checksum differs;"
                + " read them again");
  }

  @Test
  void watchThatBreaks_goesOnUntilTheJobHasEnded() {
    server.breakStreamsAfter(1);
    NetworkRecoveryJob job = corpus.recover(RecoveryParameters.getDefaultInstance());
    RecoveryStatus status = job.await();
    assertThat(server.watches()).isEqualTo(4);
    assertThat(status.ended()).isTrue();
    assertThat(status.result().getNetwork()).isEqualTo("networks/job-0");
    assertThat(client.recovery().jobs("")).extracting(RecoveryStatus::id).containsExactly("job-0");
    job.cancel();
    assertThat(job.status().error().orElseThrow().code()).isEqualTo(Status.Code.CANCELLED);
    job.delete();
    assertThatThrownBy(job::status).hasMessage("NOT_FOUND: operations/job-0 does not exist");
    assertThatThrownBy(job::await).hasMessage("NOT_FOUND: no such job");
  }

  @Test
  void failedJob_saysWhy() {
    server.failsWith("pairs: all are equal");
    RecoveryStatus status = corpus.recover(RecoveryParameters.getDefaultInstance()).await();
    assertThat(status.response()).isEmpty();
    assertThatThrownBy(status::result)
        .isInstanceOf(ResketchException.class)
        .hasMessage("FAILED_PRECONDITION: pairs: all are equal");
  }
}
