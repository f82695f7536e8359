package io.resketch.server;

import static io.resketch.server.TestServer.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingStub;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import io.resketch.v1.CompleteJobRequest;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.GetRecoveredNetworkRequest;
import io.resketch.v1.HeartbeatRequest;
import io.resketch.v1.Lease;
import io.resketch.v1.LeaseJobRequest;
import io.resketch.v1.LeaseJobResponse;
import io.resketch.v1.ListRecoveredNetworksRequest;
import io.resketch.v1.ReadCheckpointRequest;
import io.resketch.v1.ReadCheckpointResponse;
import io.resketch.v1.RecoverNetworkRequest;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryProgress;
import io.resketch.v1.ReleaseJobRequest;
import io.resketch.v1.SaveCheckpointRequest;
import io.resketch.v1.SaveCheckpointResponse;
import io.resketch.v1.WatchOperationRequest;
import io.resketch.v1.WatchOperationResponse;
import io.resketch.v1.WorkerServiceGrpc;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs as clients and workers see them, over Netty. */
final class RecoveryJobTest {
  @TempDir Path directory;

  private static OperationsBlockingStub operations(TestServer server) {
    return OperationsGrpc.newBlockingStub(server.channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static Operation start(Pairs pairs) {
    return pairs
        .service()
        .recoverNetwork(RecoverNetworkRequest.newBuilder().setCorpus("corpora/a").build());
  }

  private static LeaseJobResponse lease(Pairs pairs, String worker) {
    return pairs.worker().leaseJob(LeaseJobRequest.newBuilder().setWorker(worker).build());
  }

  private static RecoveryJob job(Operation operation) throws Exception {
    return operation.getMetadata().unpack(RecoveryJob.class);
  }

  private static RecoveredNetwork network() {
    return RecoveredNetwork.newBuilder()
        .setDimension(Pairs.SMALL.getDimension())
        .addAllInputSizes(Pairs.SMALL.getInputSizesList())
        .setColumnCount(3)
        .setDictionary(Pairs.bytes(new float[12]))
        .setOffset(Pairs.bytes(new float[4]))
        .setInputLengths(
            Pairs.bytes(
                new float
                    [Pairs.SMALL.getInputSizesList().stream().mapToInt(Integer::intValue).sum()]))
        .setHeldOutRelativeError(0.25)
        .build();
  }

  private static SaveCheckpointResponse save(
      TestServer server, List<SaveCheckpointRequest> requests) {
    CompletableFuture<SaveCheckpointResponse> answer = new CompletableFuture<>();
    StreamObserver<SaveCheckpointRequest> in =
        WorkerServiceGrpc.newStub(server.channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .saveCheckpoint(
                new StreamObserver<>() {
                  @Override
                  public void onNext(SaveCheckpointResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.forEach(in::onNext);
    in.onCompleted();
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SaveCheckpointRequest part(Lease lease, String text) {
    return SaveCheckpointRequest.newBuilder()
        .setLease(lease)
        .setPart(ByteString.copyFromUtf8(text))
        .build();
  }

  private static int crc32c(String text) {
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  @Test
  void job_isWatchedToItsNetwork() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      Operation started = start(pairs);
      assertThat(started.getDone()).isFalse();
      assertThat(job(started).getPairCount()).isEqualTo(60);
      assertThat(job(started).getParameters().getHoldOut()).isEqualTo(0.1);
      Iterator<WatchOperationResponse> watch =
          pairs
              .service()
              .watchOperation(
                  WatchOperationRequest.newBuilder().setName(started.getName()).build());
      assertThat(job(watch.next().getOperation()).getState())
          .isEqualTo(RecoveryJob.State.STATE_QUEUED);

      LeaseJobResponse lease = lease(pairs, "w1");
      assertThat(lease.getJob().getName()).isEqualTo(started.getName());
      assertThat(lease.getCorpus().getDimension()).isEqualTo(4);
      assertThat(Durations.toSeconds(lease.getLeaseDuration())).isEqualTo(30);
      RecoveryProgress progress = RecoveryProgress.newBuilder().setStage("codes").build();
      pairs
          .worker()
          .heartbeat(
              HeartbeatRequest.newBuilder()
                  .setLease(lease.getLease())
                  .setProgress(progress)
                  .build());
      String network =
          pairs
              .worker()
              .completeJob(
                  CompleteJobRequest.newBuilder()
                      .setLease(lease.getLease())
                      .setNetwork(network())
                      .build())
              .getNetwork();

      Operation last = started;
      while (watch.hasNext()) {
        last = watch.next().getOperation();
      }
      assertThat(last.getDone()).isTrue();
      RecoverNetworkResponse response = last.getResponse().unpack(RecoverNetworkResponse.class);
      assertThat(response.getNetwork()).isEqualTo(network);
      assertThat(job(last).getProgress()).isEqualTo(progress);
      RecoveredNetwork found =
          pairs
              .service()
              .getRecoveredNetwork(GetRecoveredNetworkRequest.newBuilder().setName(network).build())
              .getNetwork();
      assertThat(found.getDictionary()).isEqualTo(network().getDictionary());
      assertThat(found.getHeldOutRelativeError()).isEqualTo(0.25);
      assertThat(
              pairs
                  .service()
                  .listRecoveredNetworks(ListRecoveredNetworksRequest.getDefaultInstance())
                  .getNetworksList())
          .extracting(RecoveredNetwork::getName)
          .containsExactly(network);
    }
  }

  @Test
  void checkpoint_goesInParts_andComesBack() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      start(pairs);
      Lease lease = lease(pairs, "w1").getLease();
      assertThat(
              pairs
                  .worker()
                  .readCheckpoint(ReadCheckpointRequest.newBuilder().setLease(lease).build()))
          .isExhausted();
      save(
          server,
          List.of(
              part(lease, "ab"), part(lease, "cd").toBuilder().setCrc32C(crc32c("abcd")).build()));
      Iterator<ReadCheckpointResponse> read =
          pairs.worker().readCheckpoint(ReadCheckpointRequest.newBuilder().setLease(lease).build());
      assertThat(read.next().getPart().toStringUtf8()).isEqualTo("ab");
      ReadCheckpointResponse last = read.next();
      assertThat(last.getPart().toStringUtf8()).isEqualTo("cd");
      assertThat(last.getCrc32C()).isEqualTo(crc32c("abcd"));
      assertThat(read).isExhausted();
      failure(() -> save(server, List.of(part(lease, "x")))).isInvalid("crc32c");
      failure(
              () ->
                  save(
                      server,
                      List.of(
                          part(lease, "x").toBuilder().setCrc32C(crc32c("x")).build(),
                          part(lease, "y"))))
          .isInvalid("crc32c");
      Lease other = lease.toBuilder().setFencingToken(lease.getFencingToken() + 1).build();
      failure(() -> save(server, List.of(part(other, "x")))).is(Code.NOT_FOUND, "LEASE_LOST");
    }
  }

  @Test
  void failedAndCancelledJobs_sayWhy() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      Operation failed = start(pairs);
      Lease lease = lease(pairs, "w1").getLease();
      pairs
          .worker()
          .failJob(
              FailJobRequest.newBuilder()
                  .setLease(lease)
                  .setReason(FailJobRequest.Reason.REASON_NOT_RECOVERABLE)
                  .setMessage("sketches: all rows are equal")
                  .build());
      Operation found =
          operations(server)
              .waitOperation(WaitOperationRequest.newBuilder().setName(failed.getName()).build());
      assertThat(found.getError().getCode()).isEqualTo(Code.FAILED_PRECONDITION_VALUE);
      assertThat(found.getError().getMessage()).isEqualTo("sketches: all rows are equal");

      Operation cancelled = start(pairs);
      Lease second = lease(pairs, "w1").getLease();
      operations(server)
          .cancelOperation(
              CancelOperationRequest.newBuilder().setName(cancelled.getName()).build());
      assertThat(
              pairs
                  .worker()
                  .heartbeat(HeartbeatRequest.newBuilder().setLease(second).build())
                  .getCancel())
          .isTrue();
      pairs.worker().releaseJob(ReleaseJobRequest.newBuilder().setLease(second).build());
      Operation ended =
          operations(server)
              .getOperation(GetOperationRequest.newBuilder().setName(cancelled.getName()).build());
      assertThat(ended.getDone()).isTrue();
      assertThat(ended.getError().getCode()).isEqualTo(Code.CANCELLED_VALUE);
      failure(
              () ->
                  pairs.worker().heartbeat(HeartbeatRequest.newBuilder().setLease(second).build()))
          .is(Code.NOT_FOUND, "LEASE_LOST");
    }
  }

  @Test
  void waiting_endsWithTheTimeout_orWithTheJob() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      String name = start(pairs).getName();
      WaitOperationRequest.Builder wait = WaitOperationRequest.newBuilder().setName(name);
      Operation early =
          operations(server).waitOperation(wait.setTimeout(Durations.fromMillis(50)).build());
      assertThat(early.getDone()).isFalse();
      CompletableFuture<Operation> waiting =
          CompletableFuture.supplyAsync(
              () ->
                  operations(server)
                      .waitOperation(wait.setTimeout(Durations.fromSeconds(25)).build()));
      operations(server).cancelOperation(CancelOperationRequest.newBuilder().setName(name).build());
      assertThat(waiting.get().getDone()).isTrue();
      failure(
              () ->
                  operations(server)
                      .waitOperation(wait.setTimeout(Durations.fromSeconds(61)).build()))
          .isInvalid("timeout");
    }
  }

  @Test
  void jobs_areListed_filtered_deleted() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      List<String> names =
          List.of(start(pairs).getName(), start(pairs).getName(), start(pairs).getName());
      operations(server)
          .cancelOperation(CancelOperationRequest.newBuilder().setName(names.get(1)).build());
      ListOperationsRequest.Builder list =
          ListOperationsRequest.newBuilder().setName("operations").setPageSize(2);
      ListOperationsResponse first = operations(server).listOperations(list.build());
      ListOperationsResponse second =
          operations(server)
              .listOperations(list.clone().setPageToken(first.getNextPageToken()).build());
      assertThat(first.getOperationsCount()).isEqualTo(2);
      assertThat(second.getOperationsCount()).isEqualTo(1);
      assertThat(second.getNextPageToken()).isEmpty();
      String filter = "corpus = \"corpora/a\" AND state = \"CANCELLED\"";
      assertThat(
              operations(server)
                  .listOperations(list.clone().setFilter(filter).build())
                  .getOperationsList())
          .extracting(Operation::getName)
          .containsExactly(names.get(1));
      assertThat(
              operations(server)
                  .listOperations(list.clone().setFilter("corpus=\"corpora/b\"").build())
                  .getOperationsList())
          .isEmpty();
      failure(
              () ->
                  operations(server)
                      .listOperations(list.clone().setFilter("worker = \"w\"").build()))
          .isInvalid("filter");
      failure(
              () ->
                  operations(server)
                      .deleteOperation(
                          DeleteOperationRequest.newBuilder().setName(names.get(0)).build()))
          .is(Code.FAILED_PRECONDITION, "OPERATION_NOT_ENDED");
      operations(server)
          .deleteOperation(DeleteOperationRequest.newBuilder().setName(names.get(1)).build());
      failure(
              () ->
                  operations(server)
                      .getOperation(GetOperationRequest.newBuilder().setName(names.get(1)).build()))
          .is(Code.NOT_FOUND, "OPERATION_NOT_FOUND");
    }
  }

  @Test
  void startedAgain_withItsRequestId_isOneJob() throws Exception {
    RecoverNetworkRequest request =
        RecoverNetworkRequest.newBuilder()
            .setCorpus("corpora/a")
            .setRequestId(UUID.randomUUID().toString())
            .build();
    String name;
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      pairs.fill("a", 60);
      name = pairs.service().recoverNetwork(request).getName();
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(new Pairs(server).service().recoverNetwork(request).getName()).isEqualTo(name);
      assertThat(
              operations(server)
                  .listOperations(ListOperationsRequest.getDefaultInstance())
                  .getOperationsList())
          .hasSize(1);
    }
  }

  @Test
  void stoppingServer_endsWatches() throws Exception {
    TestServer server = new TestServer(directory);
    Pairs pairs = new Pairs(server);
    pairs.fill("a", 60);
    String name = start(pairs).getName();
    Iterator<WatchOperationResponse> watch =
        pairs.service().watchOperation(WatchOperationRequest.newBuilder().setName(name).build());
    watch.next();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server::close);
    failure(watch::hasNext).is(Code.UNAVAILABLE, "SERVER_STOPPING");
    closing.get(15, TimeUnit.SECONDS); // less than the time for draining
    server.close();
  }

  @Test
  void unknownNames_areNotFound() throws Exception {
    try (TestServer server = new TestServer(directory)) {
      Pairs pairs = new Pairs(server);
      failure(() -> start(pairs)).is(Code.NOT_FOUND, "CORPUS_NOT_FOUND");
      failure(
              () ->
                  operations(server)
                      .getOperation(
                          GetOperationRequest.newBuilder().setName("operations/none").build()))
          .is(Code.NOT_FOUND, "OPERATION_NOT_FOUND");
      failure(
              () ->
                  operations(server)
                      .getOperation(GetOperationRequest.newBuilder().setName("none").build()))
          .isInvalid("name");
      failure(
              () ->
                  pairs
                      .service()
                      .getRecoveredNetwork(
                          GetRecoveredNetworkRequest.newBuilder().setName("networks/x").build()))
          .is(Code.NOT_FOUND, "NETWORK_NOT_FOUND");
      assertThat(lease(pairs, "w1").hasLease()).isFalse();
    }
  }
}
