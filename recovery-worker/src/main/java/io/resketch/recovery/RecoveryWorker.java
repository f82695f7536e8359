package io.resketch.recovery;

import io.grpc.Status;
import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.core.recovery.DataParallel;
import io.resketch.v1.LeaseJobResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the jobs of a server one after the other. {@link #run} is called once; {@link #drain} by any
 * other thread.
 */
public final class RecoveryWorker {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryWorker.class);

  /** Between attempts to reach a server that is not there. */
  private static final Duration UNAVAILABLE_DELAY = Duration.ofSeconds(2);

  /** Asking on does not help. */
  private static final Set<Status.Code> REFUSED =
      EnumSet.of(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);

  private static final Duration LAST_CALL = Duration.ofSeconds(2);

  private final ResketchClient client;
  private final WorkerOptions options;
  private final DataParallel engine;
  private final WorkerCalls calls;
  private final PairLoader loader;
  private final SplittableRandom jitter;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private Optional<HeldLease> current = Optional.empty();
  private boolean reachable = true;

  /**
   * A worker for the server of a client.
   *
   * @param client not closed by the worker
   * @param engine where the work is done; not closed by the worker
   */
  public RecoveryWorker(ResketchClient client, WorkerOptions options, DataParallel engine) {
    this.client = client;
    this.engine = engine;
    this.options = options;
    this.calls = new WorkerCalls(client);
    this.loader = new PairLoader(Runtime.getRuntime().maxMemory(), options.maxPairs());
    this.jitter = new SplittableRandom(options.name().hashCode()); // other names, other moments
  }

  /**
   * Does jobs until {@link #drain} is called. A server that is not there is waited for.
   *
   * @throws ResketchException UNAUTHENTICATED or PERMISSION_DENIED if the server wants another
   *     token
   */
  public void run() {
    try {
      while (!rested(next())) {}
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /** Whether the worker stops before the time is over. */
  private boolean rested(Duration time) throws InterruptedException {
    return stopping.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Does a job, if one waits; returns when to ask again. */
  private Duration next() {
    LeaseJobResponse answer;
    try {
      answer = calls.lease(options.name());
    } catch (ResketchException e) {
      if (REFUSED.contains(e.code())) {
        throw e;
      }
      if (reachable) {
        LOG.warn("no jobs from the server, asking on: {}", WorkerCalls.line(e));
      }
      reachable = false;
      client.reconnect();
      return jittered(UNAVAILABLE_DELAY);
    }
    if (!reachable) {
      LOG.info("the server answers again");
    }
    reachable = true;
    if (!answer.hasLease()) {
      return jittered(duration(answer.getRetryAfter()));
    }
    LOG.info(
        "{}: {} pairs of {}, attempt {}",
        answer.getJob().getName(),
        answer.getJob().getPairCount(),
        answer.getJob().getCorpus(),
        answer.getJob().getAttempts());
    try (HeldLease held =
        new HeldLease(calls, answer.getLease(), duration(answer.getLeaseDuration()))) {
      hold(Optional.of(held));
      new JobRun(calls, held, answer.getJob())
          .run(client.recovery().corpus(answer.getCorpus()), loader, engine);
    } finally {
      hold(Optional.empty());
    }
    return Duration.ZERO;
  }

  private synchronized void hold(Optional<HeldLease> held) {
    current = held;
    if (stopping.getCount() == 0) {
      held.ifPresent(lease -> lease.end(HeldLease.End.STOPPED));
    }
  }

  /** Half to one and a half times as long, lest workers ask all at once. */
  private Duration jittered(Duration delay) {
    return Duration.ofMillis((long) (delay.toMillis() * (0.5 + jitter.nextDouble())));
  }

  private static Duration duration(com.google.protobuf.Duration message) {
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  /**
   * Takes no more jobs, stops the work on the one it has and gives it back. Returns when that is
   * done, or, where the work does not stop in time, gives the job back as its last checkpoint has
   * it.
   *
   * @param time to wait for the work to stop
   */
  public void drain(Duration time) {
    synchronized (this) {
      stopping.countDown();
      current.ifPresent(held -> held.end(HeldLease.End.STOPPED));
    }
    try {
      if (ended.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Optional<HeldLease> held;
    synchronized (this) {
      held = current;
    }
    held.ifPresent(
        lease -> {
          LOG.warn("{} is given back in the midst of a stage", lease.lease().getOperation());
          try {
            calls.release(lease.lease(), LAST_CALL);
          } catch (ResketchException e) {
            LOG.warn("the server does not hear of it: {}", WorkerCalls.line(e));
          }
        });
  }
}
