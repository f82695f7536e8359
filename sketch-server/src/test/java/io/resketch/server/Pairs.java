package io.resketch.server;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.CreateCorpusRequest;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.RecoveryServiceGrpc.RecoveryServiceBlockingStub;
import io.resketch.v1.WorkerServiceGrpc;
import io.resketch.v1.WorkerServiceGrpc.WorkerServiceBlockingStub;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Corpora of a test server. */
record Pairs(TestServer server) {
  /** Two input objects of 2 and 1 attributes, sketches of 4 floats. */
  static final Corpus SMALL =
      Corpus.newBuilder().addInputSizes(2).addInputSizes(1).setDimension(4).build();

  RecoveryServiceBlockingStub service() {
    return RecoveryServiceGrpc.newBlockingStub(server.channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  WorkerServiceBlockingStub worker() {
    return WorkerServiceGrpc.newBlockingStub(server.channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  Corpus create(String id, Corpus corpus) {
    return service()
        .createCorpus(CreateCorpusRequest.newBuilder().setCorpusId(id).setCorpus(corpus).build())
        .getCorpus();
  }

  /** A small corpus with pairs 0 to {@code rows}. */
  void fill(String id, int rows) {
    create(id, SMALL);
    append(id, batch(0, rows));
  }

  /** Pairs of {@link #SMALL}, each another. */
  static PairBatch batch(int from, int to) {
    float[] inputs = new float[3 * (to - from)];
    float[] sketches = new float[4 * (to - from)];
    for (int i = 0; i < to - from; i++) {
      for (int j = 0; j < 3; j++) {
        inputs[3 * i + j] = from + i + j / 4f;
      }
      for (int j = 0; j < 4; j++) {
        sketches[4 * i + j] = -(from + i) - j / 8f;
      }
    }
    return batch(to - from, inputs, sketches);
  }

  static PairBatch batch(int rows, float[] inputs, float[] sketches) {
    return PairBatch.newBuilder()
        .setRowCount(rows)
        .setInputs(bytes(inputs))
        .setSketches(bytes(sketches))
        .build();
  }

  static ByteString bytes(float[] values) {
    ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putFloat(value);
    }
    return ByteString.copyFrom(out.array());
  }

  AppendPairsResponse append(String id, PairBatch batch) {
    return append(
            List.of(
                AppendPairsRequest.newBuilder().setCorpus("corpora/" + id).setBatch(batch).build()))
        .get(0);
  }

  /** Acknowledgements of a stream that ends well; else throws its error. */
  List<AppendPairsResponse> append(List<AppendPairsRequest> requests) {
    List<AppendPairsResponse> acks = new ArrayList<>();
    CompletableFuture<List<AppendPairsResponse>> done = new CompletableFuture<>();
    StreamObserver<AppendPairsRequest> in =
        RecoveryServiceGrpc.newStub(server.channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .appendPairs(
                new StreamObserver<>() {
                  @Override
                  public void onNext(AppendPairsResponse ack) {
                    acks.add(ack);
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(acks);
                  }
                });
    requests.forEach(in::onNext);
    in.onCompleted();
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  List<ReadPairsResponse> read(ReadPairsRequest request) {
    List<ReadPairsResponse> out = new ArrayList<>();
    service().readPairs(request).forEachRemaining(out::add);
    return out;
  }

  /** First input of every pair, which is its number. */
  List<Integer> numbers(ReadPairsRequest request) {
    List<Integer> out = new ArrayList<>();
    for (ReadPairsResponse response : read(request)) {
      ByteBuffer inputs =
          response.getBatch().getInputs().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      for (int row = 0; row < response.getBatch().getRowCount(); row++) {
        out.add((int) inputs.getFloat(12 * row));
      }
    }
    return out;
  }
}
