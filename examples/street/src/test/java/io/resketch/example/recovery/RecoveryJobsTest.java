package io.resketch.example.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Status;
import io.resketch.client.Connection;
import io.resketch.client.NetworkRecoveryJob;
import io.resketch.client.Pair;
import io.resketch.client.PairCorpus;
import io.resketch.client.RecoveryStatus;
import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.client.cli.Main;
import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import io.resketch.recovery.RecoveryWorker;
import io.resketch.recovery.WorkerOptions;
import io.resketch.server.ShortLeases;
import io.resketch.server.access.Role;
import io.resketch.server.access.TokenFile;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryJob.State;
import io.resketch.v1.RecoveryParameters;
import io.resketch.wire.Networks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Recoveries as jobs: a real server and workers, some of them processes that are killed. */
@Timeout(300)
final class RecoveryJobsTest {
  private static final Pattern SERVING = Pattern.compile("serving gRPC on 127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern WORKING = Pattern.compile("resketch worker (\\S+) for");
  private static final RecoveryParameters NONNEGATIVE =
      RecoveryParameters.newBuilder().setNonnegative(true).setSeed(1).build();
  private static final int ATTRIBUTES = 12;
  private static final int DIMENSION = 1024;

  /** A network of 24 inputs and 24 hidden attributes. */
  private static final PairSample PAIRS = pairs(1920);

  @TempDir private Path data;
  @TempDir private Path stranger;
  private CommandProcess server;
  private ResketchClient client;
  private final List<AutoCloseable> toClose = new ArrayList<>();

  private static PairSample pairs(int rows) {
    TeacherNetwork teacher =
        new TeacherNetwork(
            new TeacherNetwork.Settings(2, List.of(2), ATTRIBUTES, 3, 3, true, 1),
            new SketchSpec(DIMENSION, 16, 8));
    SplittableRandom random = new SplittableRandom(2);
    int p = 2 * ATTRIBUTES;
    float[] inputs = new float[rows * p];
    float[] sketches = new float[rows * DIMENSION];
    for (int i = 0; i < rows; i++) {
      TeacherNetwork.Pair pair = teacher.pair(random);
      System.arraycopy(pair.attributes(), 0, inputs, i * p, p);
      System.arraycopy(pair.sketch().toArray(), 0, sketches, i * DIMENSION, DIMENSION);
    }
    return new PairSample(rows, teacher.inputSizes(), inputs, DIMENSION, sketches);
  }

  @BeforeEach
  void start() throws IOException {
    server = serve(0);
    client = ResketchClient.connect("127.0.0.1:" + server.ready(1));
  }

  private CommandProcess serve(int port, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--data",
                data.resolve("data").toString(),
                "--port",
                Integer.toString(port),
                "--http-port",
                "0"));
    arguments.addAll(List.of(more));
    return CommandProcess.start(SERVING, Main.class, arguments.toArray(String[]::new));
  }

  /** The same server again, with leases that end soon. */
  private void shortenLeases() throws Exception {
    server.kill();
    server =
        CommandProcess.start(
            SERVING, ShortLeases.class, data.resolve("data").toString(), server.ready(1));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : toClose) {
      resource.close();
    }
    client.close();
    server.close();
  }

  private CommandProcess workerProcess(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("worker", "--threads", "1", "--server", "127.0.0.1:" + server.ready(1)));
    arguments.addAll(List.of(more));
    CommandProcess out =
        CommandProcess.start(WORKING, Main.class, arguments.toArray(String[]::new));
    toClose.add(out);
    return out;
  }

  private void worker(String name) {
    ResketchClient own = ResketchClient.connect("127.0.0.1:" + server.ready(1));
    RecoveryWorker worker =
        new RecoveryWorker(
            own, new WorkerOptions(name, OptionalLong.empty()), DataParallel.serial());
    Thread thread = new Thread(worker::run, name);
    thread.start();
    toClose.add(
        () -> {
          worker.drain(Duration.ofSeconds(30));
          thread.join();
          own.close();
        });
  }

  private static Iterator<Pair> source(PairSample pairs) {
    int p = pairs.inputWidth();
    int d = pairs.dimension();
    return IntStream.range(0, pairs.rows())
        .mapToObj(
            i ->
                new Pair(
                    Arrays.copyOfRange(pairs.inputs(), i * p, (i + 1) * p),
                    Arrays.copyOfRange(pairs.sketches(), i * d, (i + 1) * d)))
        .iterator();
  }

  private PairCorpus corpus(String id, PairSample pairs) {
    PairCorpus out =
        client.recovery().createCorpus(id, pairs.inputSizes(), pairs.dimension(), Optional.empty());
    assertThat(out.append(source(pairs), Optional.empty(), sum -> {}).appended())
        .isEqualTo(pairs.rows());
    return out;
  }

  private static RecoveryJob await(NetworkRecoveryJob job, Predicate<RecoveryJob> state) {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> job.status().job(), state);
  }

  private void assertNetworkIsThatFoundOffline(RecoveryStatus ended) {
    RecoveredNetwork offline =
        NetworkRecovery.recover(
            PAIRS,
            new RecoveryOptions(true, 0.1, 1),
            DataParallel.serial(),
            (stage, done, all) -> {},
            Checkpoints.none());
    var found = client.recovery().network(ended.result().getNetwork());
    assertThat(
            found.toBuilder()
                .clearName()
                .clearCorpus()
                .clearCreateTime()
                .clearStages()
                .clearPairCount()
                .build())
        .isEqualTo(Networks.network(offline));
    assertThat(ended.result().getColumnCount()).isEqualTo(4 * ATTRIBUTES);
    float[] inputs = Arrays.copyOf(PAIRS.inputs(), 2 * ATTRIBUTES);
    float[] predicted = Networks.network(found).function().predict(inputs);
    for (int i = 0; i < DIMENSION; i++) {
      assertThat(predicted[i]).isCloseTo(PAIRS.sketches()[i], within(1e-4f));
    }
  }

  @Test
  void workerThatIsKilled_isFollowedByOneThatGoesOnFromTheCheckpoint() throws Exception {
    shortenLeases();
    NetworkRecoveryJob job = corpus("rooms", PAIRS).recover(NONNEGATIVE);
    CommandProcess killed = workerProcess();
    await(job, state -> state.getCheckpoints() > 0);
    killed.kill();
    RecoveryJob left = job.status().job();
    assertThat(left.getState()).isEqualTo(State.STATE_RUNNING);
    assertThat(left.getWorker()).isEqualTo(killed.ready(1));
    worker("second");
    RecoveryStatus ended = job.await();
    assertThat(ended.job().getState()).isEqualTo(State.STATE_SUCCEEDED);
    assertThat(ended.job().getWorker()).isEqualTo("second");
    assertThat(ended.job().getAttempts()).isEqualTo(2);
    assertNetworkIsThatFoundOffline(ended);
  }

  @Test
  void workerThatIsStopped_givesItsJobBackAndExitsWith0() throws Exception {
    NetworkRecoveryJob job = corpus("rooms", PAIRS).recover(NONNEGATIVE);
    CommandProcess stopped = workerProcess();
    await(job, state -> state.getCheckpoints() > 0);
    assertThat(stopped.terminate()).isZero();
    RecoveryJob back = job.status().job();
    assertThat(back.getState()).isEqualTo(State.STATE_QUEUED);
    assertThat(back.getLostWorkers()).isZero();
    worker("second");
    RecoveryStatus ended = job.await();
    assertThat(ended.job().getAttempts()).isEqualTo(2);
    assertNetworkIsThatFoundOffline(ended);
  }

  @Test
  void serverThatIsKilledAndStartedAgain_hasItsJobDoneByTheSameWorker() throws Exception {
    NetworkRecoveryJob job = corpus("rooms", PAIRS).recover(NONNEGATIVE);
    worker("steady");
    await(job, state -> state.getCheckpoints() > 0);
    server.kill();
    server = serve(Integer.parseInt(server.ready(1)));
    RecoveryStatus ended = job.await();
    assertThat(ended.job().getAttempts()).isEqualTo(1);
    assertNetworkIsThatFoundOffline(ended);
  }

  @Test
  void jobOfAServerWithTlsAndTokens_isDoneByAWorkerWhoseTokenIsGood() throws Exception {
    SelfSigned identity = SelfSigned.make(data);
    TokenFile tokens = new TokenFile(data.resolve("tokens"));
    String ours = tokens.create("ours", Role.WRITER);
    String workers = tokens.create("workers", Role.WORKER);
    server.kill();
    server =
        serve(
            0,
            "--tokens",
            data.resolve("tokens").toString(),
            "--tls-cert",
            identity.certificate().toString(),
            "--tls-key",
            identity.key().toString());
    client.close();
    Connection encrypted =
        Connection.to("127.0.0.1:" + server.ready(1)).withTls(identity.certificate());
    client = ResketchClient.connect(encrypted.withToken(ours));
    NetworkRecoveryJob job = corpus("rooms", PAIRS).recover(NONNEGATIVE);

    String ca = identity.certificate().toString();
    assertThat(workerProcess("--tls-ca", ca, "--token", ours).exitCode()).isOne();
    CommandProcess worker = workerProcess("--tls-ca", ca, "--token", workers);
    RecoveryStatus ended = job.await();
    assertThat(ended.job().getState()).isEqualTo(State.STATE_SUCCEEDED);
    assertThat(ended.job().getWorker()).isEqualTo(worker.ready(1));
    assertNetworkIsThatFoundOffline(ended);

    tokens.delete("workers");
    assertThat(worker.exitCode()).isOne();
    for (Connection wrong :
        List.of(
            encrypted.withToken(workers),
            encrypted.withToken(ours).withTls(SelfSigned.make(stranger).certificate()),
            Connection.to(encrypted.target()).withToken(ours))) {
      try (ResketchClient refused = ResketchClient.connect(wrong)) {
        assertThatThrownBy(() -> refused.recovery().networks().iterator().next())
            .isInstanceOfSatisfying(
                ResketchException.class,
                e ->
                    assertThat(e.code())
                        .isIn(Status.Code.UNAUTHENTICATED, Status.Code.UNAVAILABLE));
      }
    }
    assertThat(client.recovery().networks()).hasSize(1);
  }

  @Test
  void jobsAreDoneOnceEach_byTwoWorkers() {
    PairCorpus corpus = corpus("rooms", PAIRS);
    List<NetworkRecoveryJob> jobs =
        IntStream.range(0, 4)
            .mapToObj(i -> corpus.recover(NONNEGATIVE.toBuilder().setSeed(i).build()))
            .toList();
    worker("one");
    worker("two");
    for (NetworkRecoveryJob job : jobs) {
      RecoveryStatus ended = job.await();
      assertThat(ended.job().getState()).isEqualTo(State.STATE_SUCCEEDED);
      assertThat(ended.job().getAttempts()).isEqualTo(1);
    }
    assertThat(client.recovery().jobs(""))
        .extracting(status -> status.job().getWorker())
        .containsOnly("one", "two");
    assertThat(client.recovery().networks()).hasSize(4);
  }

  @Test
  void jobThatIsCancelled_stopsAndTheWorkerTakesTheNext() {
    PairCorpus corpus = corpus("rooms", PAIRS);
    NetworkRecoveryJob job = corpus.recover(NONNEGATIVE);
    worker("one");
    await(job, state -> state.getState() == State.STATE_RUNNING);
    job.cancel();
    assertThat(job.await().job().getState()).isEqualTo(State.STATE_CANCELLED);
    NetworkRecoveryJob next = corpus.recover(NONNEGATIVE.toBuilder().setMaxPairs(960).build());
    RecoveryStatus ended = next.await();
    assertThat(ended.job().getState()).isEqualTo(State.STATE_SUCCEEDED);
    var found = client.recovery().network(next.id());
    assertThat(found.getPairCount()).isEqualTo(960);
    assertThat(found.getPredictionCheck().getPairCount()).isEqualTo(PAIRS.rows());
    assertThat(found.getPredictionCheck().getPredictedShare()).isGreaterThan(0.99);
    assertThat(found.getPredictionCheck().getRelativeError()).isBetween(1e-9, 0.05);
    assertThat(ended.result().getPredictionCheck()).isEqualTo(found.getPredictionCheck());
  }

  @Test
  void pairsThatCannotBeLearnedFrom_areRefusedOrFailTheJobWithTheReason() {
    PairSample few = pairs(49);
    PairCorpus corpus = corpus("few", few);
    assertThatThrownBy(() -> corpus.recover(NONNEGATIVE))
        .isInstanceOfSatisfying(
            ResketchException.class, e -> assertThat(e.reason()).contains("TOO_FEW_PAIRS"));
    float[] broken = new float[DIMENSION];
    broken[3] = Float.NaN;
    assertThatThrownBy(
            () ->
                corpus.append(
                    List.of(new Pair(new float[2 * ATTRIBUTES], broken)).iterator(),
                    Optional.empty(),
                    sum -> {}))
        .isInstanceOf(ResketchException.class)
        .hasMessageContaining("NaN");
    float[] equal = new float[60 * DIMENSION];
    Arrays.fill(equal, 0.5f);
    equal[0] = 1;
    PairSample constant =
        new PairSample(
            60,
            few.inputSizes(),
            Arrays.copyOf(PAIRS.inputs(), 60 * 2 * ATTRIBUTES),
            DIMENSION,
            equal);
    NetworkRecoveryJob job = corpus("constant", constant).recover(NONNEGATIVE);
    worker("one");
    RecoveryStatus ended = job.await();
    assertThat(ended.job().getState()).isEqualTo(State.STATE_FAILED);
    assertThat(ended.error().orElseThrow().reason()).contains("NOT_RECOVERABLE");
    assertThat(ended.error().orElseThrow()).hasMessageContaining("pairs");
  }
}
