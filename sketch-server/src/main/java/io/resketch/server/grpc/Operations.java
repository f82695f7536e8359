package io.resketch.server.grpc;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.JobRecord;
import io.resketch.v1.RecoveryJob.State;

/** Jobs as {@code google.longrunning.Operation}. */
final class Operations {
  private Operations() {}

  static Operation of(JobRecord record) {
    Operation.Builder out =
        Operation.newBuilder()
            .setName(record.getJob().getName())
            .setMetadata(Any.pack(record.getJob()));
    State state = record.getJob().getState();
    if (state == State.STATE_SUCCEEDED) {
      out.setDone(true).setResponse(Any.pack(record.getResponse()));
    } else if (state == State.STATE_FAILED) {
      out.setDone(true).setError(failure(record.getFailure(), record.getFailureMessage()));
    } else if (state == State.STATE_CANCELLED) {
      out.setDone(true)
          .setError(
              Status.newBuilder()
                  .setCode(Code.CANCELLED_VALUE)
                  .setMessage("the job was cancelled, as was asked for"));
    }
    return out.build();
  }

  private static Status failure(FailJobRequest.Reason reason, String message) {
    Code code =
        switch (reason) {
          case REASON_NOT_RECOVERABLE -> Code.FAILED_PRECONDITION;
          case REASON_TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
          case REASON_BUDGET_EXCEEDED -> Code.DEADLINE_EXCEEDED;
          case REASON_DATA_DAMAGED -> Code.DATA_LOSS;
          case REASON_WORKERS_LOST -> Code.ABORTED;
          case REASON_INTERNAL, REASON_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
        };
    String name = reason.name().replaceFirst("^REASON_", "");
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(message)
        .addDetails(
            Any.pack(ErrorInfo.newBuilder().setReason(name).setDomain(Errors.DOMAIN).build()))
        .build();
  }
}
