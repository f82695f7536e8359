package io.resketch.client;

import io.resketch.v1.WatchOperationRequest;
import io.resketch.v1.WatchOperationResponse;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * How a recovery goes on: where it stands, then each change, until it has ended. If the server
 * becomes unavailable, the watch goes on when it is back, and fails after {@link
 * ResketchClient#CALL_TIMEOUT}. To be closed, which any thread may do; else not thread-safe. {@link
 * #hasNext} waits, and throws {@link ResketchException}: NOT_FOUND if the job is deleted meanwhile.
 */
public final class RecoveryWatch extends ResumingStream<WatchOperationResponse>
    implements Iterator<RecoveryStatus> {
  private final RecoveryClient client;
  private final String name;

  RecoveryWatch(RecoveryClient client, String name) {
    super(client);
    this.client = client;
    this.name = name;
  }

  @Override
  Iterator<WatchOperationResponse> call() {
    return client
        .blockingStreams()
        .watchOperation(WatchOperationRequest.newBuilder().setName(name).build());
  }

  @Override
  public boolean hasNext() {
    return hasMessage();
  }

  @Override
  public RecoveryStatus next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the recovery has ended");
    }
    return RecoveryStatus.of(message().getOperation());
  }
}
