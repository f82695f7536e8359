package io.resketch.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.concepts.Concepts;
import io.resketch.server.concepts.NewConcept;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.WatchConceptsResponse;
import io.resketch.v1.WatchStarted;
import java.util.ArrayDeque;
import java.util.Queue;

/** A watch under way: holds a bounded number of messages while the client has no room for them. */
final class ConceptWatch implements Concepts.Watcher {
  /** Messages that may wait. */
  static final int MAX_WAITING = 256;

  private final String collection;
  private final ServerCallStreamObserver<WatchConceptsResponse> out;
  private final Queue<WatchConceptsResponse> waiting = new ArrayDeque<>();
  private boolean ended;

  ConceptWatch(String collection, ServerCallStreamObserver<WatchConceptsResponse> out) {
    this.collection = collection;
    this.out = out;
  }

  /** Starts a watch, or answers with why there is none. */
  static void start(
      Concepts concepts,
      SketchCollection collection,
      ServerCallStreamObserver<WatchConceptsResponse> out) {
    ConceptWatch watch = new ConceptWatch(collection.id(), out);
    out.setOnCancelHandler(() -> concepts.unwatch(watch));
    out.setOnReadyHandler(watch::send);
    concepts.watch(collection, watch);
  }

  @Override
  public void started(long sketches) {
    offer(
        WatchConceptsResponse.newBuilder()
            .setStarted(WatchStarted.newBuilder().setSketches(sketches))
            .build());
  }

  @Override
  public void found(NewConcept concept) {
    io.resketch.v1.NewConcept.Builder message =
        io.resketch.v1.NewConcept.newBuilder()
            .setConcept(concept.concept())
            .setDistance(concept.distance());
    concept.sketches().forEach(id -> message.addSketches(Names.sketch(collection, id)));
    offer(WatchConceptsResponse.newBuilder().setNewConcept(message).build());
  }

  private synchronized void offer(WatchConceptsResponse message) {
    if (waiting.size() >= MAX_WAITING) {
      ended(
          new RepositoryException(
              Reason.WATCH_TOO_SLOW,
              MAX_WAITING
                  + " new concepts wait for the client; list the concepts, watch again and read"
                  + " faster"));
      return;
    }
    waiting.add(message);
    send();
  }

  private synchronized void send() {
    while (!ended && !waiting.isEmpty() && out.isReady()) {
      out.onNext(waiting.remove());
    }
  }

  @Override
  public synchronized void ended(RuntimeException reason) {
    if (!ended) {
      ended = true;
      waiting.clear();
      out.onError(Errors.exception(reason));
    }
  }
}
