package io.resketch.server;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.resketch.core.InvalidInputException;
import io.resketch.server.access.AccessControl;
import io.resketch.server.admission.Admission;
import io.resketch.server.concepts.Concepts;
import io.resketch.server.grpc.AdminEndpoint;
import io.resketch.server.grpc.CollectionEndpoint;
import io.resketch.server.grpc.ConceptCalls;
import io.resketch.server.grpc.OperationsEndpoint;
import io.resketch.server.grpc.RecoveryEndpoint;
import io.resketch.server.grpc.RepositoryEndpoint;
import io.resketch.server.grpc.SketchEndpoint;
import io.resketch.server.grpc.WorkerEndpoint;
import io.resketch.server.index.SketchIndexes;
import io.resketch.server.query.ConceptAnswers;
import io.resketch.server.query.Estimators;
import io.resketch.server.query.Explanations;
import io.resketch.server.query.SimilaritySearch;
import io.resketch.server.query.TimeStatistics;
import io.resketch.server.recovery.Corpora;
import io.resketch.server.recovery.Jobs;
import io.resketch.server.recovery.Leases;
import io.resketch.server.recovery.Networks;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.repository.Repository;
import io.resketch.server.retention.Retention;
import io.resketch.server.rollup.RollUpWorker;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.storage.Backups;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A running server: gRPC on one port, metrics and health over HTTP on another, its data in one
 * directory. Thread-safe.
 */
public final class ResketchServer implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final int MAX_CALLS_PER_CONNECTION = 256;
  private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** A call waits for one other at most, so that what is taken on is answered soon. */
  private static final int UNARY_CALLS = 2 * THREADS;

  private static final int OPEN_STREAMS = 64;

  /** Those of jobs, and a few more of concepts than there may be, so that they are told so. */
  private static final int OPEN_WATCHES = Concepts.MAX_WATCHERS + 64;

  private static final int CHANNELZ_TRACE = 100;
  private static final long DRAIN_SECONDS = 20;
  private static final Duration ROLL_UP_AFTER = Duration.ofSeconds(5);

  private final RocksStore store;
  private final Optional<Backups> backups;
  private final SketchIndexes indexes;
  private final Admission admission;
  private final ScheduledExecutorService follower;
  private final Concepts concepts;
  private final Jobs jobs;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;
  private final HttpEndpoint http;
  private final Retention retention;
  private final RollUpWorker worker;

  private ResketchServer(
      ServerConfig config,
      RocksStore store,
      Optional<Backups> backups,
      ScheduledExecutorService follower,
      int indexThreshold,
      Duration lease)
      throws IOException {
    this.store = store;
    this.backups = backups;
    this.follower = follower;
    ServerCredentials credentials = credentials(config.tls(), follower);
    Optional<AccessControl> access = config.tokens().map(file -> new AccessControl(file, follower));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    Repository repository = new Repository(store, InstantSource.system());
    RollUps rollUps = new RollUps(store);
    indexes =
        new SketchIndexes(
            repository, config.dataDirectory().resolve("index"), indexThreshold, registry);
    concepts = new Concepts(repository);
    Estimators estimators = new Estimators();
    admission =
        new Admission(
            new Admission.Room(UNARY_CALLS, THREADS),
            new Admission.Room(OPEN_STREAMS, THREADS),
            new Admission.Room(OPEN_WATCHES, 1),
            registry);
    Corpora corpora = new Corpora(store, InstantSource.system());
    jobs = new Jobs(store, corpora, InstantSource.system(), System::nanoTime, lease);
    PairFeed feed = new PairFeed(repository, corpora, jobs);
    retention = new Retention(repository, InstantSource.system());
    // Only the work itself goes to its threads: health and reflection answer when they are busy.
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
            new InetSocketAddress(config.host(), config.port()), credentials);
    access.ifPresent(builder::intercept); // called after the two below, last before the call
    server =
        builder
            .directExecutor()
            .callExecutor(admission)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .intercept(admission)
            .intercept(new MetricCollectingServerInterceptor(registry)) // sees refusals, too
            .addService(new SketchEndpoint(estimators))
            .addService(new CollectionEndpoint(repository, feed))
            .addService(
                new RepositoryEndpoint(
                    repository,
                    feed,
                    new SimilaritySearch(repository, indexes),
                    new TimeStatistics(repository, rollUps, estimators),
                    new Explanations(repository),
                    new ConceptCalls(
                        repository,
                        concepts,
                        new ConceptAnswers(repository, estimators),
                        admission.shortCalls())))
            .addService(new AdminEndpoint(store, backups))
            .addService(
                new RecoveryEndpoint(
                    repository.requests(), corpora, feed, jobs, new Networks(store)))
            .addService(new OperationsEndpoint(jobs))
            .addService(new WorkerEndpoint(corpora, jobs.leases()))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(ChannelzService.newInstance(CHANNELZ_TRACE))
            .build();
    try {
      server.start();
      http = new HttpEndpoint(config.httpHost(), config.httpPort(), registry, store::writeTrouble);
    } catch (IOException | RuntimeException e) {
      server.shutdownNow();
      admission.close();
      jobs.close();
      concepts.close();
      indexes.close();
      throw e;
    }
    jobs.start();
    retention.start();
    worker = new RollUpWorker(repository, rollUps, ROLL_UP_AFTER);
    health.setStatus("", ServingStatus.SERVING);
  }

  /**
   * Starts a server.
   *
   * @throws StorageException if the data directory or that of the backups cannot be opened, for one
   *     because another server uses it
   * @throws InvalidInputException if the file of the tokens, or certificate and key, are none
   * @throws IOException if a port cannot be listened on
   */
  public static ResketchServer start(ServerConfig config) throws IOException {
    return start(config, SketchIndexes.DEFAULT_THRESHOLD);
  }

  /** As above, with an index for collections from {@code indexThreshold} sketches on. */
  static ResketchServer start(ServerConfig config, int indexThreshold) throws IOException {
    return start(config, indexThreshold, Leases.DURATION);
  }

  /** As above, with leases of workers of another length. */
  static ResketchServer start(ServerConfig config, int indexThreshold, Duration lease)
      throws IOException {
    RocksStore store = RocksStore.open(config.dataDirectory());
    Optional<Backups> backups = Optional.empty();
    ScheduledExecutorService follower =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "resketch-follower");
              thread.setDaemon(true);
              return thread;
            });
    try {
      backups = config.backupDirectory().map(Backups::open);
      return new ResketchServer(config, store, backups, follower, indexThreshold, lease);
    } catch (IOException | RuntimeException e) {
      follower.shutdownNow();
      backups.ifPresent(Backups::close);
      store.close();
      throw e;
    }
  }

  /** Follows what replaces the files, so that a certificate is renewed without a restart. */
  private static ServerCredentials credentials(
      Optional<ServerConfig.Tls> tls, ScheduledExecutorService follower) {
    if (tls.isEmpty()) {
      return InsecureServerCredentials.create();
    }
    File certificate = tls.get().certificate().toFile();
    File key = tls.get().key().toFile();
    AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
    try {
      var unused =
          identity.updateIdentityCredentials(certificate, key, 1, TimeUnit.MINUTES, follower);
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidInputException(
          "tls",
          certificate + " and " + key + " are no certificate and its PKCS #8 key in PEM: " + e);
    }
    return TlsServerCredentials.newBuilder().keyManager(identity).build();
  }

  /** Port of gRPC. */
  public int port() {
    return server.getPort();
  }

  /** Port of metrics and health. */
  public int httpPort() {
    return http.port();
  }

  /** Stops accepting calls, lets running ones finish for a while, and closes the data. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    jobs.close(); // a watch would never end
    concepts.close();
    try {
      if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
        server.awaitTermination();
      }
      admission.close();
      admission.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    http.close();
    follower.shutdownNow();
    retention.close();
    worker.close();
    backups.ifPresent(Backups::close);
    indexes.close();
    store.close();
  }
}
