package io.resketch.client;

import com.google.protobuf.ByteString;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.PairBatch;

/** The messages of AppendPairs. */
record PairAppend(String corpus, ByteString fingerprint)
    implements BulkStream.Format<PairBatch, AppendPairsRequest, AppendPairsResponse> {
  @Override
  public AppendPairsRequest request(PairBatch batch, boolean first) {
    return AppendPairsRequest.newBuilder()
        .setCorpus(first ? corpus : "")
        .setBatch(batch)
        .setFingerprint(fingerprint)
        .build();
  }

  /** Batches have none. */
  @Override
  public String id(PairBatch batch) {
    return "";
  }

  @Override
  public long index(AppendPairsResponse acknowledgement) {
    return acknowledgement.getIndex();
  }
}
