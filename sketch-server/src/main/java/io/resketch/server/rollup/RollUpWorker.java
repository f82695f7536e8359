package io.resketch.server.rollup;

import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.storage.StorageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rolls up in the background the hours that have not been written to for some seconds, and all if
 * they are many, so that questions find little left to do. One thread, one day at a time.
 */
public final class RollUpWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RollUpWorker.class);
  private static final long PERIOD_SECONDS = 1;

  /** More marked hours than these are not left to wait. */
  private static final int MANY = 1000;

  /** A disk that fails is not asked again and again. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Repository repository;
  private final RollUps rollUps;
  private final long idleNanos;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread created = new Thread(work, "roll-ups");
            created.setDaemon(true);
            return created;
          });
  private volatile boolean closed;
  private long pausedUntil = System.nanoTime();

  /**
   * Starts.
   *
   * @param idle how long an hour must not have been written to
   */
  public RollUpWorker(Repository repository, RollUps rollUps, Duration idle) {
    this.idleNanos = idle.toNanos();
    this.repository = repository;
    this.rollUps = rollUps;
    var unused =
        thread.scheduleWithFixedDelay(this::pass, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void pass() {
    if (System.nanoTime() < pausedUntil) {
      return;
    }
    try {
      for (String id : repository.idsAfter("", Integer.MAX_VALUE)) {
        roll(repository.collection(id));
      }
    } catch (RepositoryException e) {
      LOG.debug("a collection is gone", e);
    } catch (StorageException e) {
      if (e.reason() != StorageException.Reason.STORAGE_CLOSED) {
        LOG.warn("roll-ups wait: questions read single sketches meanwhile", e);
      }
      pausedUntil = System.nanoTime() + PAUSE.toNanos();
    } catch (RuntimeException e) {
      LOG.error("roll-ups wait: questions read single sketches meanwhile", e);
      pausedUntil = System.nanoTime() + PAUSE.toNanos();
    }
  }

  private void roll(SketchCollection collection) {
    Optional<Long> hour = next(collection, UtcHours.FIRST);
    while (hour.isPresent() && !closed) {
      long end = UtcHours.day(hour.get()) + UtcHours.DAY;
      rollUps.roll(collection, hour.get(), end);
      hour = next(collection, end);
    }
  }

  private Optional<Long> next(SketchCollection collection, long from) {
    synchronized (collection) {
      return collection.dirtyHours().size() > MANY
          ? collection.dirtyHours().from(from)
          : collection.dirtyHours().idleFrom(from, idleNanos);
    }
  }

  /** Stops after the day under way. */
  @Override
  public void close() {
    closed = true;
    thread.shutdown();
    try {
      thread.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
