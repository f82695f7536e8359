package io.resketch.client;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.CreateCorpusRequest;
import io.resketch.v1.CreateCorpusResponse;
import io.resketch.v1.DeleteCorpusRequest;
import io.resketch.v1.DeleteCorpusResponse;
import io.resketch.v1.GetCorpusRequest;
import io.resketch.v1.GetCorpusResponse;
import io.resketch.v1.GetRecoveredNetworkRequest;
import io.resketch.v1.GetRecoveredNetworkResponse;
import io.resketch.v1.ListCorporaRequest;
import io.resketch.v1.ListCorporaResponse;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import io.resketch.v1.RecoverNetworkRequest;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.WatchOperationRequest;
import io.resketch.v1.WatchOperationResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * RecoveryService and Operations over maps in memory, as far as the tests of the client need them,
 * with the faults that a test asks for. Its jobs are done when they are started.
 */
public final class MemoryRecovery implements AutoCloseable {
  private final Map<String, Corpus> corpora = new TreeMap<>();
  private final Map<String, List<PairBatch>> chunks = new TreeMap<>();
  private final Map<String, Operation> operations = new TreeMap<>();
  private final List<ReadPairsRequest> reads = new ArrayList<>();
  private final List<AppendPairsRequest> appends = new ArrayList<>();
  private final FakeServer server;
  private RecoveredNetwork network = RecoveredNetwork.getDefaultInstance();
  private Optional<String> failure = Optional.empty();
  private int messagesBeforeBreak = Integer.MAX_VALUE;
  private boolean damaged;
  private int watches;

  /** Starts on a free port. */
  public MemoryRecovery() throws IOException {
    server = new FakeServer(new Recovery(), new Jobs());
  }

  public String target() {
    return server.target();
  }

  /** What the jobs to come find. */
  public synchronized void finds(RecoveredNetwork found) {
    network = found;
  }

  /** The jobs to come fail. */
  public synchronized void failsWith(String message) {
    failure = Optional.of(message);
  }

  /** Every stream of pairs or watch breaks after so many messages. */
  public synchronized void breakStreamsAfter(int messages) {
    messagesBeforeBreak = messages;
  }

  /** Pairs are sent with a wrong checksum. */
  public synchronized void damagePairs() {
    damaged = true;
  }

  /** The reads so far. */
  public synchronized List<ReadPairsRequest> reads() {
    return List.copyOf(reads);
  }

  /** The messages of appends so far. */
  public synchronized List<AppendPairsRequest> appends() {
    return List.copyOf(appends);
  }

  /** Watches begun so far. */
  public synchronized int watches() {
    return watches;
  }

  @Override
  public void close() {
    server.close();
  }

  private <V> V found(Map<String, V> map, String name) {
    V value = map.get(name);
    if (value == null) {
      throw Status.NOT_FOUND.withDescription(name + " does not exist").asRuntimeException();
    }
    return value;
  }

  /** Answers in the way of gRPC's own exceptions. */
  private <T> void answer(StreamObserver<T> observer, java.util.function.Supplier<T> response) {
    try {
      T message;
      synchronized (this) {
        message = response.get();
      }
      observer.onNext(message);
      observer.onCompleted();
    } catch (io.grpc.StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  /** Sends messages until the fault that was asked for. */
  private <T> void send(List<T> messages, StreamObserver<T> observer) {
    for (int i = 0; i < messages.size(); i++) {
      if (i == messagesBeforeBreak) {
        observer.onError(Status.UNAVAILABLE.withDescription("stopping").asException());
        return;
      }
      observer.onNext(messages.get(i));
    }
    observer.onCompleted();
  }

  private Operation operation(String name, RecoverNetworkRequest request) {
    RecoveryJob.Builder job =
        RecoveryJob.newBuilder()
            .setName(name)
            .setCorpus(request.getCorpus())
            .setParameters(request.getParameters())
            .setState(
                failure.isPresent()
                    ? RecoveryJob.State.STATE_FAILED
                    : RecoveryJob.State.STATE_SUCCEEDED);
    Operation.Builder out = Operation.newBuilder().setName(name).setDone(true);
    failure.ifPresentOrElse(
        why ->
            out.setError(
                com.google.rpc.Status.newBuilder()
                    .setCode(Code.FAILED_PRECONDITION_VALUE)
                    .setMessage(why)),
        () ->
            out.setResponse(
                Any.pack(
                    RecoverNetworkResponse.newBuilder()
                        .setNetwork(name.replace("operations/", "networks/"))
                        .setColumnCount(network.getColumnCount())
                        .build())));
    return out.setMetadata(Any.pack(job.build())).build();
  }

  private final class Recovery extends RecoveryServiceGrpc.RecoveryServiceImplBase {
    @Override
    public void createCorpus(
        CreateCorpusRequest request, StreamObserver<CreateCorpusResponse> observer) {
      answer(
          observer,
          () -> {
            String name = "corpora/" + request.getCorpusId();
            Corpus corpus = request.getCorpus().toBuilder().setName(name).build();
            corpora.putIfAbsent(name, corpus);
            chunks.putIfAbsent(name, new ArrayList<>());
            return CreateCorpusResponse.newBuilder().setCorpus(corpora.get(name)).build();
          });
    }

    @Override
    public void getCorpus(GetCorpusRequest request, StreamObserver<GetCorpusResponse> observer) {
      answer(
          observer,
          () ->
              GetCorpusResponse.newBuilder()
                  .setCorpus(counted(found(corpora, request.getName())))
                  .build());
    }

    private Corpus counted(Corpus corpus) {
      long pairs = chunks.get(corpus.getName()).stream().mapToLong(PairBatch::getRowCount).sum();
      return corpus.toBuilder().setPairCount(pairs).build();
    }

    @Override
    public void listCorpora(
        ListCorporaRequest request, StreamObserver<ListCorporaResponse> observer) {
      answer(
          observer,
          () ->
              ListCorporaResponse.newBuilder()
                  .addAllCorpora(corpora.values().stream().map(this::counted).toList())
                  .build());
    }

    @Override
    public void deleteCorpus(
        DeleteCorpusRequest request, StreamObserver<DeleteCorpusResponse> observer) {
      answer(
          observer,
          () -> {
            long pairs = counted(found(corpora, request.getName())).getPairCount();
            corpora.remove(request.getName());
            return DeleteCorpusResponse.newBuilder().setPairCount(pairs).build();
          });
    }

    @Override
    public StreamObserver<AppendPairsRequest> appendPairs(
        StreamObserver<AppendPairsResponse> observer) {
      return new StreamObserver<>() {
        private String corpus;
        private long index;

        @Override
        public void onNext(AppendPairsRequest request) {
          synchronized (MemoryRecovery.this) {
            appends.add(request);
            corpus = index == 0 ? request.getCorpus() : corpus;
            Corpus shape = corpora.get(corpus);
            if (!shape.getFingerprint().equals(request.getFingerprint())) {
              observer.onError(
                  Status.FAILED_PRECONDITION.withDescription("of another spec").asException());
              return;
            }
            chunks.get(corpus).add(request.getBatch());
          }
          observer.onNext(
              AppendPairsResponse.newBuilder()
                  .setIndex(index++)
                  .setAppended(request.getBatch().getRowCount() - 1)
                  .setDuplicates(1)
                  .build());
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }

    @Override
    public void readPairs(ReadPairsRequest request, StreamObserver<ReadPairsResponse> observer) {
      List<ReadPairsResponse> messages = new ArrayList<>();
      synchronized (MemoryRecovery.this) {
        reads.add(request);
        long row = 0;
        for (PairBatch batch : chunks.get(request.getCorpus())) {
          if (row >= request.getFirstRow()) {
            messages.add(message(row, batch));
          }
          row += batch.getRowCount();
        }
      }
      send(messages, observer);
    }

    private ReadPairsResponse message(long row, PairBatch batch) {
      CRC32C checksum = new CRC32C();
      for (ByteString part : List.of(batch.getInputs(), batch.getSketches())) {
        checksum.update(part.toByteArray());
      }
      return ReadPairsResponse.newBuilder()
          .setFirstRow(row)
          .setNextRow(row + batch.getRowCount())
          .setBatch(batch)
          .setCrc32C((int) checksum.getValue() + (damaged ? 1 : 0))
          .build();
    }

    @Override
    public void recoverNetwork(RecoverNetworkRequest request, StreamObserver<Operation> observer) {
      answer(
          observer,
          () -> {
            String name = "operations/job-" + operations.size();
            operations.put(name, operation(name, request));
            return operations.get(name);
          });
    }

    @Override
    public void watchOperation(
        WatchOperationRequest request, StreamObserver<WatchOperationResponse> observer) {
      Operation ended;
      synchronized (MemoryRecovery.this) {
        watches++;
        ended = operations.get(request.getName());
      }
      if (ended == null) {
        observer.onError(Status.NOT_FOUND.withDescription("no such job").asException());
        return;
      }
      Operation before = ended.toBuilder().clearDone().clearResult().build();
      List<WatchOperationResponse> messages = new ArrayList<>();
      // As if the job had gone on a little meanwhile.
      for (int i = watches; i <= 3; i++) {
        messages.add(WatchOperationResponse.newBuilder().setOperation(before).build());
      }
      messages.add(WatchOperationResponse.newBuilder().setOperation(ended).build());
      send(messages, observer);
    }

    @Override
    public void getRecoveredNetwork(
        GetRecoveredNetworkRequest request, StreamObserver<GetRecoveredNetworkResponse> observer) {
      answer(
          observer,
          () -> {
            RecoveredNetwork.Builder out = network.toBuilder().setName(request.getName());
            if (request.getOmitArrays()) {
              out.clearDictionary().clearOffset();
            }
            return GetRecoveredNetworkResponse.newBuilder().setNetwork(out).build();
          });
    }
  }

  private final class Jobs extends OperationsGrpc.OperationsImplBase {
    @Override
    public void getOperation(GetOperationRequest request, StreamObserver<Operation> observer) {
      answer(observer, () -> found(operations, request.getName()));
    }

    @Override
    public void listOperations(
        ListOperationsRequest request, StreamObserver<ListOperationsResponse> observer) {
      answer(
          observer,
          () -> ListOperationsResponse.newBuilder().addAllOperations(operations.values()).build());
    }

    @Override
    public void cancelOperation(CancelOperationRequest request, StreamObserver<Empty> observer) {
      answer(
          observer,
          () -> {
            Operation cancelled =
                found(operations, request.getName()).toBuilder()
                    .setError(
                        com.google.rpc.Status.newBuilder()
                            .setCode(Code.CANCELLED_VALUE)
                            .setMessage("as was asked for"))
                    .build();
            operations.put(request.getName(), cancelled);
            return Empty.getDefaultInstance();
          });
    }

    @Override
    public void deleteOperation(DeleteOperationRequest request, StreamObserver<Empty> observer) {
      answer(
          observer,
          () -> {
            found(operations, request.getName());
            operations.remove(request.getName());
            return Empty.getDefaultInstance();
          });
    }
  }
}
