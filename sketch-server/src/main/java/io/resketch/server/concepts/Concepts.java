package io.resketch.server.concepts;

import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.repository.SketchCollection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The concepts of the collections that were asked for last. One thread keeps them up to date, apart
 * from all puts; the model of a collection is made when it is first asked for. Thread-safe.
 */
public final class Concepts implements AutoCloseable {
  /** Collections whose models are kept. */
  public static final int MAX_COLLECTIONS = 8;

  /** Watchers of all collections together. */
  public static final int MAX_WATCHERS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Concepts.class);
  private static final long POLL_MILLIS = 100;

  private final Repository repository;
  private final Thread thread = new Thread(this::follow, "resketch-concepts");

  /** Guarded by this, the most recently asked for last. */
  private final Map<SketchCollection, Followed> followed = new LinkedHashMap<>(16, 0.75f, true);

  private final Semaphore wake = new Semaphore(0);
  private boolean closing;

  /** Starts. */
  public Concepts(Repository repository) {
    this.repository = repository;
    thread.start();
  }

  /** Told of new concepts, on the thread that finds them: must not wait. */
  public interface Watcher {
    /**
     * From here on it is told.
     *
     * @param sketches in the concepts so far
     */
    void started(long sketches);

    void found(NewConcept concept);

    /** Nothing more will come. */
    void ended(RuntimeException reason);
  }

  private record Waiting(long change, long deadline, CompletableFuture<ConceptView> answer) {}

  /** A collection's model and who waits for it; all guarded by the outer object. */
  private static final class Followed {
    private final ConceptFollower follower;
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<Watcher, Long> starting = new LinkedHashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();

    Followed(ConceptFollower follower) {
      this.follower = follower;
    }

    boolean isNeeded() {
      return !waiting.isEmpty() || !starting.isEmpty() || !watchers.isEmpty();
    }

    int watching() {
      return starting.size() + watchers.size();
    }
  }

  /**
   * The concepts with every sketch that could be seen before the call; after {@code patience} those
   * that there are.
   *
   * @return fails with {@link RepositoryException} if the collection is deleted, or the server
   *     stops
   * @throws RepositoryException TOO_MANY_WATCHERS if all models are watched
   */
  public synchronized CompletableFuture<ConceptView> view(
      SketchCollection collection, Duration patience) {
    CompletableFuture<ConceptView> answer = new CompletableFuture<>();
    of(collection)
        .waiting
        .add(new Waiting(collection.changes(), System.nanoTime() + patience.toNanos(), answer));
    wake.release();
    return answer;
  }

  /**
   * Tells of what is new behind the changes that could be seen before the call.
   *
   * @throws RepositoryException TOO_MANY_WATCHERS
   */
  public synchronized void watch(SketchCollection collection, Watcher watcher) {
    if (followed.values().stream().mapToInt(Followed::watching).sum() >= MAX_WATCHERS) {
      throw new RepositoryException(
          Reason.TOO_MANY_WATCHERS,
          "the server has " + MAX_WATCHERS + " watchers already; end one of them");
    }
    of(collection).starting.put(watcher, collection.changes());
    wake.release();
  }

  /** Ends a watch; the watcher is not told. */
  public synchronized void unwatch(Watcher watcher) {
    for (Followed one : followed.values()) {
      one.starting.remove(watcher);
      one.watchers.remove(watcher);
    }
  }

  private Followed of(SketchCollection collection) {
    if (closing) {
      throw stopping();
    }
    Followed known = followed.get(collection);
    if (known != null) {
      return known;
    }
    if (followed.size() >= MAX_COLLECTIONS) {
      SketchCollection oldest =
          followed.entrySet().stream()
              .filter(entry -> !entry.getValue().isNeeded())
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow(
                  () ->
                      new RepositoryException(
                          Reason.TOO_MANY_WATCHERS,
                          "the concepts of "
                              + MAX_COLLECTIONS
                              + " other collections are waited for or watched; try again, or end"
                              + " a watch"));
      followed.remove(oldest).follower.close();
    }
    Followed created = new Followed(new ConceptFollower(repository, collection));
    followed.put(collection, created);
    return created;
  }

  private static RepositoryException stopping() {
    return new RepositoryException(Reason.SERVER_STOPPING, "the server is stopping");
  }

  private void follow() {
    try {
      boolean busy = false;
      while (true) {
        if (!busy) {
          var unused = wake.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        wake.drainPermits(); // before it looks, or what was asked meanwhile would wait
        List<Followed> round = live();
        if (round == null) {
          return;
        }
        busy = false;
        for (Followed one : round) {
          busy |= advance(one);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody interrupts it
    }
  }

  /** The models of collections that are there, null to stop. */
  private synchronized List<Followed> live() {
    if (closing) {
      return null;
    }
    if (followed.isEmpty()) {
      return List.of();
    }
    List<SketchCollection> live = repository.collections();
    Iterator<Map.Entry<SketchCollection, Followed>> all = followed.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<SketchCollection, Followed> entry = all.next();
      if (live.stream().noneMatch(collection -> collection == entry.getKey())) {
        all.remove();
        end(
            entry.getValue(),
            new RepositoryException(
                Reason.COLLECTION_NOT_FOUND,
                Names.collection(entry.getKey().id()) + " was deleted meanwhile"));
      }
    }
    return List.copyOf(followed.values());
  }

  private boolean advance(Followed one) {
    try {
      boolean busy = one.follower.advance(concept -> tell(one, concept));
      answer(one);
      return busy;
    } catch (RuntimeException e) {
      LOG.warn("the concepts of {} are dropped", one.follower.collection().id(), e);
      synchronized (this) {
        followed.remove(one.follower.collection(), one);
        end(one, e);
      }
      return false;
    }
  }

  private synchronized void tell(Followed one, NewConcept concept) {
    List.copyOf(one.watchers).forEach(watcher -> watcher.found(concept));
  }

  private synchronized void answer(Followed one) {
    long now = System.nanoTime();
    for (Waiting waiting : List.copyOf(one.waiting)) {
      if (one.follower.hasComeTo(waiting.change) || now - waiting.deadline >= 0) {
        one.waiting.remove(waiting);
        waiting.answer.complete(one.follower.view());
      }
    }
    for (Map.Entry<Watcher, Long> entry : List.copyOf(one.starting.entrySet())) {
      if (one.follower.hasComeTo(entry.getValue())) {
        one.starting.remove(entry.getKey());
        one.watchers.add(entry.getKey());
        entry.getKey().started(one.follower.view().sketches());
      }
    }
  }

  private static void end(Followed one, RuntimeException reason) {
    one.follower.close();
    one.waiting.forEach(waiting -> waiting.answer.completeExceptionally(reason));
    List.copyOf(one.starting.keySet()).forEach(watcher -> watcher.ended(reason));
    List.copyOf(one.watchers).forEach(watcher -> watcher.ended(reason));
    one.waiting.clear();
    one.starting.clear();
    one.watchers.clear();
  }

  /** Ends every watch and refuses further calls. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      followed.values().forEach(one -> end(one, stopping()));
      followed.clear();
      wake.release();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
