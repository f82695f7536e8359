package io.resketch.server.recovery;

import com.google.protobuf.Timestamp;
import io.resketch.server.recovery.JobStates.Event;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.Corpus;
import io.resketch.v1.JobRecord;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryJob.State;
import io.resketch.v1.RecoveryParameters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
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

  static final int MIN_PAIRS = 50;
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final JobTable table;
  private final Corpora corpora;
  private final Leases leases;
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
      Duration lease) {
    this.table = new JobTable(store, clock, nanoTime);
    this.corpora = corpora;
    this.leases = new Leases(table, corpora, lease);
  }

  /** What workers do with the jobs. */
  public Leases leases() {
    return leases;
  }

  /**
   * Starts a recovery.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND, TOO_FEW_PAIRS
   */
  public JobRecord start(String corpusId, RecoveryParameters wanted, Receipt<JobRecord> receipt) {
    synchronized (table) {
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
      Timestamp now = table.now();
      String id =
          ID_TIME.format(Instant.ofEpochSecond(now.getSeconds()))
              + "-"
              + UUID.randomUUID().toString().substring(0, 8);
      JobRecord record =
          JobRecord.newBuilder()
              .setJob(
                  RecoveryJob.newBuilder()
                      .setName(RecoveryNames.operation(id))
                      .setCorpus(corpus.getName())
                      .setParameters(parameters)
                      .setState(State.STATE_QUEUED)
                      .setCreateTime(now)
                      .setPairCount(corpus.getPairCount()))
              .build();
      table.write(id, record, batch -> receipt.into(batch, record));
      return record;
    }
  }

  /**
   * A job.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND
   */
  public JobRecord job(String id) {
    synchronized (table) {
      JobRecord record = table.jobs().get(id);
      if (record == null) {
        throw new RepositoryException(
            Reason.OPERATION_NOT_FOUND,
            RecoveryNames.operation(id) + " does not exist, or was deleted");
      }
      return record;
    }
  }

  /** Jobs with ids behind {@code after}, in order. */
  public List<JobRecord> after(String after) {
    synchronized (table) {
      return List.copyOf(table.jobs().tailMap(after, false).values());
    }
  }

  /** Asks for a job to end; one that has ended stays as it is. */
  public void cancel(String id) {
    synchronized (table) {
      JobRecord record = job(id);
      if (!JobStates.isEnd(record.getJob().getState())) {
        table.change(id, record, Event.CANCEL, UnaryOperator.identity(), batch -> {});
      }
    }
  }

  /**
   * Deletes a job that has ended; its network stays.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND, OPERATION_NOT_ENDED
   */
  public void delete(String id) {
    synchronized (table) {
      JobRecord record = job(id);
      if (!JobStates.isEnd(record.getJob().getState())) {
        throw new RepositoryException(
            Reason.OPERATION_NOT_ENDED,
            RecoveryNames.operation(id) + " has not ended; cancel it first");
      }
      table.remove(id);
    }
  }

  /**
   * Deletes a corpus that no job reads any more.
   *
   * @return how many pairs it had
   * @throws RepositoryException CORPUS_NOT_FOUND, CORPUS_IN_USE
   */
  public long deleteCorpus(String id, Receipt<Long> receipt) {
    synchronized (table) {
      for (JobRecord record : table.jobs().values()) {
        if (record.getJob().getCorpus().equals(RecoveryNames.corpus(id))
            && !JobStates.isEnd(record.getJob().getState())) {
          throw new RepositoryException(
              Reason.CORPUS_IN_USE,
              record.getJob().getName()
                  + " reads "
                  + RecoveryNames.corpus(id)
                  + "; cancel it first");
        }
      }
      return corpora.delete(id, receipt);
    }
  }

  /**
   * Tells of a job: at once how it is, then each change.
   *
   * @return ends the watch
   * @throws RepositoryException OPERATION_NOT_FOUND, SERVER_STOPPING
   */
  public Runnable watch(String id, JobWatcher watcher) {
    synchronized (table) {
      table.watches().add(id, job(id), watcher);
      return () -> unwatch(id, watcher);
    }
  }

  private void unwatch(String id, JobWatcher watcher) {
    synchronized (table) {
      table.watches().remove(id, watcher);
    }
  }

  /**
   * A job when it has ended, or as it is after a time.
   *
   * @throws RepositoryException OPERATION_NOT_FOUND, SERVER_STOPPING
   */
  public CompletableFuture<JobRecord> ended(String id, Duration patience) {
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

  /** Ends leases in the background from now on. */
  public void start() {
    var unused = timer.scheduleWithFixedDelay(this::guardedExpire, 1, 1, TimeUnit.SECONDS);
  }

  private void guardedExpire() {
    try {
      leases.expire();
    } catch (RuntimeException e) {
      LOG.warn("leases that are over could not be ended; it is tried again", e);
    }
  }

  /** Ends all table.watches(). */
  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (table) {
      table.watches().stop();
    }
  }

  /** Id of the corpus of a job. */
  public static String corpusId(JobRecord record) {
    return RecoveryNames.parseCorpus("corpus", record.getJob().getCorpus());
  }
}
