package io.resketch.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.resketch.v1.ItemStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The server refused a call, or could not be reached. Carries the canonical status code and the
 * machine-readable details beside a message for people.
 */
public final class ResketchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A rule that a field of the request breaks.
   *
   * @param field path of the field, such as {@code objects[cat1].inputs}
   * @param description value, rule and remedy
   */
  public record FieldViolation(String field, String description) {}

  private final Status.Code code;
  private final transient List<FieldViolation> violations;
  private final transient Optional<String> reason;
  private final transient Optional<Duration> retryDelay;

  private ResketchException(
      Status.Code code, String message, Details details, Optional<Throwable> cause) {
    super(text(code, message, details), cause.orElse(null));
    this.code = code;
    this.violations = List.copyOf(details.violations);
    this.reason = Optional.ofNullable(details.reason);
    this.retryDelay = Optional.ofNullable(details.retryDelay);
  }

  /** Translates what a gRPC stub throws. */
  public static ResketchException of(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    Details details = Details.of(status.getDetailsList());
    return new ResketchException(
        e.getStatus().getCode(), describe(e, status.getMessage()), details, Optional.of(e));
  }

  static ResketchException of(ItemStatus status) {
    return new ResketchException(
        Status.fromCodeValue(status.getCode()).getCode(),
        status.getMessage(),
        Details.of(status.getDetailsList()),
        Optional.empty());
  }

  static ResketchException of(Status status) {
    return of(status.asRuntimeException());
  }

  /** Makes a call and translates its error. */
  static <T> T translate(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw of(e);
    }
  }

  /** The canonical status code. */
  public Status.Code code() {
    return code;
  }

  /** The fields at fault, for INVALID_ARGUMENT; else empty. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /** Machine-readable reason, such as {@code FINGERPRINT_MISMATCH}, where the server gave one. */
  public Optional<String> reason() {
    return reason;
  }

  /** How long the server asks to wait before the call is made again. */
  public Optional<Duration> retryDelay() {
    return retryDelay;
  }

  /** A transport failure says what failed only in its causes. */
  private static String describe(StatusRuntimeException e, String message) {
    Throwable cause = e.getCause();
    while (cause != null && cause.getMessage() == null) {
      cause = cause.getCause();
    }
    return cause == null || message.contains(cause.getMessage())
        ? message
        : message + ": " + cause.getMessage();
  }

  private static String text(Status.Code code, String message, Details details) {
    StringBuilder out = new StringBuilder(code.name()).append(": ");
    List<String> missing = new ArrayList<>();
    for (FieldViolation violation : details.violations) {
      if (!message.contains(violation.description())) {
        missing.add(violation.field() + ": " + violation.description());
      }
    }
    out.append(message.isEmpty() && missing.isEmpty() ? "the server gave no message" : message);
    if (!missing.isEmpty()) {
      out.append(message.isEmpty() ? "" : "; ").append(String.join("; ", missing));
    }
    if (details.reason != null) {
      out.append(" (").append(details.reason).append(')');
    }
    if (details.retryDelay != null) {
      out.append(
          String.format(
              Locale.ROOT, "; try again in %.1f s", details.retryDelay.toMillis() / 1000.0));
    }
    return out.toString();
  }

  /** The standard details of a google.rpc.Status that this exception reports. */
  private static final class Details {
    private final List<FieldViolation> violations = new ArrayList<>();
    private String reason;
    private Duration retryDelay;

    static Details of(List<Any> details) {
      Details out = new Details();
      for (Any detail : details) {
        try {
          out.read(detail);
        } catch (InvalidProtocolBufferException e) {
          out.violations.add(
              new FieldViolation("details", detail.getTypeUrl() + " could not be read"));
        }
      }
      return out;
    }

    private void read(Any detail) throws InvalidProtocolBufferException {
      if (detail.is(BadRequest.class)) {
        for (BadRequest.FieldViolation violation :
            detail.unpack(BadRequest.class).getFieldViolationsList()) {
          violations.add(new FieldViolation(violation.getField(), violation.getDescription()));
        }
      } else if (detail.is(ErrorInfo.class)) {
        reason = detail.unpack(ErrorInfo.class).getReason();
      } else if (detail.is(RetryInfo.class)) {
        var delay = detail.unpack(RetryInfo.class).getRetryDelay();
        retryDelay = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
      }
    }
  }
}
