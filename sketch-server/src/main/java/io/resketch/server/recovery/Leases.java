package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import io.resketch.server.recovery.JobStates.Event;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Corpus;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.JobRecord;
import io.resketch.v1.Lease;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryJob.State;
import io.resketch.v1.RecoveryProgress;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * What workers do with jobs. Each lease of a job has a greater fencing token than those before;
 * calls with an old one change nothing. Thread-safe.
 */
public final class Leases {
  /** How long a worker may not be heard of, by default. */
  public static final Duration DURATION = Duration.ofSeconds(30);

  /** Largest state of a checkpoint. */
  static final long MAX_CHECKPOINT_BYTES = 1L << 30;

  private static final int MAX_LOST_WORKERS = 5;

  private final JobTable table;
  private final Corpora corpora;
  private final Duration duration;

  /**
   * @param duration how long a worker may not be heard of
   */
  Leases(JobTable table, Corpora corpora, Duration duration) {
    this.table = table;
    this.corpora = corpora;
    this.duration = duration;
  }

  /** How long a worker may not be heard of. */
  public Duration duration() {
    return duration;
  }

  /** The job that has waited longest, now that of a worker; empty if none waits. */
  public Optional<JobRecord> lease(String worker) {
    synchronized (table) {
      RecoveryNames.checkWorker(worker);
      expire();
      Optional<Map.Entry<String, JobRecord>> next =
          table.jobs().entrySet().stream()
              .filter(entry -> entry.getValue().getJob().getState() == State.STATE_QUEUED)
              .min(
                  Comparator.comparing(
                      entry -> entry.getValue().getJob().getCreateTime(), Timestamps.comparator()));
      return next.map(
          entry ->
              table.change(
                  entry.getKey(),
                  entry.getValue(),
                  Event.LEASE,
                  record -> {
                    RecoveryJob job = record.getJob();
                    RecoveryJob.Builder leased =
                        job.toBuilder().setWorker(worker).setAttempts(job.getAttempts() + 1);
                    if (!job.hasStartTime()) {
                      leased.setStartTime(table.now());
                    }
                    return record.toBuilder()
                        .setJob(leased)
                        .setFencingToken(record.getFencingToken() + 1)
                        .build();
                  },
                  batch -> {}));
    }
  }

  /** Ends the leases of workers that were not heard of for too long. */
  public void expire() {
    synchronized (table) {
      table.leased().forEach(this::expire);
    }
  }

  private void expire(String id) {
    OptionalLong silence = table.silence(id);
    if (silence.isEmpty() || silence.getAsLong() <= duration.toNanos()) {
      return;
    }
    JobRecord record = table.jobs().get(id);
    int lost = record.getJob().getLostWorkers() + 1;
    Event event = lost >= MAX_LOST_WORKERS ? Event.ABANDON : Event.EXPIRE;
    table.change(
        id,
        record,
        event,
        before -> {
          JobRecord.Builder after =
              before.toBuilder().setJob(before.getJob().toBuilder().setLostWorkers(lost));
          return event == Event.ABANDON ? abandoned(after) : after.build();
        },
        batch -> {});
  }

  private static JobRecord abandoned(JobRecord.Builder record) {
    return record
        .setFailure(FailJobRequest.Reason.REASON_WORKERS_LOST)
        .setFailureMessage(
            MAX_LOST_WORKERS
                + " workers in a row were lost without a new checkpoint, the last one, "
                + record.getJob().getWorker()
                + ", at stage \""
                + record.getJob().getProgress().getStage()
                + "\"; see their logs, for memory first, then start another job, with max_pairs or on"
                + " a larger machine")
        .build();
  }

  /**
   * The job of a lease.
   *
   * @throws RepositoryException LEASE_LOST
   */
  public JobRecord leased(Lease lease) {
    synchronized (table) {
      String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
      expire(id);
      JobRecord record = table.jobs().get(id);
      if (record == null
          || !JobStates.isLeased(record.getJob().getState())
          || record.getFencingToken() != lease.getFencingToken()) {
        throw lost(lease);
      }
      return record;
    }
  }

  private static RepositoryException lost(Lease lease) {
    return new RepositoryException(
        Reason.LEASE_LOST,
        "the lease "
            + lease.getFencingToken()
            + " of "
            + lease.getOperation()
            + " is lost: it was not kept, given back, or the job was deleted; drop the job");
  }

  /**
   * Keeps a lease, and tells how far the work has come; not on disk.
   *
   * @return whether the worker is to stop
   * @throws RepositoryException LEASE_LOST
   */
  public boolean heartbeat(Lease lease, RecoveryProgress progress) {
    synchronized (table) {
      JobRecord record = leased(lease);
      String id = JobTable.id(record);
      RecoveryJob before = record.getJob();
      JobRecord worked = table.worked(id, record);
      JobRecord after =
          worked.toBuilder().setJob(worked.getJob().toBuilder().setProgress(progress)).build();
      table.hear(id);
      table.putVolatile(id, after);
      if (!before.getProgress().equals(progress)) {
        table.watches().changed(id, after);
      }
      return before.getState() == State.STATE_CANCELLING;
    }
  }

  /**
   * Writes a part of a checkpoint that does not count yet.
   *
   * @param number of the checkpoint, as {@link #nextCheckpoint} says
   * @throws RepositoryException LEASE_LOST
   */
  void part(Lease lease, long number, int part, ByteString bytes) {
    synchronized (table) {
      String id = JobTable.id(leased(lease));
      try (StoreBatch batch = table.batch()) {
        table.records().part(batch, id, number, part, bytes);
        batch.commit();
      }
    }
  }

  /**
   * Number under which the parts of a new checkpoint are to be written; other unfinished ones go.
   */
  long nextCheckpoint(Lease lease) {
    synchronized (table) {
      JobRecord record = leased(lease);
      try (StoreBatch batch = table.batch()) {
        table.records().deleteOtherCheckpoints(batch, JobTable.id(record), record.getCheckpoint());
        batch.commit();
      }
      return record.getCheckpoint() + 1;
    }
  }

  /**
   * Makes the parts written under a number the checkpoint; also a heartbeat.
   *
   * @return whether the worker is to stop
   * @throws RepositoryException LEASE_LOST
   */
  boolean checkpoint(Lease lease, long number, int crc32c) {
    synchronized (table) {
      JobRecord record = leased(lease);
      String id = JobTable.id(record);
      JobRecord after = table.worked(id, record);
      RecoveryJob.Builder job =
          after.getJob().toBuilder()
              .setCheckpoints(after.getJob().getCheckpoints() + 1)
              .setLostWorkers(0);
      JobRecord written =
          after.toBuilder().setJob(job).setCheckpoint(number).setCheckpointCrc32C(crc32c).build();
      table.write(id, written, batch -> table.records().deleteOtherCheckpoints(batch, id, number));
      table.hear(id);
      return record.getJob().getState() == State.STATE_CANCELLING;
    }
  }

  /** A part of the checkpoint of a leased job; empty behind the last. */
  public Optional<ByteString> part(JobRecord record, int part) {
    return record.getCheckpoint() == 0
        ? Optional.empty()
        : table.records().part(JobTable.id(record), record.getCheckpoint(), part);
  }

  /**
   * Ends a job with its network. The worker that has ended it may call again.
   *
   * @return name of the network
   * @throws RepositoryException LEASE_LOST
   */
  public String complete(Lease lease, RecoveredNetwork found) {
    synchronized (table) {
      String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
      if (hasEnded(id, lease, State.STATE_SUCCEEDED)) {
        return RecoveryNames.network(id);
      }
      JobRecord record = leased(lease);
      Corpus corpus = corpora.corpus(Jobs.corpusId(record));
      RecoveredNetwork network =
          found.toBuilder()
              .setName(RecoveryNames.network(id))
              .setCorpus(corpus.getName())
              .setFingerprint(corpus.getFingerprint())
              .setCreateTime(table.now())
              .build();
      Networks.check(network, corpus);
      RecoverNetworkResponse response = Networks.summary(network);
      table.change(
          id,
          record,
          Event.COMPLETE,
          before -> before.toBuilder().setResponse(response).build(),
          batch ->
              table
                  .records()
                  .network(
                      batch, id, Networks.withoutArrays(network), Networks.arraysOnly(network)));
      return network.getName();
    }
  }

  /** Whether this lease has ended its job so. */
  private boolean hasEnded(String id, Lease lease, State state) {
    JobRecord record = table.jobs().get(id);
    return record != null
        && record.getJob().getState() == state
        && record.getFencingToken() == lease.getFencingToken();
  }

  /**
   * Ends a job without a network. The worker that has ended it may call again.
   *
   * @throws RepositoryException LEASE_LOST
   */
  public void fail(Lease lease, FailJobRequest.Reason reason, String message) {
    synchronized (table) {
      String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
      if (hasEnded(id, lease, State.STATE_FAILED)) {
        return;
      }
      JobRecord record = leased(lease);
      table.change(
          id,
          record,
          Event.FAIL,
          before -> before.toBuilder().setFailure(reason).setFailureMessage(message).build(),
          batch -> {});
    }
  }

  /**
   * Gives a job back, to be gone on with.
   *
   * @throws RepositoryException LEASE_LOST
   */
  public void release(Lease lease) {
    synchronized (table) {
      JobRecord record = leased(lease);
      table.change(
          JobTable.id(record), record, Event.RELEASE, UnaryOperator.identity(), batch -> {});
    }
  }
}
