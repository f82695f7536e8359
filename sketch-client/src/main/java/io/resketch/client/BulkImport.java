package io.resketch.client;

import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ImportRequest;
import io.resketch.v1.ImportResponse;

/** The messages of Import. */
record BulkImport(String parent)
    implements BulkStream.Format<ExchangeItem, ImportRequest, ImportResponse> {
  @Override
  public ImportRequest request(ExchangeItem item, boolean first) {
    return ImportRequest.newBuilder().setParent(first ? parent : "").setItem(item).build();
  }

  /** Empty where the item is no sketch. */
  @Override
  public String id(ExchangeItem item) {
    return item.getSketch().getId();
  }

  @Override
  public long index(ImportResponse acknowledgement) {
    return acknowledgement.getIndex();
  }
}
