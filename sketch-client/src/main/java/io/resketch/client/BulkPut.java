package io.resketch.client;

import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;

/** The messages of PutStream. */
record BulkPut(String parent)
    implements BulkStream.Format<PutItem, PutStreamRequest, PutStreamResponse> {
  @Override
  public PutStreamRequest request(PutItem item, boolean first) {
    return PutStreamRequest.newBuilder()
        .setParent(first ? parent : "")
        .setItem(item.message())
        .build();
  }

  @Override
  public String id(PutItem item) {
    return item.id();
  }

  @Override
  public long index(PutStreamResponse acknowledgement) {
    return acknowledgement.getIndex();
  }
}
