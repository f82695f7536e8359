package io.resketch.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.resketch.client.ResketchClient;
import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.PredictionCheck;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryStage;
import io.resketch.wire.Networks;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The worker against a server that does what it must not. */
@Timeout(120)
final class RecoveryWorkerTest {
  private static final RecoveryParameters NONNEGATIVE =
      RecoveryParameters.newBuilder().setNonnegative(true).setSeed(1).build();
  private static final int INPUTS = 2;
  private static final int ATTRIBUTES = 8;
  private static final int DIMENSION = 512;
  private static final int LEARNED = 600;
  private static final int UNSEEN = 240;
  private static final int OTHERS = 60;
  private static final TeacherNetwork NETWORK = teacher(10);
  private static final TeacherNetwork OTHER = teacher(11);
  private static final PairSample PAIRS = pairs(LEARNED, 0);

  private JobServer server;
  private ResketchClient client;
  private RecoveryWorker worker;
  private Thread thread;

  /** Pairs of one network, with others behind them of which only the sketch differs. */
  private static PairSample pairs(int own, int others) {
    int p = INPUTS * ATTRIBUTES;
    int rows = own + others;
    SplittableRandom random = new SplittableRandom(2);
    float[] inputs = new float[rows * p];
    float[] sketches = new float[rows * DIMENSION];
    for (int i = 0; i < rows; i++) {
      TeacherNetwork.Pair pair = (i < own ? NETWORK : OTHER).pair(random);
      System.arraycopy(pair.attributes(), 0, inputs, i * p, p);
      System.arraycopy(pair.sketch().toArray(), 0, sketches, i * DIMENSION, DIMENSION);
    }
    return new PairSample(rows, NETWORK.inputSizes(), inputs, DIMENSION, sketches);
  }

  private static TeacherNetwork teacher(long sketchSeed) {
    return new TeacherNetwork(
        new TeacherNetwork.Settings(INPUTS, List.of(1), ATTRIBUTES, 2, 2, true, 3),
        new SketchSpec(DIMENSION, 8, sketchSeed));
  }

  @BeforeEach
  void start() throws IOException {
    start(PAIRS, OptionalLong.empty());
  }

  private void start(PairSample pairs, OptionalLong maxPairs) throws IOException {
    if (server != null) {
      stop();
    }
    server = new JobServer(pairs);
    client = ResketchClient.connect(server.target());
    worker = new RecoveryWorker(client, new WorkerOptions("w", maxPairs), DataParallel.serial());
    thread = new Thread(worker::run);
    thread.start();
  }

  @AfterEach
  void stop() {
    worker.drain(Duration.ofSeconds(20));
    assertThat(thread.isAlive() && !ended()).isFalse();
    client.close();
    server.close();
  }

  private boolean ended() {
    try {
      thread.join(5000);
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  private void awaitLog(String... lines) {
    await().untilAsserted(() -> assertThat(server.log()).containsExactly(lines));
  }

  private static RecoveredNetwork offline() {
    return NetworkRecovery.recover(
        PAIRS,
        new RecoveryOptions(true, 0.1, 1),
        DataParallel.serial(),
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  @Test
  void job_endsWithTheNetworkThatIsFoundOffline() {
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "complete job-0");
    io.resketch.v1.RecoveredNetwork found = server.network().orElseThrow();
    assertThat(found.toBuilder().clearStages().clearPairCount().build())
        .isEqualTo(Networks.network(offline()));
    assertThat(found.getObjectsCount()).isEqualTo(1);
    assertThat(found.getPairCount()).isEqualTo(PAIRS.rows());
    assertThat(found.getStagesList())
        .extracting(RecoveryStage::getStage)
        .startsWith("pairs", "row space")
        .endsWith("wiring")
        .doesNotHaveDuplicates();
    assertThat(server.checkpoints()).isPositive();
  }

  @Test
  void jobOfASample_learnsFromItAndTellsHowAllPairsArePredicted() throws Exception {
    start(pairs(LEARNED + UNSEEN, OTHERS), OptionalLong.empty());
    server.job(NONNEGATIVE.toBuilder().setMaxPairs(LEARNED).build());
    awaitLog("lease job-0", "complete job-0");
    io.resketch.v1.RecoveredNetwork found = server.network().orElseThrow();
    assertThat(found.toBuilder().clearStages().clearPairCount().clearPredictionCheck().build())
        .isEqualTo(Networks.network(offline()));
    assertThat(found.getPairCount()).isEqualTo(LEARNED);
    assertThat(found.getStages(found.getStagesCount() - 1).getStage()).isEqualTo("all pairs");
    PredictionCheck check = found.getPredictionCheck();
    assertThat(check.getPairCount()).isEqualTo(LEARNED + UNSEEN + OTHERS);
    assertThat(check.getPredictedShare())
        .isEqualTo((LEARNED + UNSEEN) / (double) (LEARNED + UNSEEN + OTHERS));
    assertThat(check.getRelativeError()).isBetween(0.1, 1.0);
  }

  @Test
  void jobOfASample_isCancelledWhileAllPairsAreRead() throws Exception {
    start(pairs(LEARNED + UNSEEN, OTHERS), OptionalLong.empty());
    server.holdAllPairs();
    server.job(NONNEGATIVE.toBuilder().setMaxPairs(LEARNED).build());
    await().until(server::holdsPairs);
    assertThat(server.checkpoints()).isPositive();
    server.cancel();
    awaitLog("lease job-0", "release job-0");
  }

  @Test
  void jobOfASample_whoseLeaseIsLostWhileAllPairsAreRead_isDroppedAndTheNextIsTaken()
      throws Exception {
    start(pairs(LEARNED + UNSEEN, OTHERS), OptionalLong.empty());
    server.holdAllPairs();
    server.job(NONNEGATIVE.toBuilder().setMaxPairs(LEARNED).build());
    await().until(server::holdsPairs);
    server.loseLease("job-0");
    server.job(NONNEGATIVE.toBuilder().setMaxPairs(LEARNED).build());
    awaitLog("lease job-0", "lease job-1");
  }

  @Test
  void jobOfASample_whoseBudgetIsUsedUpWhileAllPairsAreRead_fails() throws Exception {
    start(pairs(LEARNED + UNSEEN, OTHERS), OptionalLong.empty());
    server.holdAllPairs();
    server.job(
        NONNEGATIVE.toBuilder()
            .setMaxPairs(LEARNED)
            .setBudget(com.google.protobuf.Duration.newBuilder().setSeconds(10))
            .build());
    await().until(server::holdsPairs);
    assertThat(server.log()).containsExactly("lease job-0");
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1)).startsWith("fail job-0 REASON_BUDGET_EXCEEDED budget: 10 s");
  }

  @Test
  void jobThatAsksForNoNumber_learnsFromAsManyInEveryWorker() {
    RecoveryJob.Builder job = RecoveryJob.newBuilder().setPairCount(1_000_000);
    assertThat(PairLoader.learned(job.build(), 48, 1024)).isEqualTo(32_768);
    assertThat(PairLoader.learned(job.build(), 96, 4000)).isEqualTo((1 << 26) / 4096);
    job.setPairCount(1000);
    assertThat(PairLoader.learned(job.build(), 48, 1024)).isEqualTo(1000);
    job.getParametersBuilder().setMaxPairs(600);
    assertThat(PairLoader.learned(job.build(), 48, 1024)).isEqualTo(600);
  }

  @Test
  void checkpointOfAnotherVersion_isLeftAside() {
    server.checkpoint(new byte[] {1, 2, 3});
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "complete job-0");
  }

  @Test
  void answerToTheEndThatIsLost_isAskedForAgain() {
    server.loseAnswersToComplete(2);
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "complete job-0", "complete job-0", "complete job-0");
  }

  @Test
  void lostLease_isDroppedAndTheNextJobIsTaken() {
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(() -> server.heartbeats() > 0);
    server.holdPairs(false);
    server.loseLease("job-0");
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "lease job-1", "complete job-1");
  }

  @Test
  void heartbeats_keepComingWhileTheWorkGoesOn() {
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(() -> server.heartbeats() >= 5);
    assertThat(server.log()).containsExactly("lease job-0");
  }

  @Test
  void cancelledJob_isGivenBack() {
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(() -> server.heartbeats() > 0);
    server.cancel();
    awaitLog("lease job-0", "release job-0");
  }

  @Test
  void drain_givesTheJobBackAndTakesNoOther() {
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(() -> server.heartbeats() > 0);
    server.job(NONNEGATIVE);
    worker.drain(Duration.ofSeconds(20));
    assertThat(ended()).isTrue();
    assertThat(server.log()).containsExactly("lease job-0", "release job-0");
  }

  @Test
  void serverThatComesBackInTime_hasItsPairsReadByTheSameWorker() throws Exception {
    server.longLeases();
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(server::holdsPairs);
    server.stop();
    server.holdPairs(false);
    server.startAgain();
    awaitLog("lease job-0", "complete job-0");
  }

  @Test
  void serverThatStaysAway_losesTheWorker_whichTakesTheNextJobWhenItIsBack() throws Exception {
    server.holdPairs(true);
    server.job(NONNEGATIVE);
    await().until(() -> server.heartbeats() > 0);
    server.stop();
    Thread.sleep(3 * JobServer.LEASE.toMillis());
    server.holdPairs(false);
    server.job(NONNEGATIVE);
    server.startAgain();
    await().until(() -> server.log().contains("complete job-1"));
    assertThat(server.log()).containsExactly("lease job-0", "lease job-1", "complete job-1");
  }

  @Test
  void damagedPairs_failTheJobWithTheirReason() {
    server.refusePairs(Status.DATA_LOSS.withDescription("chunk 3 is damaged"));
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "fail job-0 REASON_DATA_DAMAGED DATA_LOSS: chunk 3 is damaged");
  }

  @Test
  void whatTheServerCannotDoNow_givesTheJobBack() {
    server.refusePairs(Status.RESOURCE_EXHAUSTED.withDescription("busy"));
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "release job-0");
  }

  @Test
  void whatTheServerShouldNotSay_failsTheJob() {
    server.refusePairs(Status.UNIMPLEMENTED.withDescription("what?"));
    server.job(NONNEGATIVE);
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1)).startsWith("fail job-0 REASON_INTERNAL ").endsWith("what?");
  }

  @Test
  void pairsThatDoNotFit_failTheJobAndSayHowManyWould() throws Exception {
    start(PAIRS, OptionalLong.of(500));
    server.job(NONNEGATIVE);
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1))
        .startsWith("fail job-0 REASON_TOO_LARGE pairs: 600 pairs of 528 floats do not fit")
        .contains("500 would", "max_pairs=500");
  }

  @Test
  void pairsWithoutARank_failTheJob() throws Exception {
    float[] noise = new float[PAIRS.sketches().length];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextFloat();
    }
    start(
        new PairSample(PAIRS.rows(), PAIRS.inputSizes(), PAIRS.inputs(), PAIRS.dimension(), noise),
        OptionalLong.empty());
    server.job(NONNEGATIVE);
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1)).startsWith("fail job-0 REASON_NOT_RECOVERABLE pairs: 540");
  }

  @Test
  void pairsTooFewForTheirInputs_failTheJobWithThatReason() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    float[] inputs = new float[60 * 64];
    float[] sketches = new float[60 * 64];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = random.nextFloat();
      sketches[i] = random.nextFloat();
    }
    start(new PairSample(60, List.of(16, 48), inputs, 64, sketches), OptionalLong.empty());
    server.job(NONNEGATIVE);
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1))
        .startsWith("fail job-0 REASON_NOT_RECOVERABLE pairs: 54 pairs")
        .contains("too few");
  }

  @Test
  void pairsOfRunsThatFailed_areSetAsideAndNamedInTheNetwork() throws Exception {
    float[] sketches = PAIRS.sketches().clone();
    for (int row = 20; row < 40; row++) {
      Arrays.fill(sketches, row * DIMENSION, (row + 1) * DIMENSION, 0);
    }
    start(
        new PairSample(PAIRS.rows(), PAIRS.inputSizes(), PAIRS.inputs(), DIMENSION, sketches),
        OptionalLong.empty());
    server.job(NONNEGATIVE);
    awaitLog("lease job-0", "complete job-0");
    io.resketch.v1.RecoveredNetwork found = server.network().orElseThrow();
    assertThat(found.getObjectsCount()).isEqualTo(1);
    assertThat(found.getSetAside(0).getPairCount()).isEqualTo(20);
    assertThat(found.getSetAside(0).getReason()).contains("0 everywhere");
    assertThat(found.getSetAside(0).getRowsList()).hasSize(20).startsWith(20L, 21L);
    assertThat(found.getSummary()).contains("20 are set aside");
  }

  @Test
  void budgetThatIsUsedUp_failsTheJob() {
    server.job(
        NONNEGATIVE.toBuilder()
            .setBudget(com.google.protobuf.Duration.newBuilder().setNanos(1))
            .build());
    await().until(() -> server.log().size() == 2);
    assertThat(server.log().get(1)).startsWith("fail job-0 REASON_BUDGET_EXCEEDED budget: 0 s");
  }
}
