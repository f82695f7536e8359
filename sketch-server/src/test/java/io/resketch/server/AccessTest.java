package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import io.resketch.core.InvalidInputException;
import io.resketch.server.access.Role;
import io.resketch.server.access.TokenFile;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.LeaseJobRequest;
import io.resketch.v1.ListBackupsRequest;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.WorkerServiceGrpc;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens and roles over real Netty. */
final class AccessTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path folder;
  private TokenFile tokens;
  private Path file;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    file = folder.resolve("tokens");
    tokens = new TokenFile(file);
    tokens.create("first", Role.ADMIN);
    server =
        new TestServer(
            new ServerConfig(folder.resolve("data"), "127.0.0.1", 0, 0).withTokens(file));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Channel with(String header) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, header);
    return ClientInterceptors.intercept(
        server.channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private Channel of(Role role) throws IOException {
    String token = tokens.create("some-" + role.word(), role);
    Channel channel = with("Bearer " + token);
    await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(
            () ->
                assertThat(TestServer.failure(() -> ping(channel)).reason())
                    .isNotEqualTo("TOKEN_UNKNOWN"));
    return channel;
  }

  /** Fails with the access's reason, or since there are no backups. */
  private static void ping(Channel channel) {
    AdminServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .listBackups(ListBackupsRequest.getDefaultInstance());
  }

  private static int list(Channel channel) {
    return CollectionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .listCollections(ListCollectionsRequest.getDefaultInstance())
        .getCollectionsCount();
  }

  private static void create(Channel channel) {
    var unused =
        CollectionServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .createCollection(
                CreateCollectionRequest.newBuilder()
                    .setCollectionId("rooms")
                    .setCollection(Collection.newBuilder().setSpec(Sketches.spec(TestServer.SPEC)))
                    .build());
  }

  private static boolean lease(Channel channel) {
    return WorkerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .leaseJob(LeaseJobRequest.newBuilder().setWorker("w").build())
        .hasLease();
  }

  private static void isDenied(Runnable call, String has, String needs) {
    TestServer.Failure failure = TestServer.failure(call::run);
    failure.is(Code.PERMISSION_DENIED, "ROLE_INSUFFICIENT");
    assertThat(failure.message()).contains("some-" + has + " has the role " + has, needs);
  }

  @Test
  void callWithoutAKnownToken_isRefusedAndSaysWhatIsMissing() {
    TestServer.failure(() -> list(server.channel)).is(Code.UNAUTHENTICATED, "TOKEN_MISSING");
    TestServer.failure(() -> list(with("Basic YTpi"))).is(Code.UNAUTHENTICATED, "TOKEN_MISSING");
    TestServer.failure(() -> list(with("Bearer nobody"))).is(Code.UNAUTHENTICATED, "TOKEN_UNKNOWN");
    TestServer.failure(() -> list(with("Bearer "))).is(Code.UNAUTHENTICATED, "TOKEN_UNKNOWN");
  }

  @Test
  void reader_readsOnly() throws IOException {
    Channel reader = of(Role.READER);
    assertThat(list(reader)).isZero();
    isDenied(() -> create(reader), "reader", "needs writer");
    isDenied(() -> lease(reader), "reader", "needs worker");
    isDenied(() -> ping(reader), "reader", "needs admin");
    assertThat(list(reader)).isZero();
  }

  @Test
  void writer_writesAndReads() throws IOException {
    Channel writer = of(Role.WRITER);
    create(writer);
    assertThat(list(writer)).isOne();
    isDenied(() -> lease(writer), "writer", "needs worker");
    isDenied(() -> ping(writer), "writer", "needs admin");
  }

  @Test
  void worker_takesJobsOnly() throws IOException {
    Channel worker = of(Role.WORKER);
    assertThat(lease(worker)).isFalse();
    isDenied(() -> list(worker), "worker", "needs reader");
  }

  @Test
  void admin_callsAll() throws IOException {
    Channel admin = of(Role.ADMIN);
    create(admin);
    assertThat(lease(admin)).isFalse();
    TestServer.failure(() -> ping(admin)).is(Code.FAILED_PRECONDITION, "NO_BACKUP_DIRECTORY");
  }

  @Test
  void tokenThatIsDeleted_isRefused_andABrokenFileChangesNothing() throws Exception {
    Channel reader = of(Role.READER);
    String good = Files.readString(file);
    Files.writeString(file, good + "broken\n");
    TimeUnit.MILLISECONDS.sleep(2_500); // it is read every second
    assertThat(list(reader)).isZero();
    Files.delete(file);
    TimeUnit.MILLISECONDS.sleep(2_500);
    assertThat(list(reader)).isZero();
    Files.writeString(file, good);
    tokens.delete("some-reader");
    await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(
            () ->
                assertThat(TestServer.failure(() -> list(reader)).reason())
                    .isEqualTo("TOKEN_UNKNOWN"));
  }

  @Test
  void refusedCalls_leaveTheirPlaces() throws IOException {
    Channel reader = of(Role.READER);
    for (int i = 0; i < 1_000; i++) {
      TestServer.failure(() -> list(server.channel)).is(Code.UNAUTHENTICATED, "TOKEN_MISSING");
    }
    assertThat(list(reader)).isZero();
  }

  @Test
  void health_needsNoToken() {
    assertThat(
            HealthGrpc.newBlockingStub(server.channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void serverWithoutItsTokens_doesNotStart() throws IOException {
    ServerConfig config = new ServerConfig(folder.resolve("other"), "127.0.0.1", 0, 0);
    assertThatThrownBy(() -> ResketchServer.start(config.withTokens(folder.resolve("none"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resketch token create");
    Files.writeString(file, "cam boss\n");
    assertThatThrownBy(() -> ResketchServer.start(config.withTokens(file)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 1");
    ResketchServer.start(config).close(); // what failed holds nothing
  }

  @Test
  void otherAddressesThanLoopback_needTokensAndTls() {
    Optional<Path> some = Optional.of(file);
    Optional<ServerConfig.Tls> tls = Optional.of(new ServerConfig.Tls(file, file));
    Path data = folder.resolve("other");
    for (boolean hasTls : new boolean[] {true, false}) {
      assertThatThrownBy(
              () ->
                  new ServerConfig(
                      data,
                      "0.0.0.0",
                      0,
                      0,
                      Optional.empty(),
                      hasTls ? Optional.empty() : some,
                      hasTls ? tls : Optional.empty()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("host: 0.0.0.0 is not a loopback address");
    }
    assertThat(new ServerConfig(data, "0.0.0.0", 0, 0, Optional.empty(), some, tls).httpHost())
        .isEqualTo("127.0.0.1");
  }
}
