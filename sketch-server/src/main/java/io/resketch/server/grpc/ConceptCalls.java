package io.resketch.server.grpc;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.concepts.ConceptView;
import io.resketch.server.concepts.Concepts;
import io.resketch.server.query.ConceptAnswers;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.ConceptMember;
import io.resketch.v1.ListConceptMembersRequest;
import io.resketch.v1.ListConceptMembersResponse;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The calls about concepts. No thread of the pool waits for the concepts to come up. */
public final class ConceptCalls {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Sketches read for a page. */
  private static final int MAX_READ = 20_000;

  private final Repository repository;
  private final Concepts concepts;
  private final ConceptAnswers answers;
  private final Executor executor;

  /**
   * @param executor makes the answers
   */
  public ConceptCalls(
      Repository repository, Concepts concepts, ConceptAnswers answers, Executor executor) {
    this.repository = repository;
    this.concepts = concepts;
    this.answers = answers;
    this.executor = executor;
  }

  private SketchCollection collection(String parent) {
    return repository.collection(Names.parseCollection("parent", parent));
  }

  void list(ListConceptsRequest request, StreamObserver<ListConceptsResponse> observer) {
    try {
      ConceptAnswers.checkedCount(request.getCount());
      SketchCollection collection = collection(request.getParent());
      Context call = Context.current();
      answer(
          collection, observer, view -> answers.list(collection, view, request, call::isCancelled));
    } catch (RuntimeException e) {
      observer.onError(Errors.exception(e));
    }
  }

  void listMembers(
      ListConceptMembersRequest request, StreamObserver<ListConceptMembersResponse> observer) {
    try {
      ConceptAnswers.checkedCount(request.getCount());
      Pages.size(request.getPageSize());
      if (request.getConcept() < 0) {
        throw new InvalidInputException(
            "concept", request.getConcept() + " is no id of a concept; 0 stands for all");
      }
      SketchCollection collection = collection(request.getParent());
      answer(collection, observer, view -> members(collection, view, request));
    } catch (RuntimeException e) {
      observer.onError(Errors.exception(e));
    }
  }

  private <T> void answer(
      SketchCollection collection, StreamObserver<T> observer, Function<ConceptView, T> work) {
    var unused =
        concepts
            .view(collection, PATIENCE)
            .thenApplyAsync(work, executor)
            .whenComplete(
                (value, error) ->
                    Unary.answer(
                        observer,
                        () -> {
                          if (error != null) {
                            throw unwrapped(error);
                          }
                          return value;
                        }));
  }

  private static RuntimeException unwrapped(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  private ListConceptMembersResponse members(
      SketchCollection collection, ConceptView view, ListConceptMembersRequest request) {
    ListConceptMembersRequest scope = request.toBuilder().clearPageSize().clearPageToken().build();
    byte[] after = Pages.position(scope, request.getPageToken());
    int size = Pages.size(request.getPageSize());
    ConceptView.Membership membership = view.membership(request.getCount());
    if (request.getConcept() != 0 && !membership.concepts().contains(request.getConcept())) {
      throw new RepositoryException(
          Reason.CONCEPT_NOT_FOUND,
          Names.collection(collection.id())
              + " has no concept "
              + request.getConcept()
              + " of this count; list them again");
    }
    ListConceptMembersResponse.Builder out = ListConceptMembersResponse.newBuilder();
    byte[][] last = new byte[1][];
    int[] read = {0};
    repository.visit(
        collection,
        null,
        null,
        after,
        (position, id, record) -> {
          if (out.getMembersCount() == size || read[0] == MAX_READ) {
            out.setNextPageToken(Pages.token(scope, last[0]));
            return false;
          }
          OptionalLong concept = membership.of(id);
          if (concept.isPresent()
              && (request.getConcept() == 0 || concept.getAsLong() == request.getConcept())) {
            out.addMembers(
                ConceptMember.newBuilder()
                    .setRecord(record.toBuilder().clearSketch())
                    .setConcept(concept.getAsLong()));
          }
          read[0]++;
          last[0] = position.clone();
          return true;
        });
    return out.build();
  }

  void watch(
      WatchConceptsRequest request, ServerCallStreamObserver<WatchConceptsResponse> observer) {
    try {
      ConceptWatch.start(concepts, collection(request.getParent()), observer);
    } catch (RuntimeException e) {
      observer.onError(Errors.exception(e));
    }
  }
}
