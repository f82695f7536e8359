package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.recovery.Corpora;
import io.resketch.server.recovery.PairReader;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;

/** Pairs on their way out. */
final class PairStream {
  private PairStream() {}

  /** Starts to read, or answers with what is wrong with the request. */
  static void start(
      Corpora corpora, ReadPairsRequest request, ServerCallStreamObserver<ReadPairsResponse> out) {
    PulledStream.start(
        out,
        () -> {
          PairReader reader = new PairReader(corpora, request);
          return reader::next;
        });
  }
}
