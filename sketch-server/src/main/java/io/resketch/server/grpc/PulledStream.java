package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A stream of answers under way: makes the next message while the transport has room for it. gRPC
 * calls it from one thread at a time.
 *
 * @param <A> a message
 */
final class PulledStream<A> {
  private final ServerCallStreamObserver<A> out;
  private final Supplier<Optional<A>> messages;
  private boolean ended;

  private PulledStream(ServerCallStreamObserver<A> out, Supplier<Optional<A>> messages) {
    this.out = out;
    this.messages = messages;
  }

  /**
   * Starts.
   *
   * @param opening makes what gives one message after the other, then none; where it fails, the
   *     stream ends with that
   */
  static <A> void start(ServerCallStreamObserver<A> out, Supplier<Supplier<Optional<A>>> opening) {
    PulledStream<A> stream;
    try {
      stream = new PulledStream<>(out, opening.get());
    } catch (RuntimeException e) {
      out.onError(Errors.exception(e));
      return;
    }
    out.setOnCancelHandler(() -> {}); // a client that leaves is no failure
    out.setOnReadyHandler(stream::send);
  }

  private void send() {
    try {
      while (!ended && out.isReady() && !out.isCancelled()) {
        Optional<A> message = messages.get();
        ended = message.isEmpty();
        if (ended) {
          out.onCompleted();
        } else {
          out.onNext(message.orElseThrow());
        }
      }
    } catch (RuntimeException e) {
      ended = true;
      out.onError(Errors.exception(e));
    }
  }
}
