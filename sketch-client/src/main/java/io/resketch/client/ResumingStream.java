package io.resketch.client;

import io.grpc.Context;
import io.grpc.Status;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The messages of a server-streaming call that is made again, from where it was, when it breaks
 * because the server became unavailable. A call that is made again and brings no message is not
 * made a third time.
 *
 * @param <M> a message
 */
abstract class ResumingStream<M> implements AutoCloseable {
  /** What is left of a call whose server went away; CANCELLED where that cut it off itself. */
  private static final Set<Status.Code> GONE =
      EnumSet.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);

  private final RecoveryClient client;
  private final Context.CancellableContext context = Context.current().withCancellation();
  private Iterator<M> messages;
  private boolean moved = true;

  ResumingStream(RecoveryClient client) {
    this.client = client;
  }

  /** Makes the call, behind the last message taken. */
  abstract Iterator<M> call();

  /** Whether there is another message; waits for it. */
  final boolean hasMessage() {
    while (true) {
      try {
        if (messages == null) {
          messages = within(this::call);
        }
        return ResketchException.translate(messages::hasNext);
      } catch (ResketchException e) {
        if (!GONE.contains(e.code()) || !moved || context.isCancelled()) {
          throw e;
        }
        messages = null;
        moved = false;
        within(
            () -> {
              client.awaitServer();
              return null;
            });
      }
    }
  }

  /** The message that {@link #hasMessage} found. */
  final M message() {
    M out = ResketchException.translate(messages::next);
    moved = true;
    return out;
  }

  private <T> T within(Supplier<T> work) {
    Context before = context.attach();
    try {
      return work.get();
    } finally {
      context.detach(before);
    }
  }

  /** Ends the call if it has not ended. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
