package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.recovery.Corpora;
import io.resketch.server.recovery.RecoveryNames;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;

/** A stream of batches of pairs. The first with a fault ends it. */
final class AppendStream extends ItemStream<AppendPairsRequest, AppendPairsResponse> {
  private final Corpora corpora;

  AppendStream(Corpora corpora, ServerCallStreamObserver<AppendPairsResponse> acks) {
    super("corpus", acks);
    this.corpora = corpora;
  }

  @Override
  AppendPairsResponse take(long index, AppendPairsRequest request) {
    String corpus = RecoveryNames.parseCorpus("corpus", parent(request.getCorpus()));
    Corpora.Appended appended =
        corpora.append(corpus, request.getBatch(), request.getFingerprint());
    return AppendPairsResponse.newBuilder()
        .setIndex(index)
        .setAppended(appended.appended())
        .setDuplicates(appended.duplicates())
        .setPairCount(appended.pairCount())
        .build();
  }
}
