package io.resketch.server.grpc;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers a unary call with a value or with the status of what went wrong. */
final class Unary {
  private Unary() {}

  static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
    T value;
    try {
      value = work.get();
    } catch (RuntimeException e) {
      observer.onError(Errors.exception(e));
      return;
    }
    observer.onNext(value);
    observer.onCompleted();
  }
}
