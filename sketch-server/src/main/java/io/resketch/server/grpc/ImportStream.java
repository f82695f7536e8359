package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.exchange.Importer;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.v1.ImportRequest;
import io.resketch.v1.ImportResponse;
import io.resketch.v1.ItemStatus;

/** A stream of exported items. A header that does not fit ends it, a refused item does not. */
final class ImportStream extends ItemStream<ImportRequest, ImportResponse> {
  private final Repository repository;
  private Importer importer;

  ImportStream(Repository repository, ServerCallStreamObserver<ImportResponse> acks) {
    super("parent", acks);
    this.repository = repository;
  }

  @Override
  ImportResponse take(long index, ImportRequest request) {
    String parent = parent(request.getParent());
    if (importer == null) {
      if (!request.getItem().hasHeader()) {
        throw new InvalidInputException(
            "item", "number 0 is no header; begin with the header of the export");
      }
      importer =
          new Importer(repository, repository.collection(Names.parseCollection("parent", parent)));
    }
    ImportResponse.Builder ack = ImportResponse.newBuilder().setIndex(index);
    if (request.getItem().hasHeader()) {
      importer.begin(request.getItem().getHeader());
      return ack.setStatus(ItemStatus.getDefaultInstance()).build();
    }
    try {
      importer.take(request.getItem());
      ack.setStatus(ItemStatus.getDefaultInstance());
    } catch (RuntimeException e) {
      ack.setStatus(Errors.itemStatus(e));
    }
    return ack.build();
  }
}
