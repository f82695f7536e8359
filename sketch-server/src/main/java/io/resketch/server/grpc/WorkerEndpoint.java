package io.resketch.server.grpc;

import com.google.protobuf.util.Durations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.recovery.CheckpointWriter;
import io.resketch.server.recovery.Corpora;
import io.resketch.server.recovery.Jobs;
import io.resketch.server.recovery.Leases;
import io.resketch.v1.CompleteJobRequest;
import io.resketch.v1.CompleteJobResponse;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.FailJobResponse;
import io.resketch.v1.HeartbeatRequest;
import io.resketch.v1.HeartbeatResponse;
import io.resketch.v1.JobRecord;
import io.resketch.v1.Lease;
import io.resketch.v1.LeaseJobRequest;
import io.resketch.v1.LeaseJobResponse;
import io.resketch.v1.ReadCheckpointRequest;
import io.resketch.v1.ReadCheckpointResponse;
import io.resketch.v1.ReleaseJobRequest;
import io.resketch.v1.ReleaseJobResponse;
import io.resketch.v1.SaveCheckpointRequest;
import io.resketch.v1.SaveCheckpointResponse;
import io.resketch.v1.WorkerServiceGrpc;

/** WorkerService. */
public final class WorkerEndpoint extends WorkerServiceGrpc.WorkerServiceImplBase {
  private static final int RETRY_SECONDS = 1;
  private static final int MAX_MESSAGE = 2000;

  private final Corpora corpora;
  private final Leases leases;

  public WorkerEndpoint(Corpora corpora, Leases leases) {
    this.corpora = corpora;
    this.leases = leases;
  }

  @Override
  public void leaseJob(LeaseJobRequest request, StreamObserver<LeaseJobResponse> observer) {
    Unary.answer(
        observer,
        () ->
            leases
                .lease(request.getWorker())
                .map(this::leased)
                .orElseGet(
                    () ->
                        LeaseJobResponse.newBuilder()
                            .setRetryAfter(Durations.fromSeconds(RETRY_SECONDS))
                            .build()));
  }

  private LeaseJobResponse leased(JobRecord record) {
    return LeaseJobResponse.newBuilder()
        .setLease(
            Lease.newBuilder()
                .setOperation(record.getJob().getName())
                .setFencingToken(record.getFencingToken()))
        .setJob(record.getJob())
        .setCorpus(corpora.corpus(Jobs.corpusId(record)))
        .setLeaseDuration(Durations.fromNanos(leases.duration().toNanos()))
        .build();
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
    Unary.answer(
        observer,
        () ->
            HeartbeatResponse.newBuilder()
                .setCancel(leases.heartbeat(request.getLease(), request.getProgress()))
                .build());
  }

  @Override
  public StreamObserver<SaveCheckpointRequest> saveCheckpoint(
      StreamObserver<SaveCheckpointResponse> observer) {
    return new CheckpointStream((ServerCallStreamObserver<SaveCheckpointResponse>) observer);
  }

  /** A checkpoint on its way in, a part at a time. */
  private final class CheckpointStream implements StreamObserver<SaveCheckpointRequest> {
    private final ServerCallStreamObserver<SaveCheckpointResponse> out;
    private CheckpointWriter writer;
    private SaveCheckpointResponse answer;
    private boolean ended;

    CheckpointStream(ServerCallStreamObserver<SaveCheckpointResponse> out) {
      this.out = out;
      out.disableAutoRequest();
      out.setOnCancelHandler(() -> {}); // a worker that leaves is no failure
      out.request(1);
    }

    @Override
    public void onNext(SaveCheckpointRequest request) {
      try {
        if (writer == null) {
          writer = new CheckpointWriter(leases, request.getLease());
        }
        if (answer != null) {
          throw new InvalidInputException("crc32c", "was given before the last message");
        }
        writer.add(request.getPart());
        if (request.hasCrc32C()) {
          boolean cancel = writer.finish(request.getCrc32C());
          answer = SaveCheckpointResponse.newBuilder().setCancel(cancel).build();
        }
        out.request(1);
      } catch (RuntimeException e) {
        ended = true;
        out.onError(Errors.exception(e));
      }
    }

    @Override
    public void onError(Throwable error) {
      // The worker is gone; the checkpoint before stays.
    }

    @Override
    public void onCompleted() {
      if (ended) {
        return;
      }
      if (answer == null) {
        out.onError(
            Errors.exception(
                new InvalidInputException(
                    "crc32c", "is missing; the last message gives that of all parts")));
        return;
      }
      out.onNext(answer);
      out.onCompleted();
    }
  }

  @Override
  public void readCheckpoint(
      ReadCheckpointRequest request, StreamObserver<ReadCheckpointResponse> observer) {
    PulledStream.start(
        (ServerCallStreamObserver<ReadCheckpointResponse>) observer,
        () -> {
          JobRecord record = leases.leased(request.getLease());
          int[] part = {0};
          return () ->
              leases
                  .part(record, part[0])
                  .map(
                      bytes -> {
                        ReadCheckpointResponse.Builder out =
                            ReadCheckpointResponse.newBuilder().setPart(bytes);
                        part[0]++;
                        if (leases.part(record, part[0]).isEmpty()) {
                          out.setCrc32C(record.getCheckpointCrc32C());
                        }
                        return out.build();
                      });
        });
  }

  @Override
  public void completeJob(
      CompleteJobRequest request, StreamObserver<CompleteJobResponse> observer) {
    Unary.answer(
        observer,
        () ->
            CompleteJobResponse.newBuilder()
                .setNetwork(leases.complete(request.getLease(), request.getNetwork()))
                .build());
  }

  @Override
  public void failJob(FailJobRequest request, StreamObserver<FailJobResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          String message = request.getMessage();
          if (message.isBlank() || message.length() > MAX_MESSAGE) {
            throw new InvalidInputException(
                "message", message.length() + " characters must be 1 to " + MAX_MESSAGE);
          }
          leases.fail(request.getLease(), request.getReason(), message);
          return FailJobResponse.getDefaultInstance();
        });
  }

  @Override
  public void releaseJob(ReleaseJobRequest request, StreamObserver<ReleaseJobResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          leases.release(request.getLease());
          return ReleaseJobResponse.getDefaultInstance();
        });
  }
}
