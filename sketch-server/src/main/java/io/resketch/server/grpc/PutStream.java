package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.v1.ItemStatus;
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
      ack.setName(put(request)).setStatus(ItemStatus.getDefaultInstance());
    } catch (RuntimeException e) {
      ack.setStatus(Errors.itemStatus(e));
    }
    return ack.build();
  }

  private String put(PutStreamRequest request) {
    String collection = Names.parseCollection("parent", parent(request.getParent()));
    return feed.put(repository.collection(collection), request.getItem(), Receipt.none()).getName();
  }
}
