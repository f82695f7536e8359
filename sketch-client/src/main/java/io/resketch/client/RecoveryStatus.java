package io.resketch.client;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveryJob;
import java.util.Optional;

/**
 * Where a recovery stood at one moment. Immutable.
 *
 * @param job its state, progress and times
 * @param response what it found, once it has succeeded
 * @param error why it failed or was cancelled, once it has
 */
public record RecoveryStatus(
    RecoveryJob job, Optional<RecoverNetworkResponse> response, Optional<ResketchException> error) {

  static RecoveryStatus of(Operation operation) {
    return new RecoveryStatus(
        unpack(operation.getMetadata(), RecoveryJob.class),
        operation.hasResponse()
            ? Optional.of(unpack(operation.getResponse(), RecoverNetworkResponse.class))
            : Optional.empty(),
        operation.hasError()
            ? Optional.of(
                ResketchException.of(StatusProto.toStatusRuntimeException(operation.getError())))
            : Optional.empty());
  }

  private static <M extends Message> M unpack(Any message, Class<M> type) {
    try {
      return message.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw ResketchException.of(
          Status.INTERNAL.withDescription(
              "the server sent " + message.getTypeUrl() + " for " + type.getSimpleName()));
    }
  }

  /** Last part of the name of the job. */
  public String id() {
    return job.getName().substring(job.getName().lastIndexOf('/') + 1);
  }

  /** Whether it has ended, well or not. */
  public boolean ended() {
    return response.isPresent() || error.isPresent();
  }

  /**
   * What it found.
   *
   * @throws ResketchException if it failed, was cancelled, or has not ended (FAILED_PRECONDITION)
   */
  public RecoverNetworkResponse result() {
    if (error.isPresent()) {
      throw error.get();
    }
    return response.orElseThrow(
        () ->
            ResketchException.of(
                Status.FAILED_PRECONDITION.withDescription(
                    job.getName() + " has not ended; wait for it")));
  }
}
