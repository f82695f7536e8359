package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.exchange.Exporter;
import io.resketch.server.query.Selection;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;
import java.util.Optional;

/**
 * An export under way: reads on while the transport has room for the client's messages. gRPC calls
 * it from one thread at a time.
 */
final class ExportStream {
  private final ServerCallStreamObserver<ExportResponse> out;
  private final ExportRequest scope;
  private final Exporter exporter;
  private boolean ended;

  private ExportStream(
      Repository repository, ExportRequest request, ServerCallStreamObserver<ExportResponse> out) {
    this.out = out;
    this.scope = request.toBuilder().clearAfterCursor().build();
    this.exporter =
        new Exporter(
            repository,
            repository.collection(Names.parseCollection("parent", request.getParent())),
            Selection.of(request.getRange(), request.getFilter()),
            Pages.cursor(scope, request.getAfterCursor()));
  }

  /** Starts an export, or answers with what is wrong with the request. */
  static void start(
      Repository repository, ExportRequest request, ServerCallStreamObserver<ExportResponse> out) {
    ExportStream stream;
    try {
      stream = new ExportStream(repository, request, out);
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
        Optional<Exporter.Part> part = exporter.next();
        ended = part.isEmpty();
        if (ended) {
          out.onCompleted();
        } else {
          out.onNext(message(part.orElseThrow()));
        }
      }
    } catch (RuntimeException e) {
      ended = true;
      out.onError(Errors.exception(e));
    }
  }

  private ExportResponse message(Exporter.Part part) {
    ExportResponse.Builder message = ExportResponse.newBuilder().setItem(part.item());
    if (part.position() != null) {
      message.setCursor(Pages.token(scope, part.position()));
    }
    return message.build();
  }
}
