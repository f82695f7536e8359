package io.resketch.client;

import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;

/**
 * The messages of an export, read as they are used: the server waits meanwhile. To be closed; not
 * thread-safe. {@link #hasNext} throws {@link ResketchException} if the export breaks; it can be
 * resumed behind the last message.
 */
public final class ExportStream extends ResponseStream<ExportResponse> {
  ExportStream(ResketchClient client, ExportRequest request) {
    super(() -> client.blockingStreams().export(request));
  }
}
