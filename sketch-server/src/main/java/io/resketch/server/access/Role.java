package io.resketch.server.access;

import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.WorkerServiceGrpc;
import java.util.Locale;
import java.util.Set;

/** What a token is good for. */
public enum Role {
  /** Calls that change nothing. */
  READER,
  /** Those, and calls that change collections, corpora, jobs and networks. */
  WRITER,
  /** What a recovery worker calls: WorkerService, and pairs. */
  WORKER,
  /** Every call. */
  ADMIN;

  /** Of google.longrunning, whose descriptors do not say what changes nothing. */
  private static final Set<String> OPERATION_READS =
      Set.of(
          OperationsGrpc.getGetOperationMethod().getFullMethodName(),
          OperationsGrpc.getListOperationsMethod().getFullMethodName(),
          OperationsGrpc.getWaitOperationMethod().getFullMethodName());

  private static final String PAIRS = RecoveryServiceGrpc.getReadPairsMethod().getFullMethodName();

  /** The name in files, options and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean may(MethodDescriptor<?, ?> method) {
    return switch (this) {
      case ADMIN -> true;
      case WORKER ->
          WorkerServiceGrpc.SERVICE_NAME.equals(method.getServiceName())
              || PAIRS.equals(method.getFullMethodName());
      case READER, WRITER -> least(method).compareTo(this) <= 0;
    };
  }

  /** The role that is enough for a call and may least beside it. */
  static Role least(MethodDescriptor<?, ?> method) {
    String service = String.valueOf(method.getServiceName());
    if (service.equals(WorkerServiceGrpc.SERVICE_NAME)) {
      return WORKER;
    }
    boolean isOurs =
        service.startsWith("resketch.v1.") && !service.equals(AdminServiceGrpc.SERVICE_NAME);
    if (!isOurs && !service.equals(OperationsGrpc.SERVICE_NAME)) {
      return ADMIN;
    }
    return isRead(method) ? READER : WRITER;
  }

  private static boolean isRead(MethodDescriptor<?, ?> method) {
    return OPERATION_READS.contains(method.getFullMethodName())
        || (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
            && schema.getMethodDescriptor().getOptions().getIdempotencyLevel()
                == IdempotencyLevel.NO_SIDE_EFFECTS);
  }
}
