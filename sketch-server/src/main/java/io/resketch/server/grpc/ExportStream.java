package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.exchange.Exporter;
import io.resketch.server.query.Selection;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;

/** A collection on its way out. */
final class ExportStream {
  private ExportStream() {}

  /** Starts an export, or answers with what is wrong with the request. */
  static void start(
      Repository repository, ExportRequest request, ServerCallStreamObserver<ExportResponse> out) {
    ExportRequest scope = request.toBuilder().clearAfterCursor().build();
    PulledStream.start(
        out,
        () -> {
          Exporter exporter =
              new Exporter(
                  repository,
                  repository.collection(Names.parseCollection("parent", request.getParent())),
                  Selection.of(request.getRange(), request.getFilter()),
                  Pages.cursor(scope, request.getAfterCursor()));
          return () -> exporter.next().map(part -> message(scope, part));
        });
  }

  private static ExportResponse message(ExportRequest scope, Exporter.Part part) {
    ExportResponse.Builder message = ExportResponse.newBuilder().setItem(part.item());
    if (part.position() != null) {
      message.setCursor(Pages.token(scope, part.position()));
    }
    return message.build();
  }
}
