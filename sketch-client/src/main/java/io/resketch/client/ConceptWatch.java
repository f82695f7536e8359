package io.resketch.client;

import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;

/**
 * The messages of a watch, read as they come: first where it starts, then new concepts. To be
 * closed, which any thread may do; else not thread-safe. {@link #hasNext} waits, and throws {@link
 * ResketchException} if the watch breaks, for one because it was read too slowly; then watch again.
 */
public final class ConceptWatch extends ResponseStream<WatchConceptsResponse> {
  ConceptWatch(ResketchClient client, WatchConceptsRequest request) {
    super(() -> client.blockingStreams().watchConcepts(request));
  }
}
