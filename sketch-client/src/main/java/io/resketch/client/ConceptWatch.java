package io.resketch.client;

import io.grpc.Context;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import java.util.Iterator;

/**
 * The messages of a watch, read as they come: first where it starts, then new concepts. To be
 * closed, which any thread may do; else not thread-safe. {@link #hasNext} waits, and throws {@link
 * ResketchException} if the watch breaks, for one because it was read too slowly; then watch again.
 */
public final class ConceptWatch implements Iterator<WatchConceptsResponse>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final Iterator<WatchConceptsResponse> messages;

  ConceptWatch(ResketchClient client, WatchConceptsRequest request) {
    Context before = context.attach();
    try {
      messages = client.blockingStreams().watchConcepts(request);
    } finally {
      context.detach(before);
    }
  }

  @Override
  public boolean hasNext() {
    return ResketchException.translate(messages::hasNext);
  }

  @Override
  public WatchConceptsResponse next() {
    return ResketchException.translate(messages::next);
  }

  /** Ends the watch if it has not ended. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
