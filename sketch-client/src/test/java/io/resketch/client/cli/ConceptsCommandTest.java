package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.resketch.client.FakeServer;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.Concept;
import io.resketch.v1.ConceptMember;
import io.resketch.v1.ConceptModule;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetCollectionResponse;
import io.resketch.v1.ListConceptMembersRequest;
import io.resketch.v1.ListConceptMembersResponse;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.NewConcept;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import io.resketch.v1.WatchStarted;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command against a server with made-up concepts. */
final class ConceptsCommandTest {
  private static final String SKETCHES = "collections/rooms/sketches/";

  private FakeServer server;
  private long behind;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer(new Collections(), new Concepts());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static SketchRecord record(String id) {
    return SketchRecord.newBuilder().setName(SKETCHES + id).build();
  }

  private static final class Collections extends CollectionServiceGrpc.CollectionServiceImplBase {
    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
      observer.onNext(
          GetCollectionResponse.newBuilder()
              .setCollection(
                  Collection.newBuilder()
                      .setName(request.getName())
                      .setSpec(Sketches.spec(new SketchSpec(1024, 16, 7))))
              .build());
      observer.onCompleted();
    }
  }

  private final class Concepts extends RepositoryServiceGrpc.RepositoryServiceImplBase {
    @Override
    public void listConcepts(
        ListConceptsRequest request, StreamObserver<ListConceptsResponse> observer) {
      Concept.Builder concept =
          Concept.newBuilder()
              .setId(4)
              .setSize(request.getCount())
              .setRepresentative(record("run-1"))
              .setSpread(0.25)
              .setDrift(0.5)
              .setDriftByChance(0.125)
              .addModules(ConceptModule.newBuilder().setModule("cat").setShare(1))
              .addModules(ConceptModule.newBuilder().setModule("dog").setShare(0.9))
              .addModules(ConceptModule.newBuilder().setModule("cow").setShare(0.5));
      concept.getFirstTimeBuilder().setSeconds(1_795_000_000);
      concept.getLastTimeBuilder().setSeconds(1_795_000_060);
      observer.onNext(
          ListConceptsResponse.newBuilder()
              .addConcepts(concept)
              .addConcepts(
                  Concept.newBuilder()
                      .setId(9)
                      .setSize(1)
                      .setFirstTime(concept.getFirstTime())
                      .setLastTime(concept.getFirstTime())
                      .addModules(ConceptModule.newBuilder().setModule("cat").setShare(1)))
              .setSketches(8)
              .setBehind(behind)
              .build());
      observer.onCompleted();
    }

    /** Three pages, the second of which is empty. */
    @Override
    public void listConceptMembers(
        ListConceptMembersRequest request, StreamObserver<ListConceptMembersResponse> observer) {
      int page = request.getPageToken().isEmpty() ? 1 : Integer.parseInt(request.getPageToken());
      ListConceptMembersResponse.Builder out = ListConceptMembersResponse.newBuilder();
      if (page != 2) {
        out.addMembers(
            ConceptMember.newBuilder()
                .setRecord(record("run-" + page))
                .setConcept(request.getConcept() == 0 ? page : request.getConcept()));
      }
      observer.onNext(out.setNextPageToken(page == 3 ? "" : "" + (page + 1)).build());
      observer.onCompleted();
    }

    @Override
    public void watchConcepts(
        WatchConceptsRequest request, StreamObserver<WatchConceptsResponse> observer) {
      observer.onNext(
          WatchConceptsResponse.newBuilder()
              .setStarted(WatchStarted.newBuilder().setSketches(8))
              .build());
      observer.onNext(
          WatchConceptsResponse.newBuilder()
              .setNewConcept(
                  NewConcept.newBuilder()
                      .setConcept(12)
                      .setDistance(0.75)
                      .addSketches(SKETCHES + "run-7")
                      .addSketches(SKETCHES + "run-8"))
              .build());
      observer.onError(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
    }
  }

  private CliRun concepts(String... more) {
    List<String> args = new ArrayList<>(List.of("concepts"));
    args.addAll(List.of("--server", server.target(), "--collection", "rooms"));
    args.addAll(Arrays.asList(more));
    return CliRun.of(args.toArray(String[]::new));
  }

  @Test
  void concepts_areDescribed() {
    CliRun run = concepts("--count", "7");
    assertThat(run)
        .isEqualTo(
            new CliRun(
                0,
                """
                concept 4: 7 runs, 2026-11-18T11:06:40Z to 2026-11-18T11:07:40Z, such as run-1
                  spread 0.25, drift 0.50 (by chance 0.13)
                  nearly all have: dog
                concept 9: 1 run, 2026-11-18T11:06:40Z
                nearly all runs of every concept have: cat
                """,
                "8 runs, 2 concepts\n"));
    assertThat(
            JsonParser.parseString(concepts("--json").out())
                .getAsJsonObject()
                .getAsJsonArray("concepts")
                .size())
        .isEqualTo(2);
  }

  @Test
  void anAnswerThatIsNotComplete_saysSo() {
    behind = 1000;
    assertThat(concepts().err()).contains("about 1000 runs are missing; ask again");
  }

  @Test
  void members_areListed_overEmptyPages() {
    assertThat(concepts("--members", "0").out()).isEqualTo("1  run-1\n3  run-3\n");
    assertThat(concepts("--members", "5").out()).isEqualTo("5  run-1\n5  run-3\n");
    assertThat(concepts("--members", "5", "--json").out()).hasLineCount(2);
  }

  @Test
  void watch_printsWhatIsNew_untilTheServerEndsIt() {
    CliRun run = concepts("--watch");
    assertThat(run.out())
        .isEqualTo("new concept 12: run-7, run-8; distance from all before 0.75\n");
    assertThat(run.err()).isEqualTo("watching behind 8 runs\nresketch: UNAVAILABLE: stopping\n");
    assertThat(run.code()).isEqualTo(1);
    assertThat(concepts("--watch", "--json").out()).hasLineCount(2);
    assertThat(concepts("--watch", "--count", "3").code()).isEqualTo(2);
  }
}
