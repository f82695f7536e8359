package io.resketch.client;

import io.grpc.Context;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;
import java.util.Iterator;

/**
 * The messages of an export, read as they are used: the server waits meanwhile. To be closed; not
 * thread-safe. {@link #hasNext} throws {@link ResketchException} if the export breaks; it can be
 * resumed behind the last message.
 */
public final class ExportStream implements Iterator<ExportResponse>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final Iterator<ExportResponse> messages;

  ExportStream(ResketchClient client, ExportRequest request) {
    Context before = context.attach();
    try {
      messages = client.blockingStreams().export(request);
    } finally {
      context.detach(before);
    }
  }

  @Override
  public boolean hasNext() {
    return ResketchException.translate(messages::hasNext);
  }

  @Override
  public ExportResponse next() {
    return ResketchException.translate(messages::next);
  }

  /** Ends the export if it has not ended. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
