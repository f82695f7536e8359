package io.resketch.server.concepts;

import com.google.protobuf.Timestamp;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RetentionRules;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.ChangeLog;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.RetentionRule;
import io.resketch.v1.SketchRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The model of one collection and how it comes to all that is stored: first every sketch in order
 * of time, then id; then the changes since, in order, which the log keeps for it. One thread calls
 * {@link #advance}; any thread reads.
 */
final class ConceptFollower {
  /** Sketches taken in before other collections have their turn. */
  private static final int SLICE = 500;

  private final Repository repository;
  private final SketchCollection collection;
  private final ChangeLog log;

  /** Guarded by this. */
  private ConceptModel model;

  private boolean scanning;
  private byte[] position;
  private long scanned;
  private volatile long next;
  private boolean closed;

  ConceptFollower(Repository repository, SketchCollection collection) {
    this.repository = repository;
    this.collection = collection;
    this.log = repository.changes(collection);
    begin();
  }

  /** From then on no change is dropped that the scan may not have seen. */
  private synchronized void begin() {
    keepChangesFrom(collection.changes());
    next = collection.changes();
    model = new ConceptModel(floats(collection));
    scanning = true;
    position = null;
    scanned = 0;
  }

  /** What the rules of retention leave of every sketch, but 1,024 at most. */
  private static int floats(SketchCollection collection) {
    int dimension = collection.operators().spec().dimension();
    int least = Math.min(ConceptModel.MAX_FLOATS, dimension);
    for (RetentionRule rule : collection.retention().getRulesList()) {
      int kept = RetentionRules.floats(rule, collection.operators().spec());
      least = kept == 0 ? least : Math.min(least, kept);
    }
    return least;
  }

  SketchCollection collection() {
    return collection;
  }

  /** Whether it has come to all changes before a number, and need not be made anew. */
  synchronized boolean hasComeTo(long change) {
    return !scanning && next >= change && !model.stale();
  }

  /** What it knows now. */
  synchronized ConceptView view() {
    long behind = scanning ? Math.max(1, collection.size() - scanned) : collection.changes() - next;
    ConceptModel of = model;
    return new ConceptView(of, behind, id -> microConcept(of, id));
  }

  private synchronized long microConcept(ConceptModel of, String id) {
    return of.microConcept(id);
  }

  /**
   * Takes in some of what it has not come to.
   *
   * @param found told of what is new, except while it reads what was stored before
   * @return whether there was anything
   */
  boolean advance(Consumer<NewConcept> found) {
    if (scanning) {
      scan();
      return true;
    }
    if (model.stale()) {
      begin();
      return true;
    }
    if (next == collection.changes()) {
      return false;
    }
    follow(found);
    return true;
  }

  private void scan() {
    int[] visited = {0};
    repository.visit(
        collection,
        null,
        null,
        position,
        (at, id, record) -> {
          take(id, record);
          position = at.clone();
          scanned++;
          return ++visited[0] < SLICE;
        });
    if (visited[0] < SLICE) {
      synchronized (this) {
        scanning = false;
      }
    }
  }

  private void follow(Consumer<NewConcept> found) {
    List<ChangeLog.Change> changes = log.from(next, SLICE);
    if (changes.isEmpty() || changes.get(0).sequence() != next) {
      begin(); // the log has lost what was to come, so all is read again
      return;
    }
    for (ChangeLog.Change change : changes) {
      Optional<SketchRecord> record = repository.find(collection, change.id());
      if (record.isPresent()) {
        take(change.id(), record.get()).ifPresent(found);
      } else {
        synchronized (this) {
          if (model.holds(change.id())) {
            model.remove(change.id());
          }
        }
      }
      next = change.sequence() + 1;
    }
    keepChangesFrom(next);
  }

  private synchronized void keepChangesFrom(long number) {
    if (!closed) { // else it is another's
      collection.keepChangesFrom(number);
    }
  }

  /** A sketch that was shortened stays where it is; a damaged one is left out. */
  private Optional<NewConcept> take(String id, SketchRecord record) {
    Sketch sketch;
    try {
      sketch = Repository.sketch(id, record);
    } catch (StorageException e) {
      return Optional.empty();
    }
    Timestamp time = record.hasTime() ? record.getTime() : null;
    Sample sample = Sample.of(id, time, sketch, model.floats());
    synchronized (this) {
      return sample == null || model.holds(id) ? Optional.empty() : model.add(sample);
    }
  }

  /** Ends it; the log need keep nothing for it. */
  synchronized void close() {
    closed = true;
    collection.keepChangesFrom(Long.MAX_VALUE);
  }
}
