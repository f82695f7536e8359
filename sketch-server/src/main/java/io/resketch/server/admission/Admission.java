package io.resketch.server.admission;

import com.google.longrunning.OperationsGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.MeterRegistry;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Takes on so many calls of this project's services and refuses the others at once, with
 * RESOURCE_EXHAUSTED and a delay after which to try again. Short calls have threads of their own;
 * streams and other calls that may take long have others, and so do watches, which stay open and do
 * nothing most of the time. Calls of other services, such as health, run where they arrive and are
 * never refused. Thread-safe.
 *
 * <p>A call is admitted where it arrives, before it gets a thread, so that a refusal waits for
 * nothing and reads nothing of the message. It counts until it has ended and its work is done, also
 * if the client has left.
 */
public final class Admission
    implements ServerCallExecutorSupplier, ServerInterceptor, AutoCloseable {
  /** Tells the interceptor what was decided; a client that sends it is not heard. */
  private static final Metadata.Key<String> ADMITTED =
      Metadata.Key.of("resketch-admitted", Metadata.ASCII_STRING_MARSHALLER);

  /** Obeyed by the retries of gRPC itself, in every language. */
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final String SERVICES = "resketch.";

  private static final Set<String> WATCHES =
      names(
          RepositoryServiceGrpc.getWatchConceptsMethod(),
          RecoveryServiceGrpc.getWatchOperationMethod(),
          OperationsGrpc.getWaitOperationMethod());

  /** They may have to wait until the concepts have caught up. */
  private static final Set<String> LONG_CALLS =
      names(
          RepositoryServiceGrpc.getListConceptsMethod(),
          RepositoryServiceGrpc.getListConceptMembersMethod());

  private static final long LEAST_DELAY_MILLIS = 200;
  private static final int DELAYS = 16;
  private static final long DELAY_STEP_MILLIS = 20;

  private final Lane unary;
  private final Lane streams;
  private final Lane watches;
  private final AtomicLong refusals = new AtomicLong();

  /**
   * How many of a kind of calls.
   *
   * @param calls admitted at once, running and waiting
   * @param threads that run them
   */
  public record Room(int calls, int threads) {}

  /**
   * Starts the threads.
   *
   * @param unary short calls
   * @param streams streams that move data, and other calls that may take long
   * @param watches calls that wait for something to tell
   */
  public Admission(Room unary, Room streams, Room watches, MeterRegistry registry) {
    this.unary = new Lane("unary", unary, registry);
    this.streams = new Lane("stream", streams, registry);
    this.watches = new Lane("watch", watches, registry);
  }

  /** Threads of short calls, for what an admitted call leaves to be done later. */
  public Executor shortCalls() {
    return unary.executor();
  }

  private static Set<String> names(MethodDescriptor<?, ?>... methods) {
    return Arrays.stream(methods)
        .map(MethodDescriptor::getFullMethodName)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Null for services that are not this project's. */
  private Lane lane(MethodDescriptor<?, ?> method) {
    String service = String.valueOf(method.getServiceName());
    if (!service.startsWith(SERVICES) && !service.equals(OperationsGrpc.SERVICE_NAME)) {
      return null;
    }
    if (WATCHES.contains(method.getFullMethodName())) {
      return watches;
    }
    boolean isShort =
        method.getType() == MethodDescriptor.MethodType.UNARY
            && !service.equals(AdminServiceGrpc.SERVICE_NAME)
            && !LONG_CALLS.contains(method.getFullMethodName());
    return isShort ? unary : streams;
  }

  @Override
  public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
    headers.discardAll(ADMITTED);
    Lane lane = lane(call.getMethodDescriptor());
    if (lane == null || !lane.enter()) {
      return null;
    }
    headers.put(ADMITTED, lane.name());
    return lane.executor();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Lane lane = lane(call.getMethodDescriptor());
    if (lane == null) {
      return next.startCall(call, headers);
    }
    if (!headers.containsKey(ADMITTED)) {
      lane.countRefusal();
      StatusRuntimeException refusal = refusal(lane);
      call.close(refusal.getStatus(), refusal.getTrailers());
      return new ServerCall.Listener<>() {};
    }
    try {
      return new Admitted<>(next.startCall(call, headers), lane);
    } catch (RuntimeException | Error e) {
      lane.leave();
      throw e;
    }
  }

  /** Leaves its lane when the call has ended, one way or the other. */
  private static final class Admitted<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Lane lane;

    Admitted(ServerCall.Listener<Q> call, Lane lane) {
      super(call);
      this.lane = lane;
    }

    @Override
    public void onCancel() {
      try {
        super.onCancel();
      } finally {
        lane.leave();
      }
    }

    @Override
    public void onComplete() {
      try {
        super.onComplete();
      } finally {
        lane.leave();
      }
    }
  }

  private StatusRuntimeException refusal(Lane lane) {
    // Spread, so that those refused together do not come back together.
    long delay =
        LEAST_DELAY_MILLIS + DELAY_STEP_MILLIS * Math.floorMod(refusals.getAndIncrement(), DELAYS);
    Status status =
        Status.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
            .setMessage(
                "the server is busy with "
                    + lane.limit()
                    + " "
                    + lane.name()
                    + " calls, as many as it takes on at once; try again in "
                    + delay
                    + " ms")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("OVERLOADED")
                        .setDomain("resketch.io")
                        .build()))
            .addDetails(
                Any.pack(RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(delay)).build()))
            .build();
    Metadata trailers = new Metadata();
    trailers.put(PUSHBACK, Long.toString(delay));
    return StatusProto.toStatusRuntimeException(status, trailers);
  }

  /** Ends the threads when the calls under way are done. */
  @Override
  public void close() {
    unary.executor().shutdown();
    streams.executor().shutdown();
    watches.executor().shutdown();
  }

  /** Waits until all work is done. */
  public void awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    unary.executor().awaitTermination(timeout, unit);
    streams.executor().awaitTermination(timeout, unit);
    watches.executor().awaitTermination(timeout, unit);
  }
}
