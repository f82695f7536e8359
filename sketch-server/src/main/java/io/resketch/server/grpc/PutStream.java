package io.resketch.server.grpc;

import com.google.rpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.v1.ItemStatus;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;

/**
 * A stream of items under way. Holds one item at a time: the next one is asked for when the last is
 * on disk and the client has room for its acknowledgement. gRPC calls it from one thread at a time.
 */
final class PutStream implements StreamObserver<PutStreamRequest> {
  private final Repository repository;
  private final ServerCallStreamObserver<PutStreamResponse> acks;
  private String parent = "";
  private long index;
  private boolean waiting;

  PutStream(Repository repository, ServerCallStreamObserver<PutStreamResponse> acks) {
    this.repository = repository;
    this.acks = acks;
    acks.disableAutoRequest();
    acks.setOnReadyHandler(this::onReady);
    acks.setOnCancelHandler(() -> {}); // an acknowledgement to a client that left is no failure
    waiting = true;
  }

  private void onReady() {
    if (waiting && acks.isReady()) {
      waiting = false;
      acks.request(1);
    }
  }

  @Override
  public void onNext(PutStreamRequest request) {
    PutStreamResponse.Builder ack = PutStreamResponse.newBuilder().setIndex(index++);
    try {
      ack.setName(put(request)).setStatus(ItemStatus.getDefaultInstance());
    } catch (RuntimeException e) {
      Status status = Errors.status(e);
      ack.setStatus(
          ItemStatus.newBuilder()
              .setCode(status.getCode())
              .setMessage(status.getMessage())
              .addAllDetails(status.getDetailsList()));
    }
    acks.onNext(ack.build());
    waiting = true;
    onReady();
  }

  private String put(PutStreamRequest request) {
    if (parent.isEmpty()) {
      parent = request.getParent();
    } else if (!request.getParent().isEmpty() && !request.getParent().equals(parent)) {
      throw new InvalidInputException(
          "parent", request.getParent() + " differs from the stream's first, " + parent);
    }
    return repository
        .put(repository.collection(Names.parseCollection("parent", parent)), request.getItem())
        .getName();
  }

  @Override
  public void onError(Throwable error) {
    // The client is gone; what it was told is stored is stored.
  }

  @Override
  public void onCompleted() {
    acks.onCompleted();
  }
}
