package io.resketch.server.grpc;

import com.google.longrunning.Operation;
import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.recovery.JobWatcher;
import io.resketch.server.recovery.Jobs;
import io.resketch.server.recovery.RecoveryNames;
import io.resketch.v1.JobRecord;
import io.resketch.v1.WatchOperationRequest;
import io.resketch.v1.WatchOperationResponse;

/** A watch of a job under way: holds the newest state only while the client has no room for it. */
final class OperationWatch implements JobWatcher {
  private final ServerCallStreamObserver<WatchOperationResponse> out;

  /** Set before gRPC calls a handler. */
  private Runnable unwatch = () -> {};

  private JobRecord waiting;
  private boolean ended;

  private OperationWatch(ServerCallStreamObserver<WatchOperationResponse> out) {
    this.out = out;
  }

  /** Starts a watch, or answers with why there is none. */
  static void start(
      Jobs jobs,
      WatchOperationRequest request,
      ServerCallStreamObserver<WatchOperationResponse> out) {
    OperationWatch watch = new OperationWatch(out);
    out.setOnReadyHandler(watch::send);
    out.setOnCancelHandler(watch::unwatch);
    out.setOnCloseHandler(watch::unwatch);
    try {
      String id = RecoveryNames.parseOperation("name", request.getName());
      watch.unwatch = jobs.watch(id, watch);
    } catch (RuntimeException e) {
      out.onError(Errors.exception(e));
    }
  }

  private void unwatch() {
    unwatch.run();
  }

  @Override
  public synchronized void changed(JobRecord job) {
    waiting = job;
    send();
  }

  @Override
  public synchronized void ended(RuntimeException reason) {
    if (!ended) {
      ended = true;
      out.onError(Errors.exception(reason));
    }
  }

  private synchronized void send() {
    if (ended || waiting == null || !out.isReady()) {
      return;
    }
    Operation operation = Operations.of(waiting);
    waiting = null;
    out.onNext(WatchOperationResponse.newBuilder().setOperation(operation).build());
    if (operation.getDone()) {
      ended = true;
      out.onCompleted();
    }
  }
}
