package io.resketch.client;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.resketch.v1.Backup;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CollectionServiceGrpc.CollectionServiceBlockingStub;
import io.resketch.v1.CreateBackupRequest;
import io.resketch.v1.CreateBackupResponse;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.DeleteBackupRequest;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import io.resketch.v1.RepositoryServiceGrpc.RepositoryServiceStub;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.SketchServiceGrpc;
import io.resketch.v1.SketchServiceGrpc.SketchServiceBlockingStub;
import io.resketch.v1.VerifyBackupRequest;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a Resketch server. Thread-safe; make one and share it. Connects on the first
 * call, and again after a failure. Calls end with DEADLINE_EXCEEDED after {@link #CALL_TIMEOUT},
 * streams and backups do not. A call that found the server unavailable, or overloaded, is made up
 * to five times, which is safe for all of them; to an overloaded server after the delay it asks
 * for.
 *
 * <pre>{@code
 * try (ResketchClient client = ResketchClient.connect("127.0.0.1:7420")) {
 *   SketchCollection rooms = client.createCollection("rooms", new SketchSpec(4096, 16, 7));
 *   Computation run =
 *       Computation.builder()
 *           .object("cat1", "cat", Attributes.dense(0.6f, 0.8f))
 *           .root("cat1", 1f)
 *           .build();
 *   rooms.put("run-1", Instant.now(), Map.of(), run);
 *   rooms.search("run-1", 10).forEach(System.out::println);
 * }
 * }</pre>
 */
public final class ResketchClient implements AutoCloseable {
  /** Limit of a single call. */
  public static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** What both sides take in one message. */
  static final int MAX_MESSAGE_BYTES = 64 << 20;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final ManagedChannel channel;

  private ResketchClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * A client of the server at {@code target}, without token and encryption.
   *
   * @param target host and port, such as {@code 127.0.0.1:7420}
   * @throws InvalidInputException if the target is not of this form
   */
  public static ResketchClient connect(String target) {
    return connect(Connection.to(target));
  }

  /**
   * A client of a server.
   *
   * @throws InvalidInputException if the file of certificates cannot be read
   */
  public static ResketchClient connect(Connection connection) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(connection.target(), credentials(connection))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .intercept(new MessageLimit(MAX_MESSAGE_BYTES))
            .defaultServiceConfig(retries())
            .enableRetry();
    connection
        .token()
        .ifPresent(
            token -> {
              Metadata headers = new Metadata();
              headers.put(AUTHORIZATION, "Bearer " + token);
              builder.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
            });
    return over(builder.build());
  }

  private static ChannelCredentials credentials(Connection connection) {
    if (!connection.tls()) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    if (connection.authorities().isPresent()) {
      Path pem = connection.authorities().get();
      try {
        tls.trustManager(pem.toFile());
      } catch (IOException e) {
        throw new InvalidInputException(
            "tls-ca", pem + " is no readable file of certificates in PEM: " + e.getMessage());
      }
    }
    return tls.build();
  }

  /** A client over a channel of the caller's making, which {@link #close()} shuts down. */
  public static ResketchClient over(ManagedChannel channel) {
    return new ResketchClient(channel);
  }

  /** An answer that names a delay is retried whatever its status. */
  private static Map<String, ?> retries() {
    Map<String, ?> policy =
        Map.of(
            "maxAttempts",
            5.0,
            "initialBackoff",
            "0.1s",
            "maxBackoff",
            "0.5s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE"));
    return Map.of(
        "methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy)));
  }

  /**
   * Creates a collection that keeps skeletons. One that exists with the same spec is opened.
   *
   * @param id 1 to 63 characters of [a-z0-9-], starting with a letter
   * @throws ResketchException ALREADY_EXISTS if it exists with another spec
   */
  public SketchCollection createCollection(String id, SketchSpec spec) {
    return createCollection(id, spec, SkeletonPolicy.SKELETON_POLICY_ALL);
  }

  /**
   * Creates a collection. One that exists with the same spec and policy is opened.
   *
   * @param id 1 to 63 characters of [a-z0-9-], starting with a letter
   * @throws ResketchException ALREADY_EXISTS if it exists with another spec or policy
   */
  public SketchCollection createCollection(String id, SketchSpec spec, SkeletonPolicy policy) {
    return createCollection(id, spec, policy, List.of());
  }

  /**
   * As above, with sums by the values of labels.
   *
   * @param rollUpLabels keys of labels by which statistics are to be quick, at most 4; empty: those
   *     of the collection if it exists, else none
   */
  public SketchCollection createCollection(
      String id, SketchSpec spec, SkeletonPolicy policy, List<String> rollUpLabels) {
    return createCollection(
        id,
        Collection.newBuilder()
            .setSpec(Sketches.spec(spec))
            .setSkeletonPolicy(policy)
            .addAllRollupLabels(rollUpLabels)
            .build());
  }

  /**
   * Creates a collection with all that can be chosen. One that exists is opened if it is the same
   * in what is chosen here.
   *
   * @param wanted spec, skeleton policy, rollup_labels, retention and index
   * @throws ResketchException ALREADY_EXISTS if it exists and differs
   */
  public SketchCollection createCollection(String id, Collection wanted) {
    CreateCollectionRequest request =
        CreateCollectionRequest.newBuilder()
            .setCollectionId(id)
            .setCollection(wanted)
            .setRequestId(requestId())
            .build();
    return open(
        ResketchException.translate(
            () -> collectionService().createCollection(request).getCollection()));
  }

  /**
   * Opens a collection.
   *
   * @throws ResketchException NOT_FOUND if there is none of this id
   */
  public SketchCollection openCollection(String id) {
    GetCollectionRequest request =
        GetCollectionRequest.newBuilder().setName("collections/" + id).build();
    return open(
        ResketchException.translate(
            () -> collectionService().getCollection(request).getCollection()));
  }

  /** The collections of the server by name, read page by page. */
  public Iterable<SketchCollection> collections() {
    return () ->
        new PageIterator<>(
            token -> {
              var response =
                  ResketchException.translate(
                      () ->
                          collectionService()
                              .listCollections(
                                  ListCollectionsRequest.newBuilder().setPageToken(token).build()));
              return new PageIterator.Page<>(
                  response.getCollectionsList().stream().map(this::open).toList(),
                  response.getNextPageToken());
            });
  }

  /**
   * Deletes a collection for good.
   *
   * @param force even if it holds runs
   * @return how many runs it held
   * @throws ResketchException NOT_FOUND; FAILED_PRECONDITION if it holds runs
   */
  public long deleteCollection(String id, boolean force) {
    DeleteCollectionRequest request =
        DeleteCollectionRequest.newBuilder()
            .setName("collections/" + id)
            .setForce(force)
            .setRequestId(requestId())
            .build();
    return ResketchException.translate(
        () -> collectionService().deleteCollection(request).getSketchCount());
  }

  private SketchCollection open(Collection message) {
    return new SketchCollection(this, message.getName(), Sketches.spec(message.getSpec()));
  }

  /** The stub of SketchService, for calls that this class does not wrap; good for one call. */
  public SketchServiceBlockingStub sketchService() {
    return withDeadline(SketchServiceGrpc.newBlockingStub(channel));
  }

  /** The stub of CollectionService, for calls that this class does not wrap; good for one call. */
  public CollectionServiceBlockingStub collectionService() {
    return withDeadline(CollectionServiceGrpc.newBlockingStub(channel));
  }

  /** The stub of RepositoryService, for calls that this class does not wrap; good for one call. */
  public RepositoryServiceBlockingStub repositoryService() {
    return withDeadline(RepositoryServiceGrpc.newBlockingStub(channel));
  }

  /**
   * Makes a backup of all that the server keeps, in the directory it was started with.
   *
   * @param keep then verify it and delete all but the newest so many; 0: delete none
   * @throws ResketchException FAILED_PRECONDITION if the server has no directory for backups
   */
  public CreateBackupResponse createBackup(int keep) {
    CreateBackupRequest request = CreateBackupRequest.newBuilder().setKeep(keep).build();
    return ResketchException.translate(() -> adminService().createBackup(request));
  }

  /** The backups of the server, oldest first. */
  public List<Backup> backups() {
    return ResketchException.translate(
        () -> adminService().listBackups(ListBackupsRequest.getDefaultInstance()).getBackupsList());
  }

  /**
   * Has the server compare every file of a backup with its checksum.
   *
   * @param id 0 for the newest
   * @throws ResketchException DATA_LOSS if it is damaged, NOT_FOUND if there is none
   */
  public Backup verifyBackup(int id) {
    VerifyBackupRequest request = VerifyBackupRequest.newBuilder().setId(id).build();
    return ResketchException.translate(() -> adminService().verifyBackup(request).getBackup());
  }

  /**
   * Deletes a backup.
   *
   * @throws ResketchException NOT_FOUND if there is none
   */
  public void deleteBackup(int id) {
    DeleteBackupRequest request = DeleteBackupRequest.newBuilder().setId(id).build();
    var unused = ResketchException.translate(() -> adminService().deleteBackup(request));
  }

  /** Without a deadline: a backup takes as long as its bytes. */
  private AdminServiceBlockingStub adminService() {
    return AdminServiceGrpc.newBlockingStub(channel);
  }

  /** Corpora, recoveries and recovered networks of the server. */
  public RecoveryClient recovery() {
    return new RecoveryClient(this);
  }

  /** For stubs of services that this class does not wrap; retries as its calls do. */
  public Channel channel() {
    return channel;
  }

  /** Tries to connect now, where failures have put it off for some time. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  RepositoryServiceBlockingStub blockingStreams() {
    return RepositoryServiceGrpc.newBlockingStub(channel);
  }

  RepositoryServiceStub repositoryStreams() {
    return RepositoryServiceGrpc.newStub(channel);
  }

  /** Of a call that is to be done once, however often it is sent. */
  static String requestId() {
    return UUID.randomUUID().toString();
  }

  static <S extends AbstractStub<S>> S withDeadline(S stub) {
    return stub.withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets running calls finish for a few seconds, then cuts them. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
