package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.PutWarnings;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.ItemStatus;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;

/** A stream of puts. No item ends it. */
final class PutStream extends ItemStream<PutStreamRequest, PutStreamResponse> {
  private final Repository repository;
  private final PairFeed feed;

  PutStream(
      Repository repository, PairFeed feed, ServerCallStreamObserver<PutStreamResponse> acks) {
    super("parent", acks);
    this.repository = repository;
    this.feed = feed;
  }

  @Override
  PutStreamResponse take(long index, PutStreamRequest request) {
    PutStreamResponse.Builder ack = PutStreamResponse.newBuilder().setIndex(index);
    try {
      String collection = Names.parseCollection("parent", parent(request.getParent()));
      put(repository.collection(collection), request.getItem(), ack);
    } catch (RuntimeException e) {
      ack.setStatus(Errors.itemStatus(e));
    }
    return ack.build();
  }

  private void put(SketchCollection collection, PutItem item, PutStreamResponse.Builder ack) {
    ack.setName(feed.put(collection, item, Receipt.none()).getName())
        .setStatus(ItemStatus.getDefaultInstance())
        .addAllWarnings(PutWarnings.of(collection.operators().spec(), item));
  }
}
