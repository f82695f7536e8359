package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.server.recovery.JobStates.Event;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.JobStore;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Corpus;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.JobRecord;
import io.resketch.v1.Lease;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryJob.State;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryProgress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recoveries: what is to be done, by which worker, and what came of it. A change of state is on
 * disk before it is answered or told. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  /** How long a worker may not be heard of. */
  public static final java.time.Duration LEASE = java.time.Duration.ofSeconds(30);

  /** Largest state of a checkpoint. */
  static final long MAX_CHECKPOINT_BYTES = 1L << 30;

  static final int MIN_PAIRS = 50;
  private static final int MAX_LOST_WORKERS = 5;
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss").withZone(ZoneOffset.UTC);

  private final RocksStore store;
  private final JobStore records;
  private final Corpora corpora;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final long leaseNanos;

  /** By id, which sorts by time of creation up to a second. All guarded by this. */
  private final TreeMap<String, JobRecord> jobs = new TreeMap<>();

  /** When leased jobs were last heard of, by {@link #nanoTime}. */
  private final Map<String, Long> heard = new HashMap<>();

  private final JobWatches watches = new JobWatches();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "recovery-leases");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Loads what the store holds. Leases of before go on as if heard of now.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  public Jobs(
      RocksStore store,
      Corpora corpora,
      InstantSource clock,
      LongSupplier nanoTime,
      java.time.Duration lease) {
    this.store = store;
    this.records = new JobStore(store);
    this.corpora = corpora;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.leaseNanos = lease.toNanos();
    for (JobRecord record : records.jobs()) {
      String id = RecoveryNames.parseOperation("name", record.getJob().getName());
      jobs.put(id, record);
      if (JobStates.isLeased(record.getJob().getState())) {
        heard.put(id, nanoTime.getAsLong());
      }
    }
  }

  /**
   * Starts a recovery.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND, TOO_FEW_PAIRS
   */
  public synchronized JobRecord start(
      String corpusId, RecoveryParameters wanted, Receipt<JobRecord> receipt) {
    RecoveryParameters parameters = ParameterRules.checked(wanted);
    Corpus corpus = corpora.corpus(corpusId);
    if (corpus.getPairCount() < MIN_PAIRS) {
      throw new RepositoryException(
          Reason.TOO_FEW_PAIRS,
          corpus.getName()
              + " has "
              + corpus.getPairCount()
              + " pairs; a recovery needs "
              + MIN_PAIRS
              + " at least, and some 40 for every column");
    }
    Instant now = clock.instant();
    String id = ID_TIME.format(now) + "-" + UUID.randomUUID().toString().substring(0, 8);
    JobRecord record =
        JobRecord.newBuilder()
            .setJob(
                RecoveryJob.newBuilder()
                    .setName(RecoveryNames.operation(id))
                    .setCorpus(corpus.getName())
                    .setParameters(parameters)
                    .setState(State.STATE_QUEUED)
                    .setCreateTime(timestamp(now))
                    .setPairCount(corpus.getPairCount()))
            .build();
    write(id, record, batch -> receipt.into(batch, record));
    return record;
  }

  /**
   * A job.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND
   */
  public synchronized JobRecord job(String id) {
    JobRecord record = jobs.get(id);
    if (record == null) {
      throw new RepositoryException(
          Reason.OPERATION_NOT_FOUND,
          RecoveryNames.operation(id) + " does not exist, or was deleted");
    }
    return record;
  }

  /** Jobs with ids behind {@code after}, in order. */
  public synchronized List<JobRecord> after(String after) {
    return List.copyOf(jobs.tailMap(after, false).values());
  }

  /** Asks for a job to end; one that has ended stays as it is. */
  public synchronized void cancel(String id) {
    JobRecord record = job(id);
    if (!JobStates.isEnd(record.getJob().getState())) {
      change(id, record, Event.CANCEL, UnaryOperator.identity(), batch -> {});
    }
  }

  /**
   * Deletes a job that has ended; its network stays.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND, OPERATION_NOT_ENDED
   */
  public synchronized void delete(String id) {
    JobRecord record = job(id);
    if (!JobStates.isEnd(record.getJob().getState())) {
      throw new RepositoryException(
          Reason.OPERATION_NOT_ENDED,
          RecoveryNames.operation(id) + " has not ended; cancel it first");
    }
    try (StoreBatch batch = store.batch()) {
      records.delete(batch, id);
      batch.commit();
    }
    jobs.remove(id);
    watches.deleted(id);
  }

  /**
   * Deletes a corpus that no job reads any more.
   *
   * @return how many pairs it had
   * @throws RepositoryException CORPUS_NOT_FOUND, CORPUS_IN_USE
   */
  public synchronized long deleteCorpus(String id, Receipt<Long> receipt) {
    for (JobRecord record : jobs.values()) {
      if (record.getJob().getCorpus().equals(RecoveryNames.corpus(id))
          && !JobStates.isEnd(record.getJob().getState())) {
        throw new RepositoryException(
            Reason.CORPUS_IN_USE,
            record.getJob().getName() + " reads " + RecoveryNames.corpus(id) + "; cancel it first");
      }
    }
    return corpora.delete(id, receipt);
  }

  /**
   * Tells of a job: at once how it is, then each change.
   *
   * @return ends the watch
   * @throws RepositoryException OPERATION_NOT_FOUND, SERVER_STOPPING
   */
  public synchronized Runnable watch(String id, JobWatcher watcher) {
    watches.add(id, job(id), watcher);
    return () -> unwatch(id, watcher);
  }

  private synchronized void unwatch(String id, JobWatcher watcher) {
    watches.remove(id, watcher);
  }

  /**
   * A job when it has ended, or as it is after a time.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND, SERVER_STOPPING
   */
  public CompletableFuture<JobRecord> ended(String id, java.time.Duration patience) {
    CompletableFuture<JobRecord> out = new CompletableFuture<>();
    JobWatcher watcher =
        new JobWatcher() {
          @Override
          public void changed(JobRecord job) {
            if (JobStates.isEnd(job.getJob().getState())) {
              out.complete(job);
            }
          }

          @Override
          public void ended(RuntimeException reason) {
            out.completeExceptionally(reason);
          }
        };
    Runnable unwatch = watch(id, watcher);
    Future<?> late =
        timer.schedule(() -> out.complete(job(id)), patience.toNanos(), TimeUnit.NANOSECONDS);
    return out.whenComplete(
        (job, error) -> {
          late.cancel(false);
          unwatch.run();
        });
  }

  /** How long a worker may not be heard of. */
  public java.time.Duration leaseDuration() {
    return java.time.Duration.ofNanos(leaseNanos);
  }

  /** Ends leases in the background from now on. */
  public void start() {
    var unused = timer.scheduleWithFixedDelay(this::guardedExpire, 1, 1, TimeUnit.SECONDS);
  }

  private void guardedExpire() {
    try {
      expire();
    } catch (RuntimeException e) {
      LOG.warn("leases that are over could not be ended; it is tried again", e);
    }
  }

  /** Ends all watches. */
  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (this) {
      watches.stop();
    }
  }

  /** The job that has waited longest, now that of a worker; empty if none waits. */
  public synchronized Optional<JobRecord> lease(String worker) {
    RecoveryNames.checkWorker(worker);
    expire();
    Optional<Map.Entry<String, JobRecord>> next =
        jobs.entrySet().stream()
            .filter(entry -> entry.getValue().getJob().getState() == State.STATE_QUEUED)
            .min(
                Comparator.comparing(
                    entry -> entry.getValue().getJob().getCreateTime(), Timestamps.comparator()));
    return next.map(
        entry ->
            change(
                entry.getKey(),
                entry.getValue(),
                Event.LEASE,
                record -> {
                  RecoveryJob job = record.getJob();
                  RecoveryJob.Builder leased =
                      job.toBuilder().setWorker(worker).setAttempts(job.getAttempts() + 1);
                  if (!job.hasStartTime()) {
                    leased.setStartTime(timestamp(clock.instant()));
                  }
                  return record.toBuilder()
                      .setJob(leased)
                      .setFencingToken(record.getFencingToken() + 1)
                      .build();
                },
                batch -> {}));
  }

  /** Ends the leases of workers that were not heard of for too long. */
  public synchronized void expire() {
    List.copyOf(heard.keySet()).forEach(this::expire);
  }

  private void expire(String id) {
    Long last = heard.get(id);
    if (last == null || nanoTime.getAsLong() - last <= leaseNanos) {
      return;
    }
    JobRecord record = jobs.get(id);
    int lost = record.getJob().getLostWorkers() + 1;
    Event event = lost >= MAX_LOST_WORKERS ? Event.ABANDON : Event.EXPIRE;
    change(
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
  public synchronized JobRecord leased(Lease lease) {
    String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
    expire(id);
    JobRecord record = jobs.get(id);
    if (record == null
        || !JobStates.isLeased(record.getJob().getState())
        || record.getFencingToken() != lease.getFencingToken()) {
      throw lost(lease);
    }
    return record;
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
  public synchronized boolean heartbeat(Lease lease, RecoveryProgress progress) {
    JobRecord record = leased(lease);
    String id = id(record);
    RecoveryJob before = record.getJob();
    JobRecord worked = worked(id, record);
    JobRecord after =
        worked.toBuilder().setJob(worked.getJob().toBuilder().setProgress(progress)).build();
    heard.put(id, nanoTime.getAsLong());
    jobs.put(id, after);
    if (!before.getProgress().equals(progress)) {
      watches.changed(id, after);
    }
    return before.getState() == State.STATE_CANCELLING;
  }

  /** With the time since the worker was last heard of. */
  private JobRecord worked(String id, JobRecord record) {
    Long last = heard.get(id);
    if (last == null) {
      return record;
    }
    Duration work =
        Durations.add(record.getJob().getWork(), Durations.fromNanos(nanoTime.getAsLong() - last));
    return record.toBuilder().setJob(record.getJob().toBuilder().setWork(work)).build();
  }

  /**
   * Writes a part of a checkpoint that does not count yet.
   *
   * @param number of the checkpoint, as {@link #nextCheckpoint} says
   * @throws RepositoryException LEASE_LOST
   */
  synchronized void part(Lease lease, long number, int part, ByteString bytes) {
    String id = id(leased(lease));
    try (StoreBatch batch = store.batch()) {
      records.part(batch, id, number, part, bytes);
      batch.commit();
    }
  }

  /**
   * Number under which the parts of a new checkpoint are to be written; other unfinished ones go.
   */
  synchronized long nextCheckpoint(Lease lease) {
    JobRecord record = leased(lease);
    try (StoreBatch batch = store.batch()) {
      records.deleteOtherCheckpoints(batch, id(record), record.getCheckpoint());
      batch.commit();
    }
    return record.getCheckpoint() + 1;
  }

  /**
   * Makes the parts written under a number the checkpoint; also a heartbeat.
   *
   * @return whether the worker is to stop
   * @throws RepositoryException LEASE_LOST
   */
  synchronized boolean checkpoint(Lease lease, long number, int crc32c) {
    JobRecord record = leased(lease);
    String id = id(record);
    JobRecord after = worked(id, record);
    RecoveryJob.Builder job =
        after.getJob().toBuilder()
            .setCheckpoints(after.getJob().getCheckpoints() + 1)
            .setLostWorkers(0);
    JobRecord written =
        after.toBuilder().setJob(job).setCheckpoint(number).setCheckpointCrc32C(crc32c).build();
    write(id, written, batch -> records.deleteOtherCheckpoints(batch, id, number));
    heard.put(id, nanoTime.getAsLong());
    return record.getJob().getState() == State.STATE_CANCELLING;
  }

  /** A part of the checkpoint of a leased job; empty behind the last. */
  public Optional<ByteString> part(JobRecord record, int part) {
    return record.getCheckpoint() == 0
        ? Optional.empty()
        : records.part(id(record), record.getCheckpoint(), part);
  }

  /**
   * Ends a job with its network. The worker that has ended it may call again.
   *
   * @return name of the network
   * @throws RepositoryException LEASE_LOST
   */
  public synchronized String complete(Lease lease, RecoveredNetwork found) {
    String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
    if (hasEnded(id, lease, State.STATE_SUCCEEDED)) {
      return RecoveryNames.network(id);
    }
    JobRecord record = leased(lease);
    Corpus corpus = corpora.corpus(corpusId(record));
    RecoveredNetwork network =
        found.toBuilder()
            .setName(RecoveryNames.network(id))
            .setCorpus(corpus.getName())
            .setFingerprint(corpus.getFingerprint())
            .setCreateTime(timestamp(clock.instant()))
            .build();
    Networks.check(network, corpus);
    RecoverNetworkResponse response = Networks.summary(network);
    change(
        id,
        record,
        Event.COMPLETE,
        before -> before.toBuilder().setResponse(response).build(),
        batch ->
            records.network(
                batch, id, Networks.withoutArrays(network), Networks.arraysOnly(network)));
    return network.getName();
  }

  /** Whether this lease has ended its job so. */
  private boolean hasEnded(String id, Lease lease, State state) {
    JobRecord record = jobs.get(id);
    return record != null
        && record.getJob().getState() == state
        && record.getFencingToken() == lease.getFencingToken();
  }

  /**
   * Ends a job without a network. The worker that has ended it may call again.
   *
   * @throws RepositoryException LEASE_LOST
   */
  public synchronized void fail(Lease lease, FailJobRequest.Reason reason, String message) {
    String id = RecoveryNames.parseOperation("lease.operation", lease.getOperation());
    if (hasEnded(id, lease, State.STATE_FAILED)) {
      return;
    }
    JobRecord record = leased(lease);
    change(
        id,
        record,
        Event.FAIL,
        before -> before.toBuilder().setFailure(reason).setFailureMessage(message).build(),
        batch -> {});
  }

  /**
   * Gives a job back, to be gone on with.
   *
   * @throws RepositoryException LEASE_LOST
   */
  public synchronized void release(Lease lease) {
    JobRecord record = leased(lease);
    change(id(record), record, Event.RELEASE, UnaryOperator.identity(), batch -> {});
  }

  private static String id(JobRecord record) {
    return RecoveryNames.parseOperation("name", record.getJob().getName());
  }

  /** Id of the corpus of a job. */
  public static String corpusId(JobRecord record) {
    return RecoveryNames.parseCorpus("corpus", record.getJob().getCorpus());
  }

  /** More to be written with a change. */
  private interface Also {
    void into(StoreBatch batch);
  }

  private JobRecord change(
      String id, JobRecord record, Event event, UnaryOperator<JobRecord> edit, Also also) {
    State next =
        JobStates.next(record.getJob().getState(), event)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        event + " does not happen to a job that is " + record.getJob().getState()));
    JobRecord edited = edit.apply(worked(id, record));
    RecoveryJob.Builder job = edited.getJob().toBuilder().setState(next);
    JobRecord.Builder after = edited.toBuilder();
    boolean ends = JobStates.isEnd(next);
    if (ends) {
      job.setEndTime(timestamp(clock.instant()));
      after.clearCheckpoint().clearCheckpointCrc32C();
      if (next == State.STATE_CANCELLED) {
        after.clearFailure().clearFailureMessage();
      }
    }
    JobRecord written = after.setJob(job).build();
    write(
        id,
        written,
        batch -> {
          also.into(batch);
          if (ends) {
            records.deleteCheckpoints(batch, id);
          }
        });
    if (!JobStates.isLeased(next)) {
      heard.remove(id);
    } else if (event == Event.LEASE) {
      heard.put(id, nanoTime.getAsLong());
    }
    return written;
  }

  private void write(String id, JobRecord record, Also also) {
    try (StoreBatch batch = store.batch()) {
      records.put(batch, id, record);
      also.into(batch);
      batch.commit();
    }
    jobs.put(id, record);
    watches.changed(id, record);
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
