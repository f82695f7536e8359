package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CollectionServiceGrpc.CollectionServiceBlockingStub;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.SketchServiceGrpc;
import io.resketch.v1.SketchServiceGrpc.SketchServiceBlockingStub;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A server on loopback over Netty, and a client's view of it. */
final class TestServer implements AutoCloseable {
  static final SketchSpec SPEC = new SketchSpec(4096, 16, 7);
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  final ResketchServer server;
  final ManagedChannel channel;

  TestServer(Path directory) throws IOException {
    this(ResketchServer.start(new ServerConfig(directory, "127.0.0.1", 0, 0)));
  }

  /** With an index for collections from {@code indexThreshold} sketches on. */
  TestServer(Path directory, int indexThreshold) throws IOException {
    this(ResketchServer.start(new ServerConfig(directory, "127.0.0.1", 0, 0), indexThreshold));
  }

  TestServer(ServerConfig config) throws IOException {
    this(ResketchServer.start(config));
  }

  private TestServer(ResketchServer server) {
    this.server = server;
    this.channel = channel(server.port());
  }

  static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  CollectionServiceBlockingStub collections() {
    return CollectionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  RepositoryServiceBlockingStub repository() {
    return RepositoryServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  SketchServiceBlockingStub sketches() {
    return SketchServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  Collection create(String id, SketchSpec spec) {
    return create(id, Collection.newBuilder().setSpec(Sketches.spec(spec)).build());
  }

  Collection create(String id, Collection collection) {
    return collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setCollectionId(id)
                .setCollection(collection)
                .build())
        .getCollection();
  }

  Collection collection(String id) {
    return collections()
        .getCollection(GetCollectionRequest.newBuilder().setName("collections/" + id).build())
        .getCollection();
  }

  SketchRecord put(String collection, String id, Computation run) {
    return put(collection, Graphs.computation(run).toBuilder().setId(id).build());
  }

  SketchRecord put(String collection, io.resketch.v1.Computation run) {
    return put(collection, PutItem.newBuilder().setComputation(run).build());
  }

  SketchRecord put(String collection, FinishedSketch finished) {
    return put(collection, PutItem.newBuilder().setFinished(finished).build());
  }

  private SketchRecord put(String collection, PutItem item) {
    return repository()
        .put(PutRequest.newBuilder().setParent("collections/" + collection).setItem(item).build())
        .getRecord();
  }

  /** What a call that must fail fails with. */
  static Failure failure(ThrowingCallable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e).as("the call must fail").isNotNull();
    Status status = StatusProto.fromThrowable(e);
    return Failure.of(status.getCode(), status.getMessage(), status.getDetailsList());
  }

  /**
   * An error with its detail.
   *
   * @param field of a BadRequest, else empty
   * @param reason of an ErrorInfo, else empty
   */
  record Failure(Code code, String message, String field, String reason) {
    static Failure of(int code, String message, List<Any> details) {
      String field = "";
      String reason = "";
      for (Any detail : details) {
        if (detail.is(BadRequest.class)) {
          field = unpack(detail, BadRequest.class).getFieldViolations(0).getField();
        } else if (detail.is(ErrorInfo.class)) {
          reason = unpack(detail, ErrorInfo.class).getReason();
        }
      }
      return new Failure(Code.forNumber(code), message, field, reason);
    }

    private static <T extends Message> T unpack(Any detail, Class<T> type) {
      try {
        return detail.unpack(type);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    void isInvalid(String expectedField) {
      assertThat(code).as(message).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(field).as(message).isEqualTo(expectedField);
      assertThat(message).startsWith(expectedField + ": ");
    }

    void is(Code expected, String expectedReason) {
      assertThat(code).as(message).isEqualTo(expected);
      assertThat(reason).as(message).isEqualTo(expectedReason);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
