package io.resketch.recovery;

import io.grpc.Context;
import io.grpc.Status;
import io.resketch.client.ResketchException;
import io.resketch.v1.Lease;
import io.resketch.v1.RecoveryProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that is kept by heartbeats from a thread of its own until it is closed, and what ended
 * the work on it before its time. Thread-safe.
 */
final class HeldLease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);

  /** Why the work is to stop. */
  enum End {
    /** Another worker may have the job. */
    LOST,
    /** The job is to be cancelled. */
    CANCELLED,
    /** The worker stops. */
    STOPPED,
    /** The time of the job is used up. */
    OVER_BUDGET
  }

  private final WorkerCalls calls;
  private final Lease lease;
  private final Duration duration;
  private final Context.CancellableContext reading = Context.current().withCancellation();
  private final ScheduledExecutorService heart;
  private volatile RecoveryProgress progress = RecoveryProgress.getDefaultInstance();
  private volatile long confirmed;
  private Optional<End> end = Optional.empty();

  HeldLease(WorkerCalls calls, Lease lease, Duration duration) {
    this.calls = calls;
    this.lease = lease;
    this.duration = duration;
    this.confirmed = System.nanoTime();
    this.heart =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "resketch-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
    long period = duration.toMillis() / 3;
    var unused = heart.scheduleAtFixedRate(this::beat, period, period, TimeUnit.MILLISECONDS);
  }

  private void beat() {
    try {
      confirm(() -> calls.heartbeat(lease, progress, duration.dividedBy(3)));
    } catch (ResketchException e) {
      if (!heart.isShutdown() && !end().equals(Optional.of(End.LOST))) {
        LOG.warn("{}: heartbeat failed: {}", lease.getOperation(), WorkerCalls.line(e));
      }
    }
  }

  /** A call that keeps a lease, and says whether the job is to be cancelled. */
  interface KeepingCall {
    boolean cancels();
  }

  /**
   * Makes a call that keeps the lease.
   *
   * @throws ResketchException if it fails; the lease may be lost by it
   */
  void confirm(KeepingCall call) {
    long sent = System.nanoTime();
    try {
      boolean cancel = call.cancels();
      confirmed = sent;
      if (cancel) {
        end(End.CANCELLED);
      }
    } catch (ResketchException e) {
      if (e.code() == Status.Code.NOT_FOUND || left().isNegative()) {
        end(End.LOST);
      }
      throw e;
    }
  }

  /** How long the server keeps the lease without hearing more, as far as the worker knows. */
  private Duration left() {
    return duration.minusNanos(System.nanoTime() - confirmed);
  }

  /** How long a call on this lease is worth waiting for. */
  Duration patience() {
    return left().compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left();
  }

  Lease lease() {
    return lease;
  }

  /** Calls made here end when the work is to stop. */
  Context reading() {
    return reading;
  }

  /**
   * What the next heartbeat tells.
   *
   * @throws CancellationException if the work is to stop
   */
  void progress(String stage, int done, int all) {
    progress = RecoveryProgress.newBuilder().setStage(stage).setDone(done).setAll(all).build();
    check();
  }

  /**
   * Returns if the work is to go on.
   *
   * @throws CancellationException if not
   */
  void check() {
    end()
        .ifPresent(
            why -> {
              throw new CancellationException(why.name());
            });
  }

  /** Stops the work when a time is over, also where it waits for pairs. */
  void endAfter(Duration budget) {
    var unused =
        heart.schedule(() -> end(End.OVER_BUDGET), budget.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops the work; of several reasons the first stands, but that a loss is stronger than any. */
  void end(End why) {
    synchronized (this) {
      if (end.isPresent() && why != End.LOST) {
        return;
      }
      end = Optional.of(why);
    }
    reading.cancel(null);
  }

  /** Why the work is to stop, if it is. */
  synchronized Optional<End> end() {
    return end;
  }

  /** Sends no more heartbeats. */
  @Override
  public void close() {
    heart.shutdownNow();
    reading.cancel(null);
  }
}
