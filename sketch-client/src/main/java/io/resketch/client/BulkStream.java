package io.resketch.client;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * One stream of items that are acknowledged one by one, driven by the calling thread: gRPC's
 * threads only hand over acknowledgements and wake it. An item is taken from the source when the
 * transport has room for it and fewer than {@link #WINDOW} items wait for their acknowledgement, so
 * memory stays bounded however slow the server is. An item above the limit of a message is not
 * sent, which would end the stream, but refused here.
 *
 * @param <T> an item
 * @param <Q> its message
 * @param <A> its acknowledgement
 */
final class BulkStream<T, Q extends MessageLite, A> implements ClientResponseObserver<Q, A> {
  /** Items sent and not yet acknowledged, at most. */
  static final int WINDOW = 64;

  /** How items are sent and answered. */
  interface Format<T, Q extends MessageLite, A> {
    /** The message of an item. */
    Q request(T item, boolean first);

    /** What the outcome of an item shows of it. */
    String id(T item);

    /** Position of the item of an acknowledgement, from 0. */
    long index(A acknowledgement);
  }

  /** What becomes of items. */
  interface Outcomes<A> {
    /** The server has answered. */
    void acknowledged(String id, A acknowledgement);

    /** The item was not sent. Items of which all must be stored end the stream. */
    default void refused(String id, ResketchException why) {
      throw why;
    }
  }

  /** An item taken from the source, refused if there is a reason. */
  private record Pending(String id, Optional<ResketchException> refusal) {}

  private final Format<T, Q, A> format;
  private final Outcomes<A> listener;
  private final int maxMessageBytes;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long sent;
  private long answered;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // The fields below are guarded by the lock.
  private final Deque<A> acknowledgements = new ArrayDeque<>();
  private boolean ended;
  private Optional<ResketchException> failure = Optional.empty();
  // Set before the call starts, and then only read.
  private ClientCallStreamObserver<Q> requests;

  /**
   * @param listener told of every item, in order, on the calling thread
   */
  BulkStream(Format<T, Q, A> format, Outcomes<A> listener) {
    this(format, listener, ResketchClient.MAX_MESSAGE_BYTES);
  }

  BulkStream(Format<T, Q, A> format, Outcomes<A> listener, int maxMessageBytes) {
    this.format = format;
    this.listener = listener;
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> requestStream) {
    requests = requestStream;
    requestStream.setOnReadyHandler(() -> change(() -> {}));
  }

  @Override
  public void onNext(A response) {
    change(() -> acknowledgements.add(response));
  }

  @Override
  public void onError(Throwable t) {
    StatusRuntimeException error =
        t instanceof StatusRuntimeException e ? e : Status.fromThrowable(t).asRuntimeException();
    change(
        () -> {
          ended = true;
          failure = Optional.of(ResketchException.of(error));
        });
  }

  @Override
  public void onCompleted() {
    change(() -> ended = true);
  }

  private void change(Runnable update) {
    lock.lock();
    try {
      update.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends every item and waits for every acknowledgement. The call has been started. */
  void run(Iterator<T> items) {
    try {
      Optional<RuntimeException> sourceFailure = feed(items);
      requests.onCompleted();
      awaitEnd();
      if (sourceFailure.isPresent()) {
        throw sourceFailure.get();
      }
    } catch (RuntimeException | Error e) {
      requests.cancel("the stream was given up", e);
      throw e;
    }
  }

  /** A failing source ends the feed early: what was sent before is still waited for. */
  private Optional<RuntimeException> feed(Iterator<T> items) {
    while (true) {
      awaitRoom();
      T item;
      try {
        if (!items.hasNext()) {
          return Optional.empty();
        }
        item = items.next();
      } catch (RuntimeException e) {
        return Optional.of(e);
      }
      send(item);
    }
  }

  private void send(T item) {
    Q request = format.request(item, sent == 0);
    int bytes = request.getSerializedSize();
    if (bytes > maxMessageBytes) {
      pending.add(
          new Pending(
              format.id(item),
              Optional.of(ResketchException.of(MessageLimit.fault(bytes, maxMessageBytes)))));
      tellRefused();
      return;
    }
    pending.add(new Pending(format.id(item), Optional.empty()));
    sent++;
    requests.onNext(request);
  }

  /** Tells of refused items as soon as all before them are told of. */
  private void tellRefused() {
    while (!pending.isEmpty() && pending.peek().refusal().isPresent()) {
      Pending item = pending.remove();
      listener.refused(item.id(), item.refusal().get());
    }
  }

  private void awaitRoom() {
    while (true) {
      await(this::hasRoom).forEach(this::acknowledge);
      if (hasRoom()) {
        return;
      }
      if (hasEnded()) {
        throw endedEarly();
      }
    }
  }

  private boolean hasRoom() {
    return pending.size() < WINDOW && requests.isReady();
  }

  private void awaitEnd() {
    while (!hasEnded()) {
      await(() -> false).forEach(this::acknowledge);
    }
    if (!pending.isEmpty()) {
      throw endedEarly();
    }
  }

  private ResketchException endedEarly() {
    return ResketchException.of(
        Status.INTERNAL.withDescription(
            "the server ended the stream without an answer to "
                + pending.size()
                + " items; send them again"));
  }

  /** Whether the stream has ended and every acknowledgement has been taken. */
  private boolean hasEnded() {
    lock.lock();
    try {
      return ended && failure.isEmpty() && acknowledgements.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until {@code enough} holds, there are acknowledgements, or the server ended the stream.
   *
   * @return the acknowledgements there are
   * @throws ResketchException once none is left and the stream has ended with an error
   */
  private List<A> await(BooleanSupplier enough) {
    lock.lock();
    try {
      while (acknowledgements.isEmpty() && !ended && !enough.getAsBoolean()) {
        changed.await();
      }
      if (acknowledgements.isEmpty() && failure.isPresent()) {
        throw failure.get();
      }
      List<A> news = List.copyOf(acknowledgements);
      acknowledgements.clear();
      return news;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ResketchException.of(
          Status.CANCELLED.withDescription("interrupted while storing").withCause(e));
    } finally {
      lock.unlock();
    }
  }

  private void acknowledge(A response) {
    if (answered == sent || format.index(response) != answered) {
      throw ResketchException.of(
          Status.INTERNAL.withDescription(
              "the server acknowledged item "
                  + format.index(response)
                  + " where item "
                  + answered
                  + " was due"));
    }
    answered++;
    listener.acknowledged(pending.remove().id(), response);
    tellRefused();
  }
}
