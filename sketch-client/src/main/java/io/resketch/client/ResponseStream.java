package io.resketch.client;

import io.grpc.Context;
import java.util.Iterator;
import java.util.function.Supplier;

/** The messages of a server-streaming call, read as they are used. */
abstract class ResponseStream<T> implements Iterator<T>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final Iterator<T> messages;

  ResponseStream(Supplier<Iterator<T>> call) {
    Context before = context.attach();
    try {
      messages = call.get();
    } finally {
      context.detach(before);
    }
  }

  @Override
  public boolean hasNext() {
    return ResketchException.translate(messages::hasNext);
  }

  @Override
  public T next() {
    return ResketchException.translate(messages::next);
  }

  /** Ends the call if it has not ended. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
