package io.resketch.server.access;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.resketch.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls without a token whose role is enough: {@code authorization: Bearer TOKEN}. Health
 * and reflection need none. Follows changes of the file; one that cannot be read changes nothing,
 * and the log says so.
 */
public final class AccessControl implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "bearer ";
  private static final Set<String> OPEN =
      Set.of(HealthGrpc.SERVICE_NAME, ServerReflectionGrpc.SERVICE_NAME);
  private static final long SECONDS_BETWEEN_LOOKS = 1;

  private final Path path;
  private volatile Map<String, TokenFile.Entry> tokens;
  private String trouble = "";

  /**
   * Reads the file, and again every second.
   *
   * @param executor where it is read again
   * @throws InvalidInputException if it is not there or cannot be read, or a line is not a token's
   */
  public AccessControl(Path path, ScheduledExecutorService executor) {
    this.path = path;
    try {
      tokens = read();
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(
          "tokens",
          path
              + " is not there; make it with resketch token create --tokens "
              + path
              + " --name NAME --role ROLE");
    } catch (IOException e) {
      throw new InvalidInputException("tokens", path + " cannot be read: " + e);
    }
    var unused =
        executor.scheduleWithFixedDelay(
            this::readAgain, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
  }

  private Map<String, TokenFile.Entry> read() throws IOException {
    return new TokenFile(path)
        .read().stream().collect(Collectors.toMap(TokenFile.Entry::hash, Function.identity()));
  }

  private void readAgain() {
    try {
      Map<String, TokenFile.Entry> now = read();
      if (!now.equals(tokens)) {
        LOG.info("{}: {} tokens", path, now.size());
      }
      tokens = now;
      trouble = "";
    } catch (IOException | RuntimeException e) {
      if (!e.toString().equals(trouble)) {
        LOG.error("the tokens stay as they were: {}", e.toString());
      }
      trouble = e.toString();
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Optional<StatusRuntimeException> refusal = refusal(call.getMethodDescriptor(), headers);
    if (refusal.isEmpty()) {
      return next.startCall(call, headers);
    }
    call.close(refusal.get().getStatus(), refusal.get().getTrailers());
    return new ServerCall.Listener<>() {};
  }

  private Optional<StatusRuntimeException> refusal(
      MethodDescriptor<?, ?> method, Metadata headers) {
    if (OPEN.contains(String.valueOf(method.getServiceName()))) {
      return Optional.empty();
    }
    String header = headers.get(AUTHORIZATION);
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return refusal(
          Code.UNAUTHENTICATED,
          "TOKEN_MISSING",
          "the call has no token; send authorization: Bearer TOKEN (--token, RESKETCH_TOKEN)");
    }
    TokenFile.Entry entry = tokens.get(TokenFile.hash(header.substring(SCHEME.length()).strip()));
    if (entry == null) {
      return refusal(
          Code.UNAUTHENTICATED,
          "TOKEN_UNKNOWN",
          "the server does not know the token; it may have been deleted");
    }
    if (!entry.role().may(method)) {
      return refusal(
          Code.PERMISSION_DENIED,
          "ROLE_INSUFFICIENT",
          String.format(
              Locale.ROOT,
              "%s has the role %s, and %s needs %s",
              entry.name(),
              entry.role().word(),
              method.getBareMethodName(),
              Role.least(method).word()));
    }
    return Optional.empty();
  }

  private static Optional<StatusRuntimeException> refusal(
      Code code, String reason, String message) {
    return Optional.of(
        StatusProto.toStatusRuntimeException(
            Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder().setReason(reason).setDomain("resketch.io").build()))
                .build()));
  }
}
