package io.resketch.server.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Corpus;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.JobRecord;
import io.resketch.v1.Lease;
import io.resketch.v1.PairBatch;
import io.resketch.v1.RecoveredEdge;
import io.resketch.v1.RecoveredFunction;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveredObject;
import io.resketch.v1.RecoveryJob.State;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryProgress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a real store, with a clock that the test moves. */
final class JobsTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final RecoveryProgress CODES =
      RecoveryProgress.newBuilder().setStage("codes").setDone(3).setAll(9).build();

  @TempDir Path directory;
  private long nanos;
  private long seconds = 1_800_000_000L;
  private RocksStore store;
  private Corpora corpora;
  private Jobs jobs;
  private Leases leases;

  @BeforeEach
  void open() {
    store = RocksStore.open(directory);
    corpora = new Corpora(store, () -> Instant.ofEpochSecond(seconds));
    jobs = new Jobs(store, corpora, () -> Instant.ofEpochSecond(seconds++), () -> nanos, LEASE);
    leases = jobs.leases();
  }

  @AfterEach
  void close() {
    jobs.close();
    store.close();
  }

  private void reopen() {
    close();
    open();
  }

  private void pass(double time) {
    nanos += (long) (time * 1e9);
  }

  private void corpus(int rows) {
    Corpus corpus = Corpus.newBuilder().addInputSizes(1).setDimension(1).build();
    corpora.create("a", corpus, Receipt.none());
    ByteBuffer values = ByteBuffer.allocate(4 * rows);
    for (int i = 0; i < rows; i++) {
      values.putInt(i); // small numbers as floats, all finite
    }
    ByteString bytes = ByteString.copyFrom(values.array());
    corpora.append(
        "a",
        PairBatch.newBuilder().setRowCount(rows).setInputs(bytes).setSketches(bytes).build(),
        ByteString.EMPTY);
  }

  private String start() {
    return id(jobs.start("a", RecoveryParameters.getDefaultInstance(), Receipt.none()));
  }

  private static String id(JobRecord record) {
    return RecoveryNames.parseOperation("name", record.getJob().getName());
  }

  private Lease lease(String worker) {
    JobRecord record = leases.lease(worker).orElseThrow();
    return Lease.newBuilder()
        .setOperation(record.getJob().getName())
        .setFencingToken(record.getFencingToken())
        .build();
  }

  private State state(String id) {
    return jobs.job(id).getJob().getState();
  }

  private void save(Lease lease, String... parts) {
    CheckpointWriter writer = new CheckpointWriter(leases, lease);
    CRC32C crc = new CRC32C();
    for (String part : parts) {
      writer.add(ByteString.copyFromUtf8(part));
      crc.update(part.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    writer.finish((int) crc.getValue());
  }

  private String checkpoint(Lease lease) {
    JobRecord record = leases.leased(lease);
    StringBuilder out = new StringBuilder();
    for (int part = 0; leases.part(record, part).isPresent(); part++) {
      out.append(leases.part(record, part).orElseThrow().toStringUtf8());
    }
    return out.toString();
  }

  private static void isLost(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    fails(RepositoryException.Reason.LEASE_LOST, call);
  }

  private static void fails(
      RepositoryException.Reason reason,
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RepositoryException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static RecoveredNetwork network() {
    ByteString one = ByteString.copyFrom(new byte[] {0, 0, (byte) 0x80, 0x3f});
    return RecoveredNetwork.newBuilder()
        .setDimension(1)
        .addInputSizes(1)
        .setColumnCount(2)
        .setDictionary(one.concat(one))
        .setOffset(one)
        .setInputLengths(one)
        .addFunctions(
            RecoveredFunction.newBuilder()
                .setObject("hidden-0")
                .setMap(one)
                .setScales(one)
                .setKept(1))
        .addObjects(
            RecoveredObject.newBuilder()
                .setId("hidden-0")
                .addColumns(1)
                .setLevel(1)
                .addInputs(RecoveredEdge.newBuilder().setInput(0).setConfidence(1)))
        .addUnidentified("nothing")
        .build();
  }

  @Test
  void job_goesFromQueueToNetwork() {
    corpus(60);
    String id = start();
    Lease lease = lease("w1");
    assertThat(state(id)).isEqualTo(State.STATE_RUNNING);
    assertThat(leases.heartbeat(lease, CODES)).isFalse();
    assertThat(jobs.job(id).getJob().getProgress()).isEqualTo(CODES);
    assertThat(leases.complete(lease, network())).isEqualTo("networks/" + id);
    reopen();
    JobRecord ended = jobs.job(id);
    assertThat(ended.getJob().getState()).isEqualTo(State.STATE_SUCCEEDED);
    assertThat(ended.getJob().hasEndTime()).isTrue();
    assertThat(ended.getResponse().getEdgeCount()).isEqualTo(1);
    assertThat(ended.getResponse().getUnidentifiedList()).containsExactly("nothing");
    Networks networks = new Networks(store);
    RecoveredNetwork found = networks.network(id, true);
    assertThat(found.getDictionary()).isEqualTo(network().getDictionary());
    assertThat(found.getFunctionsList()).isEqualTo(network().getFunctionsList());
    assertThat(found.getCorpus()).isEqualTo("corpora/a");
    assertThat(networks.network(id, false).getDictionary()).isEmpty();
    assertThat(networks.after("", 10)).containsExactly(networks.network(id, false));
    assertThat(networks.after(id, 10)).isEmpty();
    networks.delete(id, Receipt.none());
    fails(RepositoryException.Reason.NETWORK_NOT_FOUND, () -> networks.network(id, false));
  }

  @Test
  void oneJob_isLeasedOnce_oldestFirst() {
    corpus(60);
    String first = start();
    String second = start();
    assertThat(lease("w1").getOperation()).isEqualTo("operations/" + first);
    assertThat(lease("w2").getOperation()).isEqualTo("operations/" + second);
    assertThat(leases.lease("w3")).isEmpty();
  }

  @Test
  void silentWorker_losesItsJob_andTheNextGoesOnFromTheCheckpoint() {
    corpus(60);
    String id = start();
    Lease old = lease("w1");
    save(old, "one", "two");
    pass(29);
    leases.heartbeat(old, CODES);
    pass(29);
    assertThat(leases.lease("w2")).isEmpty();
    pass(2);
    Lease fresh = lease("w2");
    assertThat(fresh.getFencingToken()).isGreaterThan(old.getFencingToken());
    assertThat(checkpoint(fresh)).isEqualTo("onetwo");
    isLost(() -> leases.heartbeat(old, CODES));
    isLost(() -> save(old, "late"));
    isLost(() -> leases.complete(old, network()));
    isLost(() -> leases.fail(old, FailJobRequest.Reason.REASON_INTERNAL, "late"));
    isLost(() -> leases.release(old));
    assertThat(checkpoint(fresh)).isEqualTo("onetwo");
    assertThat(jobs.job(id).getJob().getAttempts()).isEqualTo(2);
    assertThat(Durations.toSeconds(jobs.job(id).getJob().getWork())).isBetween(58L, 61L);
  }

  @Test
  void checkpoint_countsWhenWhole_andReplacesTheOneBefore() {
    corpus(60);
    start();
    Lease lease = lease("w1");
    save(lease, "first");
    new CheckpointWriter(leases, lease).add(ByteString.copyFromUtf8("cut sho"));
    reopen();
    assertThat(checkpoint(lease)).isEqualTo("first");
    CheckpointWriter wrong = new CheckpointWriter(leases, lease);
    wrong.add(ByteString.copyFromUtf8("changed on the way"));
    assertThatThrownBy(() -> wrong.finish(5)).hasMessageStartingWith("crc32c: ");
    assertThat(checkpoint(lease)).isEqualTo("first");
    save(lease, "sec", "ond");
    assertThat(checkpoint(lease)).isEqualTo("second");
    save(lease, "third");
    assertThat(checkpoint(lease)).isEqualTo("third");
  }

  @Test
  void restart_keepsLeases_forAsLongAsALease() {
    corpus(60);
    String id = start();
    Lease lease = lease("w1");
    pass(20);
    reopen();
    pass(29);
    assertThat(leases.heartbeat(lease, CODES)).isFalse();
    pass(31);
    leases.expire();
    assertThat(state(id)).isEqualTo(State.STATE_QUEUED);
    reopen();
    assertThat(state(id)).isEqualTo(State.STATE_QUEUED);
    isLost(() -> leases.heartbeat(lease, CODES));
  }

  @Test
  void cancel_tellsTheWorker_andEndsWithItsRelease() {
    corpus(60);
    String id = start();
    Lease lease = lease("w1");
    jobs.cancel(id);
    jobs.cancel(id);
    assertThat(state(id)).isEqualTo(State.STATE_CANCELLING);
    assertThat(leases.heartbeat(lease, CODES)).isTrue();
    leases.release(lease);
    assertThat(state(id)).isEqualTo(State.STATE_CANCELLED);
    jobs.cancel(id);
    assertThat(state(id)).isEqualTo(State.STATE_CANCELLED);
    String queued = start();
    jobs.cancel(queued);
    assertThat(state(queued)).isEqualTo(State.STATE_CANCELLED);
    String lost = start();
    lease("w1");
    jobs.cancel(lost);
    pass(31);
    leases.expire();
    assertThat(state(lost)).isEqualTo(State.STATE_CANCELLED);
  }

  @Test
  void releasedJob_isTakenByTheNext_andIsNoLostWorker() {
    corpus(60);
    String id = start();
    for (int i = 0; i < 10; i++) {
      leases.release(lease("w" + i));
    }
    assertThat(state(id)).isEqualTo(State.STATE_QUEUED);
    assertThat(jobs.job(id).getJob().getLostWorkers()).isZero();
  }

  @Test
  void fiveLostWorkersInARow_failTheJob_aCheckpointBetweenCountsAnew() {
    corpus(60);
    String id = start();
    for (int i = 0; i < 4; i++) {
      leases.heartbeat(lease("w" + i), CODES);
      pass(31);
    }
    save(lease("good"), "state");
    pass(31);
    for (int i = 0; i < 4; i++) {
      leases.expire();
      assertThat(state(id)).isEqualTo(State.STATE_QUEUED);
      lease("v" + i);
      pass(31);
    }
    leases.expire();
    assertThat(state(id)).isEqualTo(State.STATE_FAILED);
    assertThat(jobs.job(id).getFailure()).isEqualTo(FailJobRequest.Reason.REASON_WORKERS_LOST);
    assertThat(jobs.job(id).getFailureMessage()).contains("v3").contains("codes");
  }

  @Test
  void endingTwice_withOneToken_isAnsweredAgain() {
    corpus(60);
    start();
    Lease done = lease("w1");
    assertThat(leases.complete(done, network())).isEqualTo(leases.complete(done, network()));
    String failed = start();
    Lease lease = lease("w1");
    leases.fail(lease, FailJobRequest.Reason.REASON_NOT_RECOVERABLE, "constant");
    leases.fail(lease, FailJobRequest.Reason.REASON_NOT_RECOVERABLE, "constant");
    assertThat(state(failed)).isEqualTo(State.STATE_FAILED);
    isLost(() -> leases.complete(lease, network()));
  }

  @Test
  void foreignNetwork_isRefused_andTheJobGoesOn() {
    corpus(60);
    String id = start();
    Lease lease = lease("w1");
    RecoveredNetwork.Builder wrong = network().toBuilder();
    assertThatThrownBy(() -> leases.complete(lease, wrong.clone().setDimension(2).build()))
        .hasMessageStartingWith("network.dimension: ");
    assertThatThrownBy(() -> leases.complete(lease, wrong.clone().setColumnCount(3).build()))
        .hasMessageStartingWith("network.dictionary: ");
    ByteString nan = ByteString.copyFrom(new byte[] {0, 0, (byte) 0xc0, 0x7f});
    assertThatThrownBy(() -> leases.complete(lease, wrong.clone().setOffset(nan).build()))
        .hasMessageStartingWith("network.offset: ");
    RecoveredObject.Builder object = wrong.getObjects(0).toBuilder();
    assertThatThrownBy(
            () ->
                leases.complete(
                    lease, wrong.clone().setObjects(0, object.clone().addColumns(2)).build()))
        .hasMessageStartingWith("network.objects[0].columns: ");
    RecoveredEdge itself = RecoveredEdge.newBuilder().setObject("hidden-0").build();
    assertThatThrownBy(
            () ->
                leases.complete(
                    lease, wrong.clone().setObjects(0, object.clone().addInputs(itself)).build()))
        .hasMessageStartingWith("network.objects[0].inputs: ");
    assertThat(state(id)).isEqualTo(State.STATE_RUNNING);
    leases.complete(lease, network());
  }

  @Test
  void corpusOfAJobThatRuns_staysUntilItEnds() {
    corpus(60);
    String id = start();
    fails(RepositoryException.Reason.CORPUS_IN_USE, () -> jobs.deleteCorpus("a", Receipt.none()));
    fails(RepositoryException.Reason.OPERATION_NOT_ENDED, () -> jobs.delete(id));
    jobs.cancel(id);
    assertThat(jobs.deleteCorpus("a", Receipt.none())).isEqualTo(60);
    jobs.delete(id);
    fails(RepositoryException.Reason.OPERATION_NOT_FOUND, () -> jobs.job(id));
    reopen();
    fails(RepositoryException.Reason.OPERATION_NOT_FOUND, () -> jobs.job(id));
  }

  @Test
  void badParameters_areNamed() {
    corpus(60);
    RecoveryParameters.Builder good = RecoveryParameters.newBuilder();
    assertThatThrownBy(() -> jobs.start("a", good.clone().setHoldOut(0.6).build(), Receipt.none()))
        .hasMessageStartingWith("parameters.hold_out: ");
    assertThatThrownBy(() -> jobs.start("a", good.clone().setMaxPairs(49).build(), Receipt.none()))
        .hasMessageStartingWith("parameters.max_pairs: ");
    assertThatThrownBy(
            () -> jobs.start("a", good.clone().setBudget(Durations.ZERO).build(), Receipt.none()))
        .hasMessageStartingWith("parameters.budget: ");
    assertThatThrownBy(() -> jobs.start("a", good.clone().setRank(65_537).build(), Receipt.none()))
        .hasMessageStartingWith("parameters.rank: ");
    assertThatThrownBy(() -> leases.lease("no spaces")).hasMessageStartingWith("worker: ");
  }

  @Test
  void fewPairs_areRefused() {
    corpus(49);
    fails(RepositoryException.Reason.TOO_FEW_PAIRS, this::start);
  }

  @Test
  void watcher_isToldOfEachChange_andOfTheEnd() {
    corpus(60);
    String id = start();
    List<String> told = new ArrayList<>();
    jobs.watch(
        id,
        new JobWatcher() {
          @Override
          public void changed(JobRecord job) {
            told.add(job.getJob().getState().name() + " " + job.getJob().getProgress().getStage());
          }

          @Override
          public void ended(RuntimeException reason) {
            told.add(reason.getMessage());
          }
        });
    Lease lease = lease("w1");
    leases.heartbeat(lease, CODES);
    leases.heartbeat(lease, CODES);
    leases.fail(lease, FailJobRequest.Reason.REASON_INTERNAL, "broke");
    jobs.delete(id);
    assertThat(told)
        .containsExactly(
            "STATE_QUEUED ",
            "STATE_RUNNING ",
            "STATE_RUNNING codes",
            "STATE_FAILED codes",
            "operations/" + id + " was deleted meanwhile");
  }
}
