package io.resketch.server.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.ItemStatus;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as {@code google.rpc.Status} with details. */
final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);
  static final String DOMAIN = "resketch.io";

  /**
   * Errors quote names from the request, which may be long, and travel in trailers, of which a
   * client takes 8 KiB in all: the message percent-encoded and once more in the details.
   */
  private static final int MAX_MESSAGE = 400;

  private static final int MAX_FIELD = 200;

  /** What the caller can mend, and the log need not know, or has said once for all calls. */
  private static final Set<StorageException.Reason> NOT_LOGGED =
      Set.of(
          StorageException.Reason.NO_BACKUP_DIRECTORY,
          StorageException.Reason.BACKUP_NOT_FOUND,
          StorageException.Reason.DISK_FULL);

  private Errors() {}

  static StatusRuntimeException exception(Throwable error) {
    return StatusProto.toStatusRuntimeException(status(error));
  }

  /** What becomes of an item of a stream. */
  static ItemStatus itemStatus(Throwable error) {
    Status status = status(error);
    return ItemStatus.newBuilder()
        .setCode(status.getCode())
        .setMessage(status.getMessage())
        .addAllDetails(status.getDetailsList())
        .build();
  }

  static Status status(Throwable error) {
    if (error instanceof InvalidInputException invalid) {
      BadRequest details =
          BadRequest.newBuilder()
              .addFieldViolations(
                  BadRequest.FieldViolation.newBuilder()
                      .setField(cut(invalid.field(), MAX_FIELD))
                      .setDescription(cut(invalid.getMessage(), MAX_MESSAGE)))
              .build();
      return status(Code.INVALID_ARGUMENT, invalid.getMessage(), Any.pack(details));
    }
    if (error instanceof MismatchException mismatch) {
      return status(Code.FAILED_PRECONDITION, error.getMessage(), info(mismatch.reason().name()));
    }
    if (error instanceof RepositoryException failed) {
      Code code =
          switch (failed.reason()) {
            case COLLECTION_NOT_FOUND,
                SKETCH_NOT_FOUND,
                CONCEPT_NOT_FOUND,
                CORPUS_NOT_FOUND,
                OPERATION_NOT_FOUND,
                LEASE_LOST,
                NETWORK_NOT_FOUND ->
                Code.NOT_FOUND;
            case COLLECTION_EXISTS, SKETCH_EXISTS, CORPUS_EXISTS -> Code.ALREADY_EXISTS;
            case MODULE_MISMATCH,
                NO_SKELETON,
                SKELETON_MISSING,
                COLLECTION_NOT_EMPTY,
                CORPUS_IN_USE,
                TOO_FEW_PAIRS,
                OPERATION_NOT_ENDED ->
                Code.FAILED_PRECONDITION;
            case TOO_MANY_WATCHERS, WATCH_TOO_SLOW -> Code.RESOURCE_EXHAUSTED;
            case SERVER_STOPPING -> Code.UNAVAILABLE;
          };
      return status(code, error.getMessage(), info(failed.reason().name()));
    }
    if (error instanceof StorageException failed) {
      if (!NOT_LOGGED.contains(failed.reason())) {
        LOG.error("a call failed", error);
      }
      Code code =
          switch (failed.reason()) {
            case DISK_FULL -> Code.RESOURCE_EXHAUSTED;
            case DATA_DAMAGED, BACKUP_DAMAGED -> Code.DATA_LOSS;
            case DATA_NOT_OURS, STORAGE_FAILED -> Code.INTERNAL;
            case STORAGE_CLOSED -> Code.UNAVAILABLE;
            case NO_BACKUP_DIRECTORY -> Code.FAILED_PRECONDITION;
            case BACKUP_NOT_FOUND -> Code.NOT_FOUND;
          };
      return status(code, error.getMessage(), info(failed.reason().name()));
    }
    if (error instanceof CancellationException) { // nobody hears it
      return Status.newBuilder()
          .setCode(Code.CANCELLED_VALUE)
          .setMessage(error.getMessage())
          .build();
    }
    LOG.error("a call failed", error);
    return Status.newBuilder()
        .setCode(Code.INTERNAL_VALUE)
        .setMessage(cut("the server failed: " + error.getMessage(), MAX_MESSAGE))
        .build();
  }

  private static String cut(String text, int limit) {
    return text.length() <= limit ? text : text.substring(0, limit) + "…";
  }

  private static Status status(Code code, String message, Any details) {
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(cut(message, MAX_MESSAGE))
        .addDetails(details)
        .build();
  }

  private static Any info(String reason) {
    return Any.pack(ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).build());
  }
}
