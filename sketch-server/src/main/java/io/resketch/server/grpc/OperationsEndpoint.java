package io.resketch.server.grpc;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Empty;
import com.google.protobuf.util.Durations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.recovery.Jobs;
import io.resketch.server.recovery.RecoveryNames;
import io.resketch.v1.JobRecord;
import io.resketch.v1.RecoveryJob;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** google.longrunning.Operations, whose operations are the recoveries. */
public final class OperationsEndpoint extends OperationsGrpc.OperationsImplBase {
  private static final Duration MAX_WAIT = Duration.ofMinutes(1);
  private static final Pattern TERM =
      Pattern.compile("\\s*(corpus|state)\\s*=\\s*\"([^\"]*)\"\\s*");

  private final Jobs jobs;

  public OperationsEndpoint(Jobs jobs) {
    this.jobs = jobs;
  }

  private static String id(String name) {
    return RecoveryNames.parseOperation("name", name);
  }

  @Override
  public void getOperation(GetOperationRequest request, StreamObserver<Operation> observer) {
    Unary.answer(observer, () -> Operations.of(jobs.job(id(request.getName()))));
  }

  @Override
  public void listOperations(
      ListOperationsRequest request, StreamObserver<ListOperationsResponse> observer) {
    Unary.answer(observer, () -> list(request));
  }

  private ListOperationsResponse list(ListOperationsRequest request) {
    if (!request.getName().isEmpty() && !request.getName().equals("operations")) {
      throw new InvalidInputException(
          "name", "\"" + request.getName() + "\" must be \"operations\", or empty");
    }
    int size = Pages.size(request.getPageSize());
    ListOperationsRequest scope =
        ListOperationsRequest.newBuilder().setFilter(request.getFilter()).build();
    String after = Pages.after(scope, request.getPageToken());
    List<JobRecord> found =
        jobs.after(after).stream()
            .filter(record -> passes(record.getJob(), request.getFilter()))
            .limit(size + 1)
            .toList();
    ListOperationsResponse.Builder out = ListOperationsResponse.newBuilder();
    found.stream().limit(size).map(Operations::of).forEach(out::addOperations);
    if (found.size() > size) {
      String last = id(found.get(size - 1).getJob().getName());
      out.setNextPageToken(Pages.token(scope, last));
    }
    return out.build();
  }

  private static boolean passes(RecoveryJob job, String filter) {
    boolean passes = true;
    for (String term : filter.isBlank() ? List.<String>of() : List.of(filter.split("\\bAND\\b"))) {
      Matcher matcher = TERM.matcher(term);
      if (!matcher.matches()) {
        throw new InvalidInputException(
            "filter",
            "\""
                + term.strip()
                + "\" is not corpus = \"corpora/…\" or state = \"RUNNING\"; join"
                + " them by AND");
      }
      passes &=
          matcher.group(1).equals("corpus")
              ? job.getCorpus().equals(matcher.group(2))
              : job.getState().name().equals("STATE_" + matcher.group(2));
    }
    return passes;
  }

  @Override
  public void cancelOperation(CancelOperationRequest request, StreamObserver<Empty> observer) {
    Unary.answer(
        observer,
        () -> {
          jobs.cancel(id(request.getName()));
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void deleteOperation(DeleteOperationRequest request, StreamObserver<Empty> observer) {
    Unary.answer(
        observer,
        () -> {
          jobs.delete(id(request.getName()));
          return Empty.getDefaultInstance();
        });
  }

  /** Answers when the job has ended, or after the timeout with how it is then. */
  @Override
  public void waitOperation(WaitOperationRequest request, StreamObserver<Operation> observer) {
    ServerCallStreamObserver<Operation> out = (ServerCallStreamObserver<Operation>) observer;
    try {
      Duration timeout =
          request.hasTimeout()
              ? Duration.ofNanos(Durations.toNanos(Durations.checkValid(request.getTimeout())))
              : MAX_WAIT;
      if (timeout.isNegative() || timeout.compareTo(MAX_WAIT) > 0) {
        throw new InvalidInputException(
            "timeout", timeout + " must be at most " + MAX_WAIT + "; wait again behind it");
      }
      var unused =
          jobs.ended(id(request.getName()), timeout)
              .whenComplete(
                  (job, error) -> {
                    if (error != null) {
                      out.onError(Errors.exception(error));
                    } else if (!out.isCancelled()) {
                      out.onNext(Operations.of(job));
                      out.onCompleted();
                    }
                  });
      out.setOnCancelHandler(() -> {}); // a client that leaves is no failure
    } catch (RuntimeException e) {
      out.onError(Errors.exception(e));
    }
  }
}
