package io.resketch.client;

import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingStub;
import com.google.protobuf.ByteString;
import io.resketch.core.spec.Fingerprint;
import io.resketch.v1.Corpus;
import io.resketch.v1.CreateCorpusRequest;
import io.resketch.v1.DeleteCorpusRequest;
import io.resketch.v1.DeleteRecoveredNetworkRequest;
import io.resketch.v1.GetCorpusRequest;
import io.resketch.v1.GetRecoveredNetworkRequest;
import io.resketch.v1.ListCorporaRequest;
import io.resketch.v1.ListRecoveredNetworksRequest;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.RecoveryServiceGrpc.RecoveryServiceBlockingStub;
import io.resketch.v1.RecoveryServiceGrpc.RecoveryServiceStub;
import java.util.List;
import java.util.Optional;

/**
 * Recovery of networks on a server: corpora of pairs, recoveries that workers do, and the networks
 * they found. Thread-safe. Every method throws {@link ResketchException} if the server refuses or
 * cannot be reached; all may be called again with the same arguments.
 *
 * <pre>{@code
 * PairCorpus corpus = client.recovery().createCorpus("rooms", List.of(16, 16), 2048, Optional.empty());
 * corpus.append(pairs, Optional.empty(), sum -> {});
 * NetworkRecoveryJob job = corpus.recover(RecoveryParameters.newBuilder().setNonnegative(true).build());
 * RecoveredNetwork network =
 *     Networks.network(client.recovery().network(job.await().result().getNetwork()));
 * }</pre>
 */
public final class RecoveryClient {
  private static final String CORPORA = "corpora/";
  private static final String OPERATIONS = "operations/";
  private static final String NETWORKS = "networks/";

  private final ResketchClient client;

  RecoveryClient(ResketchClient client) {
    this.client = client;
  }

  /**
   * Creates a corpus. One that exists with the same shape is opened.
   *
   * @param id 1 to 63 characters of [a-z0-9-], starting with a letter
   * @param inputSizes attributes of every input object, in order
   * @param dimension floats of a sketch, 1 to 65,536
   * @param fingerprint of the spec of all sketches; empty: nobody checks that they are of one
   * @throws ResketchException ALREADY_EXISTS if it exists with another shape
   */
  public PairCorpus createCorpus(
      String id, List<Integer> inputSizes, int dimension, Optional<Fingerprint> fingerprint) {
    CreateCorpusRequest request =
        CreateCorpusRequest.newBuilder()
            .setCorpusId(id)
            .setCorpus(
                Corpus.newBuilder()
                    .addAllInputSizes(inputSizes)
                    .setDimension(dimension)
                    .setFingerprint(bytes(fingerprint)))
            .setRequestId(ResketchClient.requestId())
            .build();
    return new PairCorpus(
        this, ResketchException.translate(() -> service().createCorpus(request).getCorpus()));
  }

  static ByteString bytes(Optional<Fingerprint> fingerprint) {
    return fingerprint.map(known -> ByteString.copyFrom(known.toBytes())).orElse(ByteString.EMPTY);
  }

  /**
   * Opens a corpus.
   *
   * @throws ResketchException NOT_FOUND if there is none of this id
   */
  public PairCorpus openCorpus(String id) {
    return new PairCorpus(this, corpus(CORPORA + id));
  }

  /**
   * A corpus as the server has described it; the server is not asked.
   *
   * @param described as {@link #corpora} lists it
   */
  public PairCorpus corpus(Corpus described) {
    return new PairCorpus(this, described);
  }

  Corpus corpus(String name) {
    GetCorpusRequest request = GetCorpusRequest.newBuilder().setName(name).build();
    return ResketchException.translate(() -> service().getCorpus(request).getCorpus());
  }

  /** What the server holds of every corpus, by name, read page by page. */
  public Iterable<Corpus> corpora() {
    return () ->
        new PageIterator<>(
            token -> {
              var request = ListCorporaRequest.newBuilder().setPageToken(token).build();
              var response = ResketchException.translate(() -> service().listCorpora(request));
              return new PageIterator.Page<>(
                  response.getCorporaList(), response.getNextPageToken());
            });
  }

  /**
   * Deletes a corpus with its pairs, for good. Networks recovered from it stay.
   *
   * @return pairs it held
   * @throws ResketchException NOT_FOUND; FAILED_PRECONDITION while a job reads it
   */
  public long deleteCorpus(String id) {
    DeleteCorpusRequest request =
        DeleteCorpusRequest.newBuilder()
            .setName(CORPORA + id)
            .setRequestId(ResketchClient.requestId())
            .build();
    return ResketchException.translate(() -> service().deleteCorpus(request).getPairCount());
  }

  /** A recovery by the id it was given when it was started; the server is not asked. */
  public NetworkRecoveryJob job(String id) {
    return new NetworkRecoveryJob(this, OPERATIONS + id);
  }

  /**
   * Where recoveries stand, read page by page.
   *
   * @param filter such as {@code corpus = "corpora/rooms" AND state = "RUNNING"}; empty: all
   */
  public Iterable<RecoveryStatus> jobs(String filter) {
    return () ->
        new PageIterator<>(
            token -> {
              var request =
                  ListOperationsRequest.newBuilder()
                      .setName("operations")
                      .setFilter(filter)
                      .setPageToken(token)
                      .build();
              var response =
                  ResketchException.translate(() -> operations().listOperations(request));
              return new PageIterator.Page<>(
                  response.getOperationsList().stream().map(RecoveryStatus::of).toList(),
                  response.getNextPageToken());
            });
  }

  /**
   * A recovered network with its arrays; {@link io.resketch.wire.Networks} makes sketch-core's type
   * of it.
   *
   * @param id or resource name, as an ended recovery gives it
   * @throws ResketchException NOT_FOUND if there is none
   */
  public RecoveredNetwork network(String id) {
    return network(id, false);
  }

  /** As {@link #network}, without dictionary and offset. */
  public RecoveredNetwork describeNetwork(String id) {
    return network(id, true);
  }

  private RecoveredNetwork network(String id, boolean omitArrays) {
    GetRecoveredNetworkRequest request =
        GetRecoveredNetworkRequest.newBuilder()
            .setName(networkName(id))
            .setOmitArrays(omitArrays)
            .build();
    return ResketchException.translate(() -> service().getRecoveredNetwork(request).getNetwork());
  }

  private static String networkName(String id) {
    return id.startsWith(NETWORKS) ? id : NETWORKS + id;
  }

  /** The recovered networks by name, without their arrays, read page by page. */
  public Iterable<RecoveredNetwork> networks() {
    return () ->
        new PageIterator<>(
            token -> {
              var request = ListRecoveredNetworksRequest.newBuilder().setPageToken(token).build();
              var response =
                  ResketchException.translate(() -> service().listRecoveredNetworks(request));
              return new PageIterator.Page<>(
                  response.getNetworksList(), response.getNextPageToken());
            });
  }

  /**
   * Deletes a recovered network, for good.
   *
   * @throws ResketchException NOT_FOUND if there is none
   */
  public void deleteNetwork(String id) {
    DeleteRecoveredNetworkRequest request =
        DeleteRecoveredNetworkRequest.newBuilder()
            .setName(networkName(id))
            .setRequestId(ResketchClient.requestId())
            .build();
    var unused = ResketchException.translate(() -> service().deleteRecoveredNetwork(request));
  }

  /** Returns when the server answers, or fails after {@link ResketchClient#CALL_TIMEOUT}. */
  void awaitServer() {
    var request = ListCorporaRequest.newBuilder().setPageSize(1).build();
    var unused =
        ResketchException.translate(() -> service().withWaitForReady().listCorpora(request));
  }

  RecoveryServiceBlockingStub service() {
    return ResketchClient.withDeadline(blockingStreams());
  }

  OperationsBlockingStub operations() {
    return ResketchClient.withDeadline(OperationsGrpc.newBlockingStub(client.channel()));
  }

  RecoveryServiceBlockingStub blockingStreams() {
    return RecoveryServiceGrpc.newBlockingStub(client.channel());
  }

  RecoveryServiceStub streams() {
    return RecoveryServiceGrpc.newStub(client.channel());
  }
}
