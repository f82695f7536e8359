package io.resketch.server.retention;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RetentionRules;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.RetentionRule;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shortens and deletes sketches by the rules of their collections, in the background: a pass over
 * what is old enough every ten minutes, in small batches with pauses between, so that it never
 * keeps the disk busy. Each batch is atomic; a pass that is cut short is taken up by the next. Then
 * forgets calls that were answered long ago.
 */
public final class Retention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final long PERIOD_SECONDS = 600;
  private static final int BATCH = 64;
  private static final long PAUSE_MILLIS = 20;
  private static final Timestamp FIRST = Timestamps.MIN_VALUE;

  private final Repository repository;
  private final InstantSource clock;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "retention");
            thread.setDaemon(true);
            return thread;
          });

  public Retention(Repository repository, InstantSource clock) {
    this.repository = repository;
    this.clock = clock;
  }

  /** Starts the passes. */
  public void start() {
    var unused =
        executor.scheduleWithFixedDelay(
            this::guardedPass, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  private void guardedPass() {
    try {
      int changed = pass();
      repository.requests().forgetOld();
      if (changed > 0) {
        LOG.info("retention: {} sketches shortened or deleted", changed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (StorageException e) {
      if (e.reason() != StorageException.Reason.STORAGE_CLOSED) {
        LOG.error("retention failed, and is tried again", e);
      }
    } catch (RuntimeException e) {
      LOG.error("retention failed, and is tried again", e);
    }
  }

  /**
   * Applies the rules of all collections once.
   *
   * @return number of sketches shortened or deleted
   */
  public int pass() throws InterruptedException {
    int changed = 0;
    for (SketchCollection collection : repository.collections()) {
      try {
        changed += pass(collection);
      } catch (RepositoryException e) {
        if (e.reason() != RepositoryException.Reason.COLLECTION_NOT_FOUND) {
          throw e;
        }
      }
    }
    return changed;
  }

  private int pass(SketchCollection collection) throws InterruptedException {
    List<RetentionRule> rules = collection.retention().getRulesList();
    Timestamp now = Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()).build();
    int changed = 0;
    Timestamp start = FIRST;
    for (int i = rules.size() - 1; i >= 0; i--) {
      Timestamp end = before(now, rules.get(i));
      if (Timestamps.compare(start, end) < 0) {
        changed +=
            apply(
                collection,
                start,
                end,
                RetentionRules.floats(rules.get(i), collection.operators().spec()));
        start = end;
      }
    }
    return changed;
  }

  /** Runs before this time have the rule's age. */
  private static Timestamp before(Timestamp now, RetentionRule rule) {
    Duration age = rule.getAge();
    long seconds = now.getSeconds() - age.getSeconds() - (age.getNanos() > 0 ? 1 : 0);
    return seconds < FIRST.getSeconds() ? FIRST : Timestamps.fromSeconds(seconds);
  }

  private int apply(SketchCollection collection, Timestamp start, Timestamp end, int floats)
      throws InterruptedException {
    int changed = 0;
    byte[][] position = new byte[1][];
    boolean more = true;
    while (more) {
      Map<String, Integer> batch = new LinkedHashMap<>();
      int[] seen = {0};
      repository.visit(
          collection,
          start,
          end,
          position[0],
          (at, id, record) -> {
            position[0] = at;
            if (floats == 0 || Repository.sketch(record).prefixLength() > floats) {
              batch.put(id, floats);
            }
            return ++seen[0] < BATCH;
          });
      more = seen[0] == BATCH;
      if (!batch.isEmpty()) {
        changed += repository.shorten(collection, batch);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return changed;
  }

  /** Ends the pass under way after its batch. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      executor.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
