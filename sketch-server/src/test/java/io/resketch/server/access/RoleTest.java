package io.resketch.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.OperationsGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.resketch.v1.AdminServiceGrpc;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SketchServiceGrpc;
import io.resketch.v1.WorkerServiceGrpc;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What each role may call, by name, so that a call that is added is thought about here. */
final class RoleTest {
  private static final Set<String> READS =
      Set.of(
          "SketchService/Sketch",
          "SketchService/Decode",
          "SketchService/Estimate",
          "SketchService/Combine",
          "SketchService/Truncate",
          "CollectionService/GetCollection",
          "CollectionService/ListCollections",
          "RepositoryService/Export",
          "RepositoryService/Get",
          "RepositoryService/List",
          "RepositoryService/Search",
          "RepositoryService/Explain",
          "RepositoryService/ListRelated",
          "RepositoryService/ListConcepts",
          "RepositoryService/ListConceptMembers",
          "RepositoryService/WatchConcepts",
          "RepositoryService/AggregateStatistics",
          "RepositoryService/Decode",
          "RecoveryService/GetCorpus",
          "RecoveryService/ListCorpora",
          "RecoveryService/ReadPairs",
          "RecoveryService/WatchOperation",
          "RecoveryService/GetRecoveredNetwork",
          "RecoveryService/ListRecoveredNetworks",
          "Operations/GetOperation",
          "Operations/ListOperations",
          "Operations/WaitOperation");

  private static final Set<String> WRITES =
      Set.of(
          "CollectionService/CreateCollection",
          "CollectionService/UpdateCollection",
          "CollectionService/DeleteCollection",
          "RepositoryService/Put",
          "RepositoryService/PutStream",
          "RepositoryService/Import",
          "RepositoryService/Delete",
          "RecoveryService/CreateCorpus",
          "RecoveryService/DeleteCorpus",
          "RecoveryService/AppendPairs",
          "RecoveryService/RecoverNetwork",
          "RecoveryService/DeleteRecoveredNetwork",
          "Operations/CancelOperation",
          "Operations/DeleteOperation");

  private static Stream<MethodDescriptor<?, ?>> methods(ServiceDescriptor... services) {
    return Stream.of(services).flatMap(service -> service.getMethods().stream());
  }

  private static Map<Role, Set<String>> allowed(ServiceDescriptor... services) {
    return Stream.of(Role.values())
        .collect(
            Collectors.toMap(
                role -> role,
                role ->
                    methods(services)
                        .filter(role::may)
                        .map(RoleTest::name)
                        .collect(Collectors.toSet())));
  }

  /** Service and method, without the package. */
  private static String name(MethodDescriptor<?, ?> method) {
    String full = method.getFullMethodName();
    return full.substring(full.substring(0, full.indexOf('/')).lastIndexOf('.') + 1);
  }

  private static Set<String> both(Set<String> one, Set<String> other) {
    return Stream.concat(one.stream(), other.stream()).collect(Collectors.toSet());
  }

  @Test
  void readersCallWhatChangesNothing_writersTheRest_andBothNotMore() {
    Map<Role, Set<String>> allowed =
        allowed(
            SketchServiceGrpc.getServiceDescriptor(),
            CollectionServiceGrpc.getServiceDescriptor(),
            RepositoryServiceGrpc.getServiceDescriptor(),
            RecoveryServiceGrpc.getServiceDescriptor(),
            OperationsGrpc.getServiceDescriptor());
    assertThat(allowed.get(Role.READER)).isEqualTo(READS);
    assertThat(allowed.get(Role.WRITER)).isEqualTo(both(READS, WRITES));
    assertThat(allowed.get(Role.ADMIN)).isEqualTo(both(READS, WRITES));
    assertThat(allowed.get(Role.WORKER)).containsExactly("RecoveryService/ReadPairs");
  }

  @Test
  void workersCallTheirService_adminsTheirs_andNobodyElse() {
    assertThat(methods(WorkerServiceGrpc.getServiceDescriptor()))
        .isNotEmpty()
        .allMatch(Role.WORKER::may)
        .allMatch(Role.ADMIN::may)
        .noneMatch(Role.READER::may)
        .noneMatch(Role.WRITER::may);
    Predicate<MethodDescriptor<?, ?>> others =
        method -> Role.READER.may(method) || Role.WRITER.may(method) || Role.WORKER.may(method);
    assertThat(
            methods(AdminServiceGrpc.getServiceDescriptor(), ChannelzGrpc.getServiceDescriptor()))
        .isNotEmpty()
        .allMatch(Role.ADMIN::may)
        .noneMatch(others);
  }
}
