package io.resketch.recovery;

import io.grpc.Status;
import io.resketch.client.PairCorpus;
import io.resketch.client.ResketchException;
import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.PredictionCheck;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.SketchFunction;
import io.resketch.v1.FailJobRequest.Reason;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryStage;
import io.resketch.wire.Networks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The work on one leased job, from its pairs to its end. Of one thread. */
final class JobRun {
  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
  private static final Duration DEFAULT_BUDGET = Duration.ofHours(24);
  private static final double DEFAULT_HOLD_OUT = 0.1;

  /** The server's limit of a message, less what is around the network and stages. */
  private static final int MAX_NETWORK_BYTES = (64 << 20) - (1 << 10);

  /** Say nothing of the job: it may go better with the next try. */
  private static final Set<Status.Code> PASSING =
      EnumSet.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.CANCELLED,
          Status.Code.UNAUTHENTICATED,
          Status.Code.PERMISSION_DENIED);

  private final WorkerCalls calls;
  private final HeldLease held;
  private final RecoveryJob job;
  private final long began = System.nanoTime();
  private final List<RecoveryStage> stages = new ArrayList<>();
  private Optional<byte[]> unsaved = Optional.empty();

  JobRun(WorkerCalls calls, HeldLease held, RecoveryJob job) {
    this.calls = calls;
    this.held = held;
    this.job = job;
  }

  /** Does the work, and ends the job or gives it back. */
  void run(PairCorpus corpus, PairLoader loader, DataParallel engine) {
    held.endAfter(budget().minus(duration(job.getWork())));
    try {
      RecoveredNetwork network = learn(corpus, loader, engine);
      complete(checked(network, corpus));
    } catch (CancellationException e) {
      stopped();
    } catch (PairLoader.TooLargeException e) {
      fail(Reason.REASON_TOO_LARGE, e.getMessage());
    } catch (InvalidInputException e) {
      fail(Reason.REASON_NOT_RECOVERABLE, e.getMessage());
    } catch (ResketchException e) {
      refused(e);
    } catch (RuntimeException | OutOfMemoryError e) {
      broken(e);
    }
  }

  /** The network as it is kept. The pairs are held no longer than this takes. */
  private RecoveredNetwork learn(PairCorpus corpus, PairLoader loader, DataParallel engine)
      throws PairLoader.TooLargeException {
    PairSample pairs = load(corpus, loader);
    RecoveredNetwork network =
        Networks.network(recover(pairs, engine)).toBuilder().setPairCount(pairs.rows()).build();
    if (network.getSerializedSize() > MAX_NETWORK_BYTES) {
      throw new IllegalStateException(
          "a network of "
              + network.getSerializedSize()
              + " bytes is more than the server takes, "
              + MAX_NETWORK_BYTES);
    }
    return network;
  }

  /** With the check of all pairs, where there are others than those learned from. */
  private RecoveredNetwork checked(RecoveredNetwork network, PairCorpus corpus) {
    SketchFunction function = Networks.network(network).function();
    if (network.getPairCount() == job.getPairCount() || !function.unknown().isEmpty()) {
      return network;
    }
    var before = held.reading().attach();
    try {
      PredictionCheck check = new AllPairs(function, job).check(corpus, this::progress);
      return network.toBuilder()
          .setPredictionCheck(
              io.resketch.v1.PredictionCheck.newBuilder()
                  .setPairCount(check.pairs())
                  .setRelativeError(check.relativeError())
                  .setPredictedShare(check.predictedShare()))
          .build();
    } finally {
      held.reading().detach(before);
    }
  }

  private PairSample load(PairCorpus corpus, PairLoader loader)
      throws PairLoader.TooLargeException {
    var before = held.reading().attach();
    try {
      return loader.load(corpus, job, this::progress);
    } finally {
      held.reading().detach(before);
    }
  }

  private io.resketch.core.recovery.RecoveredNetwork recover(
      PairSample pairs, DataParallel engine) {
    RecoveryParameters parameters = job.getParameters();
    RecoveryOptions options =
        new RecoveryOptions(
            parameters.getNonnegative(),
            parameters.getHoldOut() == 0 ? DEFAULT_HOLD_OUT : parameters.getHoldOut(),
            parameters.getSeed(),
            parameters.getRank() == 0 ? OptionalInt.empty() : OptionalInt.of(parameters.getRank()));
    try {
      return NetworkRecovery.recover(
          pairs, options, engine, this::progress, checkpoints(lastCheckpoint()));
    } catch (InvalidInputException e) {
      if (!e.field().equals("checkpoint")) {
        throw e;
      }
      LOG.warn("{}: starts anew: {}", job.getName(), e.getMessage());
      return NetworkRecovery.recover(
          pairs, options, engine, this::progress, checkpoints(Optional.empty()));
    }
  }

  private Optional<byte[]> lastCheckpoint() {
    try {
      Optional<byte[]> state = calls.readCheckpoint(held.lease(), held.patience());
      state.ifPresent(
          bytes ->
              LOG.info("{}: goes on from a checkpoint of {} bytes", job.getName(), bytes.length));
      return state;
    } catch (ResketchException e) {
      if (e.code() != Status.Code.DATA_LOSS) {
        throw e;
      }
      LOG.warn("{}: starts anew: {}", job.getName(), e.getMessage());
      return Optional.empty();
    }
  }

  private Checkpoints checkpoints(Optional<byte[]> last) {
    return new Checkpoints() {
      @Override
      public Optional<byte[]> last() {
        return last;
      }

      @Override
      public void save(byte[] state) {
        unsaved = Optional.of(state);
        saveUnsaved();
        held.check();
      }
    };
  }

  /** A state that cannot be saved is no reason to end: the work goes on without. */
  private void saveUnsaved() {
    if (unsaved.isEmpty()) {
      return;
    }
    try {
      held.confirm(
          () -> calls.saveCheckpoint(held.lease(), unsaved.orElseThrow(), held.patience()));
      unsaved = Optional.empty();
    } catch (ResketchException e) {
      LOG.warn("{}: checkpoint not saved: {}", job.getName(), WorkerCalls.line(e));
    }
  }

  private void progress(String stage, int done, int all) {
    if (stages.isEmpty() || !stages.get(stages.size() - 1).getStage().equals(stage)) {
      stages.add(RecoveryStage.newBuilder().setStage(stage).setStart(proto(elapsed())).build());
    }
    held.progress(stage, done, all);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private Duration budget() {
    RecoveryParameters parameters = job.getParameters();
    return parameters.hasBudget() ? duration(parameters.getBudget()) : DEFAULT_BUDGET;
  }

  private static Duration duration(com.google.protobuf.Duration message) {
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  private static com.google.protobuf.Duration proto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private void complete(RecoveredNetwork network) {
    String name =
        calls.complete(
            held.lease(), network.toBuilder().addAllStages(stages).build(), held.patience());
    LOG.info(
        "{}: {}, {} columns in {} s",
        job.getName(),
        name,
        network.getColumnCount(),
        elapsed().toSeconds());
  }

  private void stopped() {
    switch (held.end().orElseThrow()) {
      case LOST -> lost();
      case CANCELLED -> release("is cancelled");
      case STOPPED -> {
        saveUnsaved();
        release("is given back, since the worker stops");
      }
      case OVER_BUDGET ->
          fail(
              Reason.REASON_BUDGET_EXCEEDED,
              "budget: "
                  + budget().toSeconds()
                  + " s of work are used up; start the job with a larger budget, or with fewer"
                  + " pairs (max_pairs)");
    }
  }

  /** What the server says to a call that the work needs. */
  private void refused(ResketchException e) {
    if (held.end().isPresent()) {
      stopped();
    } else if (e.code() == Status.Code.DATA_LOSS) {
      fail(Reason.REASON_DATA_DAMAGED, e.getMessage());
    } else if (e.reason().equals(Optional.of("LEASE_LOST"))) {
      lost();
    } else if (PASSING.contains(e.code())) {
      release("is given back: " + WorkerCalls.line(e));
    } else {
      broken(e);
    }
  }

  private void broken(Throwable e) {
    LOG.error("{} fails", job.getName(), e);
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        fail(
            Reason.REASON_TOO_LARGE,
            "pairs: the worker's memory of "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB is used up; start the job with fewer pairs (max_pairs), or give the worker"
                + " more memory");
        return;
      }
    }
    fail(Reason.REASON_INTERNAL, e.toString());
  }

  private void lost() {
    LOG.warn("{}: the lease is lost, another worker may have the job", job.getName());
  }

  private void fail(Reason reason, String message) {
    LOG.warn("{} fails: {}", job.getName(), message);
    tell(() -> calls.fail(held.lease(), reason, message, held.patience()));
  }

  private void release(String why) {
    LOG.info("{} {}", job.getName(), why);
    tell(() -> calls.release(held.lease(), held.patience()));
  }

  /** If the server does not hear it, the lease ends by itself. */
  private void tell(Runnable call) {
    try {
      call.run();
    } catch (ResketchException e) {
      LOG.warn("{}: the server does not hear of its end: {}", job.getName(), WorkerCalls.line(e));
    }
  }
}
