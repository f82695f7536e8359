package io.resketch.recovery;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.v1.CompleteJobRequest;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.HeartbeatRequest;
import io.resketch.v1.Lease;
import io.resketch.v1.LeaseJobRequest;
import io.resketch.v1.LeaseJobResponse;
import io.resketch.v1.ReadCheckpointRequest;
import io.resketch.v1.ReadCheckpointResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryProgress;
import io.resketch.v1.ReleaseJobRequest;
import io.resketch.v1.SaveCheckpointRequest;
import io.resketch.v1.SaveCheckpointResponse;
import io.resketch.v1.WorkerServiceGrpc;
import io.resketch.v1.WorkerServiceGrpc.WorkerServiceBlockingStub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * The calls of WorkerService. All but {@link #lease} wait for a server that is not there until
 * their time is over. Thread-safe. All throw {@link ResketchException}.
 */
final class WorkerCalls {
  private static final int PART_BYTES = 1 << 20;

  private final ResketchClient client;
  private final Channel channel;

  WorkerCalls(ResketchClient client) {
    this.client = client;
    this.channel = client.channel();
  }

  private WorkerServiceBlockingStub within(Duration time) {
    return WorkerServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What went wrong, without the stacks that gRPC writes into its descriptions. */
  static String line(ResketchException e) {
    return e.getMessage().lines().findFirst().orElse(e.code().name());
  }

  private static <T> T translate(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw ResketchException.of(e);
    }
  }

  /** Fails at once where there is no server. */
  LeaseJobResponse lease(String worker) {
    LeaseJobRequest request = LeaseJobRequest.newBuilder().setWorker(worker).build();
    return translate(
        () ->
            WorkerServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ResketchClient.CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .leaseJob(request));
  }

  /** Whether the job is to be cancelled. Tries at once to connect to a server that was away. */
  boolean heartbeat(Lease lease, RecoveryProgress progress, Duration time) {
    client.reconnect();
    HeartbeatRequest request =
        HeartbeatRequest.newBuilder().setLease(lease).setProgress(progress).build();
    return translate(() -> within(time).heartbeat(request)).getCancel();
  }

  /** Whether the job is to be cancelled; the state is on the server's disk. */
  boolean saveCheckpoint(Lease lease, byte[] state, Duration time) {
    BlockingClientCall<SaveCheckpointRequest, SaveCheckpointResponse> call =
        WorkerServiceGrpc.newBlockingV2Stub(channel)
            .withWaitForReady()
            .withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS)
            .saveCheckpoint();
    CRC32C checksum = new CRC32C();
    checksum.update(state);
    try {
      for (int at = 0; at == 0 || at < state.length; at += PART_BYTES) {
        int length = Math.min(PART_BYTES, state.length - at);
        SaveCheckpointRequest.Builder part =
            SaveCheckpointRequest.newBuilder().setPart(ByteString.copyFrom(state, at, length));
        if (at == 0) {
          part.setLease(lease);
        }
        if (at + length == state.length) {
          part.setCrc32C((int) checksum.getValue());
        }
        if (!call.write(part.build())) {
          break; // The server has ended the call; its answer says why.
        }
      }
      call.halfClose();
      SaveCheckpointResponse answer = call.read();
      if (answer == null) {
        throw ResketchException.of(
            Status.INTERNAL.withDescription("no answer to a checkpoint").asRuntimeException());
      }
      return answer.getCancel();
    } catch (StatusException e) {
      throw ResketchException.of(e.getStatus().asRuntimeException(e.getTrailers()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.cancel("interrupted", e);
      throw ResketchException.of(
          Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException());
    }
  }

  /**
   * The state saved last, if there is one.
   *
   * @throws ResketchException DATA_LOSS, too, if it is not what was saved
   */
  Optional<byte[]> readCheckpoint(Lease lease, Duration time) {
    ReadCheckpointRequest request = ReadCheckpointRequest.newBuilder().setLease(lease).build();
    Iterator<ReadCheckpointResponse> parts = translate(() -> within(time).readCheckpoint(request));
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    CRC32C checksum = new CRC32C();
    boolean any = false;
    boolean whole = false;
    while (translate(parts::hasNext)) {
      ReadCheckpointResponse message = parts.next();
      any = true;
      message.getPart().asReadOnlyByteBufferList().forEach(checksum::update);
      try {
        message.getPart().writeTo(state);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      whole = message.hasCrc32C() && message.getCrc32C() == (int) checksum.getValue();
    }
    if (any && !whole) {
      throw ResketchException.of(
          Status.DATA_LOSS.withDescription("the checkpoint is damaged").asRuntimeException());
    }
    return any ? Optional.of(state.toByteArray()) : Optional.empty();
  }

  /** Ends the job; returns the name of the network. */
  String complete(Lease lease, RecoveredNetwork network, Duration time) {
    CompleteJobRequest request =
        CompleteJobRequest.newBuilder().setLease(lease).setNetwork(network).build();
    return translate(() -> within(time).completeJob(request)).getNetwork();
  }

  /** Ends the job without a network. */
  void fail(Lease lease, FailJobRequest.Reason reason, String message, Duration time) {
    FailJobRequest request =
        FailJobRequest.newBuilder().setLease(lease).setReason(reason).setMessage(message).build();
    var unused = translate(() -> within(time).failJob(request));
  }

  /** Gives the job back. */
  void release(Lease lease, Duration time) {
    ReleaseJobRequest request = ReleaseJobRequest.newBuilder().setLease(lease).build();
    var unused = translate(() -> within(time).releaseJob(request));
  }
}
