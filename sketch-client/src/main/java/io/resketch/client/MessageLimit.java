package io.resketch.client;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Locale;

/**
 * Refuses a request above the limit of a message before it is sent: a server that meets one breaks
 * the call off without saying why.
 */
record MessageLimit(int bytes) implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void sendMessage(Q message) {
        if (message instanceof MessageLite request && request.getSerializedSize() > bytes) {
          throw fault(request.getSerializedSize(), bytes).asRuntimeException();
        }
        super.sendMessage(message);
      }
    };
  }

  /** What is said of a request that is too large. */
  static Status fault(int size, int limit) {
    return Status.INVALID_ARGUMENT.withDescription(
        String.format(
            Locale.ROOT,
            "a message of %,d bytes, above the limit of %,d; send fewer attributes, or sketch it"
                + " yourself and send the sketch",
            size,
            limit));
  }
}
