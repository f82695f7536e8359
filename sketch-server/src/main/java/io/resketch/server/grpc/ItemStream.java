package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;

/**
 * A stream of items under way. Holds one item at a time: the next one is asked for when the last is
 * dealt with and the client has room for its acknowledgement. gRPC calls it from one thread at a
 * time.
 *
 * @param <Q> an item
 * @param <A> its acknowledgement
 */
abstract class ItemStream<Q, A> implements StreamObserver<Q> {
  private final String parentField;
  private final ServerCallStreamObserver<A> acks;
  private String parent = "";
  private long index;
  private boolean waiting = true;
  private boolean ended;

  /** Starts; {@code parentField} names the field of the parent in errors. */
  ItemStream(String parentField, ServerCallStreamObserver<A> acks) {
    this.parentField = parentField;
    this.acks = acks;
    acks.disableAutoRequest();
    acks.setOnReadyHandler(this::onReady);
    acks.setOnCancelHandler(() -> {}); // an acknowledgement to a client that left is no failure
  }

  /**
   * Deals with an item.
   *
   * @param index from 0
   * @return its acknowledgement, which says whether it failed
   * @throws RuntimeException to end the stream
   */
  abstract A take(long index, Q item);

  /** The parent of the stream, given with its first item. */
  final String parent(String given) {
    if (parent.isEmpty()) {
      parent = given;
    } else if (!given.isEmpty() && !given.equals(parent)) {
      throw new InvalidInputException(
          parentField, given + " differs from the stream's first, " + parent);
    }
    return parent;
  }

  private void onReady() {
    if (waiting && acks.isReady()) {
      waiting = false;
      acks.request(1);
    }
  }

  @Override
  public final void onNext(Q item) {
    A ack;
    try {
      ack = take(index++, item);
    } catch (RuntimeException e) {
      ended = true;
      acks.onError(Errors.exception(e));
      return;
    }
    acks.onNext(ack);
    waiting = true;
    onReady();
  }

  @Override
  public final void onError(Throwable error) {
    // The client is gone; what it was told is stored is stored.
  }

  @Override
  public final void onCompleted() {
    if (!ended) {
      acks.onCompleted();
    }
  }
}
