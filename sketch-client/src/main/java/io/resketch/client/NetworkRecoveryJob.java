package io.resketch.client;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import io.grpc.Status;

/**
 * A recovery that was started on a server. Thread-safe. Every method throws {@link
 * ResketchException} if the server refuses or cannot be reached, with NOT_FOUND if there is no such
 * job; all may be called again.
 */
public final class NetworkRecoveryJob {
  private final RecoveryClient client;
  private final String name;

  NetworkRecoveryJob(RecoveryClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /** Last part of the name. */
  public String id() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Resource name, {@code operations/…}. */
  public String name() {
    return name;
  }

  /** Where it stands now. */
  public RecoveryStatus status() {
    GetOperationRequest request = GetOperationRequest.newBuilder().setName(name).build();
    return RecoveryStatus.of(
        ResketchException.translate(() -> client.operations().getOperation(request)));
  }

  /** Where it stands, and each change until it ends. */
  public RecoveryWatch watch() {
    return new RecoveryWatch(client, name);
  }

  /** Waits until it has ended, well or not. */
  public RecoveryStatus await() {
    try (RecoveryWatch watch = watch()) {
      while (watch.hasNext()) {
        RecoveryStatus status = watch.next();
        if (status.ended()) {
          return status;
        }
      }
    }
    throw ResketchException.of(
        Status.INTERNAL.withDescription(
            "the server ended the watch of " + name + ", which has not ended; wait again"));
  }

  /** Asks for its end; a worker that is at it is told with its next heartbeat. */
  public void cancel() {
    CancelOperationRequest request = CancelOperationRequest.newBuilder().setName(name).build();
    var unused = ResketchException.translate(() -> client.operations().cancelOperation(request));
  }

  /**
   * Deletes what the server knows of it; its network stays.
   *
   * @throws ResketchException FAILED_PRECONDITION if it has not ended
   */
  public void delete() {
    DeleteOperationRequest request = DeleteOperationRequest.newBuilder().setName(name).build();
    var unused = ResketchException.translate(() -> client.operations().deleteOperation(request));
  }
}
