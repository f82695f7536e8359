package io.resketch.server.grpc;

import com.google.longrunning.Operation;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.server.recovery.Corpora;
import io.resketch.server.recovery.Jobs;
import io.resketch.server.recovery.Networks;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.recovery.RecoveryNames;
import io.resketch.server.repository.Requests;
import io.resketch.v1.AppendPairsRequest;
import io.resketch.v1.AppendPairsResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.CreateCorpusRequest;
import io.resketch.v1.CreateCorpusResponse;
import io.resketch.v1.DeleteCorpusRequest;
import io.resketch.v1.DeleteCorpusResponse;
import io.resketch.v1.DeleteRecoveredNetworkRequest;
import io.resketch.v1.DeleteRecoveredNetworkResponse;
import io.resketch.v1.GetCorpusRequest;
import io.resketch.v1.GetCorpusResponse;
import io.resketch.v1.GetRecoveredNetworkRequest;
import io.resketch.v1.GetRecoveredNetworkResponse;
import io.resketch.v1.JobRecord;
import io.resketch.v1.ListCorporaRequest;
import io.resketch.v1.ListCorporaResponse;
import io.resketch.v1.ListRecoveredNetworksRequest;
import io.resketch.v1.ListRecoveredNetworksResponse;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import io.resketch.v1.RecoverNetworkRequest;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.WatchOperationRequest;
import io.resketch.v1.WatchOperationResponse;
import java.util.List;

/** RecoveryService. */
public final class RecoveryEndpoint extends RecoveryServiceGrpc.RecoveryServiceImplBase {
  private final Requests requests;
  private final Corpora corpora;
  private final PairFeed feed;
  private final Jobs jobs;
  private final Networks networks;

  public RecoveryEndpoint(
      Requests requests, Corpora corpora, PairFeed feed, Jobs jobs, Networks networks) {
    this.feed = feed;
    this.requests = requests;
    this.corpora = corpora;
    this.jobs = jobs;
    this.networks = networks;
  }

  @Override
  public void createCorpus(
      CreateCorpusRequest request, StreamObserver<CreateCorpusResponse> observer) {
    Unary.answer(
        observer,
        () ->
            requests.once(
                request.getRequestId(),
                request,
                CreateCorpusResponse.parser(),
                (Corpus created) -> CreateCorpusResponse.newBuilder().setCorpus(created).build(),
                receipt -> corpora.create(request.getCorpusId(), request.getCorpus(), receipt)));
  }

  @Override
  public void getCorpus(GetCorpusRequest request, StreamObserver<GetCorpusResponse> observer) {
    Unary.answer(
        observer,
        () ->
            GetCorpusResponse.newBuilder()
                .setCorpus(corpora.corpus(RecoveryNames.parseCorpus("name", request.getName())))
                .build());
  }

  @Override
  public void listCorpora(
      ListCorporaRequest request, StreamObserver<ListCorporaResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          int size = Pages.size(request.getPageSize());
          ListCorporaRequest scope = ListCorporaRequest.getDefaultInstance();
          List<Corpus> found = corpora.after(Pages.after(scope, request.getPageToken()), size + 1);
          ListCorporaResponse.Builder out =
              ListCorporaResponse.newBuilder()
                  .addAllCorpora(found.subList(0, Math.min(size, found.size())));
          if (found.size() > size) {
            String last = RecoveryNames.parseCorpus("name", found.get(size - 1).getName());
            out.setNextPageToken(Pages.token(scope, last));
          }
          return out.build();
        });
  }

  @Override
  public void deleteCorpus(
      DeleteCorpusRequest request, StreamObserver<DeleteCorpusResponse> observer) {
    Unary.answer(
        observer,
        () ->
            requests.once(
                request.getRequestId(),
                request,
                DeleteCorpusResponse.parser(),
                (Long count) -> DeleteCorpusResponse.newBuilder().setPairCount(count).build(),
                receipt ->
                    feed.deleteCorpus(
                        RecoveryNames.parseCorpus("name", request.getName()), receipt)));
  }

  @Override
  public StreamObserver<AppendPairsRequest> appendPairs(
      StreamObserver<AppendPairsResponse> observer) {
    return new AppendStream(corpora, (ServerCallStreamObserver<AppendPairsResponse>) observer);
  }

  @Override
  public void readPairs(ReadPairsRequest request, StreamObserver<ReadPairsResponse> observer) {
    PairStream.start(corpora, request, (ServerCallStreamObserver<ReadPairsResponse>) observer);
  }

  @Override
  public void recoverNetwork(RecoverNetworkRequest request, StreamObserver<Operation> observer) {
    Unary.answer(
        observer,
        () ->
            requests.once(
                request.getRequestId(),
                request,
                Operation.parser(),
                (JobRecord job) -> Operations.of(job),
                receipt ->
                    jobs.start(
                        RecoveryNames.parseCorpus("corpus", request.getCorpus()),
                        request.getParameters(),
                        receipt)));
  }

  @Override
  public void watchOperation(
      WatchOperationRequest request, StreamObserver<WatchOperationResponse> observer) {
    OperationWatch.start(
        jobs, request, (ServerCallStreamObserver<WatchOperationResponse>) observer);
  }

  @Override
  public void getRecoveredNetwork(
      GetRecoveredNetworkRequest request, StreamObserver<GetRecoveredNetworkResponse> observer) {
    Unary.answer(
        observer,
        () ->
            GetRecoveredNetworkResponse.newBuilder()
                .setNetwork(
                    networks.network(
                        RecoveryNames.parseNetwork("name", request.getName()),
                        !request.getOmitArrays()))
                .build());
  }

  @Override
  public void listRecoveredNetworks(
      ListRecoveredNetworksRequest request,
      StreamObserver<ListRecoveredNetworksResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          int size = Pages.size(request.getPageSize());
          ListRecoveredNetworksRequest scope = ListRecoveredNetworksRequest.getDefaultInstance();
          List<RecoveredNetwork> found =
              networks.after(Pages.after(scope, request.getPageToken()), size + 1);
          ListRecoveredNetworksResponse.Builder out =
              ListRecoveredNetworksResponse.newBuilder()
                  .addAllNetworks(found.subList(0, Math.min(size, found.size())));
          if (found.size() > size) {
            String last = RecoveryNames.parseNetwork("name", found.get(size - 1).getName());
            out.setNextPageToken(Pages.token(scope, last));
          }
          return out.build();
        });
  }

  @Override
  public void deleteRecoveredNetwork(
      DeleteRecoveredNetworkRequest request,
      StreamObserver<DeleteRecoveredNetworkResponse> observer) {
    Unary.answer(
        observer,
        () ->
            requests.once(
                request.getRequestId(),
                request,
                DeleteRecoveredNetworkResponse.parser(),
                (Boolean unused) -> DeleteRecoveredNetworkResponse.getDefaultInstance(),
                receipt ->
                    networks.delete(
                        RecoveryNames.parseNetwork("name", request.getName()), receipt)));
  }
}
