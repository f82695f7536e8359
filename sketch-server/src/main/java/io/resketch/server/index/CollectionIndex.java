package io.resketch.server.index;

import io.resketch.core.sketch.Sketch;
import io.resketch.server.index.SketchIndex.Progress;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.ChangeLog;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.SketchRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of one collection and how it follows the collection's log of changes. The index says in
 * each commit how far it has come; the log says which index it is kept for and where it begins. An
 * index that is another one, or that has not come to where the log begins, or is beyond its end, is
 * thrown away. One thread calls {@link #round} and {@link #close}, any thread searches.
 */
final class CollectionIndex implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectionIndex.class);

  /** Changes followed without waiting for the collection to be quiet for a round. */
  private static final long ENOUGH_CHANGES = 1000;

  private static final long RETRY_NANOS = 30_000_000_000L;

  /** Changes between two commits at most: large pieces of the index need less merging. */
  private static final int BATCH = 100_000;

  /** Changes for each vector after which the graph is checked again. */
  private static final double CHANGED_SHARE = 0.1;

  /** Of a quarter of a second. */
  private static final int ROUNDS_BEFORE_MERGE = 40;

  private final Repository repository;
  private final SketchCollection collection;
  private final ChangeLog log;
  private final Path path;
  private boolean opened;

  /** Floats indexed, 0 for no index, -1 before the first round. */
  private int prefix = -1;

  private long retryAt = System.nanoTime();
  private long changesBefore = -1;
  private int quietRounds;

  /** How far the index had come, and what it held, at the last check. */
  private long checkedAt;

  private int checkedVectors;

  /** The index, once it is complete but for the changes from a number on. */
  private record Ready(SketchIndex index, Progress progress) {}

  private volatile Ready ready;

  /** A search found the index damaged. */
  private volatile boolean failed;

  CollectionIndex(Repository repository, SketchCollection collection, Path path) {
    this.repository = repository;
    this.collection = collection;
    this.log = repository.changes(collection);
    this.path = path;
  }

  boolean isOf(SketchCollection other) {
    return collection == other;
  }

  /** Proposes sketches; empty if the index cannot say. */
  Optional<Found> search(SketchIndex.Question question, Proposals proposals) {
    Ready now = ready;
    if (now == null || failed || question.query().prefixLength() < now.index().prefix()) {
      return Optional.empty();
    }
    Beside beside = new Beside(proposals);
    try {
      // First the changes: what leaves the log before it is read is in the index by then.
      for (ChangeLog.Change change : log.from(now.progress().sequence(), Integer.MAX_VALUE)) {
        beside.changed.add(change.id());
      }
      beside.takeChanged();
      SketchIndex.Question more =
          new SketchIndex.Question(
              question.query(),
              question.count(),
              question.equals() + beside.changed.size(),
              question.filter());
      return now.index().search(more, beside);
    } catch (AlreadyClosedException | IndexSearcher.TooManyClauses e) {
      return Optional.empty();
    } catch (StorageException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      LOG.warn("the index {} fails and will be built again; searches scan meanwhile", path, e);
      failed = true;
      return Optional.empty();
    }
  }

  /** Proposes what the index lacks first, and of what the index proposes only what it has right. */
  private static final class Beside implements Proposals {
    private final Proposals proposals;
    private final Set<String> changed = new HashSet<>();

    Beside(Proposals proposals) {
      this.proposals = proposals;
    }

    void takeChanged() {
      for (String id : changed) {
        if (proposals.wants(Guess.NONE)) {
          proposals.take(List.of(id));
        }
      }
    }

    @Override
    public boolean wants(Guess guess) {
      return proposals.wants(guess);
    }

    @Override
    public void take(List<String> ids) {
      List<String> right = ids.stream().filter(id -> !changed.contains(id)).toList();
      if (!right.isEmpty()) {
        proposals.take(right);
      }
    }
  }

  /** What the index holds; empty while there is none. */
  Optional<SketchIndex.State> state() {
    Ready now = ready;
    try {
      return now == null || failed ? Optional.empty() : Optional.of(now.index().state());
    } catch (IOException | AlreadyClosedException e) {
      return Optional.empty();
    }
  }

  /** Opens, builds or follows, whatever is next; after a failure, not before a while. */
  void round(int threshold, BooleanSupplier stop) {
    if (System.nanoTime() - retryAt < 0) {
      return;
    }
    try {
      advance(threshold, stop);
    } catch (IOException | RuntimeException e) {
      if (!stop.getAsBoolean()) {
        LOG.warn("{} cannot follow what is stored; searches scan what it lacks", path, e);
      }
      retryAt = System.nanoTime() + RETRY_NANOS;
    }
  }

  private void advance(int threshold, BooleanSupplier stop) throws IOException {
    int wanted = collection.indexPrefix();
    if (failed || (prefix >= 0 && prefix != wanted)) {
      close();
      IOUtils.rm(path);
      failed = false;
    }
    prefix = wanted;
    if (!opened) {
      opened = true;
      open();
      if (ready != null) {
        check();
      }
    }
    if (ready != null) {
      follow(stop);
    } else if (prefix > 0 && collection.size() >= threshold) {
      build(stop);
    } else if (collection.changes() - changesBefore >= ENOUGH_CHANGES) {
      changesBefore = collection.changes(); // without an index no change needs to be kept
      log.dropBefore(new UUID(0, 0), changesBefore, collection.keptChanges());
    }
  }

  private void open() throws IOException {
    if (prefix == 0) {
      IOUtils.rm(path);
    }
    if (!Files.isDirectory(path)) {
      return;
    }
    SketchIndex index = null;
    try {
      index = SketchIndex.open(path, prefix);
      Progress progress = index.progress();
      ChangeLog.Mark mark = log.mark().orElseThrow(() -> new IOException("it has no log"));
      if (!mark.index().equals(progress.index())
          || progress.sequence() < mark.begin()
          || progress.sequence() > collection.changes()) {
        throw new IOException("it does not belong to what is stored");
      }
      ready = new Ready(index, progress);
    } catch (IOException | RuntimeException e) {
      LOG.warn("the index {} cannot be used and is built again: {}", path, e.toString());
      IOUtils.closeWhileHandlingException(index);
      IOUtils.rm(path);
    }
  }

  private void build(BooleanSupplier stop) throws IOException {
    long began = System.nanoTime();
    Progress progress = new Progress(UUID.randomUUID(), collection.changes());
    log.dropBefore(progress.index(), progress.sequence(), collection.keptChanges());
    Files.createDirectories(path);
    SketchIndex index = SketchIndex.create(path, prefix);
    boolean complete = false;
    try {
      IOException[] failure = {null};
      repository.visitById(
          collection,
          (position, id, record) -> {
            try {
              put(index, id, record);
            } catch (IOException e) {
              failure[0] = e;
            }
            return failure[0] == null && !stop.getAsBoolean();
          });
      if (failure[0] != null) {
        throw failure[0];
      }
      if (!stop.getAsBoolean()) {
        index.commit(progress);
        complete = true;
      }
    } finally {
      if (!complete) {
        IOUtils.closeWhileHandlingException(index);
      }
    }
    if (complete) {
      ready = new Ready(index, progress);
      check();
      LOG.info(
          "built the index of {} sketches {} in {} s",
          collection.size(),
          path,
          (System.nanoTime() - began) / 1_000_000_000);
    }
  }

  private void follow(BooleanSupplier stop) throws IOException {
    long changes = collection.changes();
    long behind = changes - ready.progress().sequence();
    boolean quiet = changes == changesBefore;
    changesBefore = changes;
    quietRounds = quiet ? quietRounds + 1 : 0;
    if (behind > 0 && behind < ENOUGH_CHANGES && !quiet) {
      return;
    }
    try {
      if (behind == 0) {
        settle();
      }
      while (behind > 0 && !stop.getAsBoolean()) {
        behind = changes - followBatch();
      }
      if (ready.progress().sequence() - checkedAt > checkedVectors * CHANGED_SHARE) {
        check();
      }
    } catch (IOException | AlreadyClosedException e) {
      failed = true; // whatever it is, another index comes out of the same truth
      throw e;
    }
  }

  /** Merges the index while nothing changes: a search goes through every segment's graph. */
  private void settle() throws IOException {
    SketchIndex index = ready.index();
    if (quietRounds == ROUNDS_BEFORE_MERGE) {
      index.merge();
    }
    if (index.hasMerged()) {
      index.commit(ready.progress());
      check();
    }
  }

  /** Compares the graph with the scan of all vectors, and says so where it is found poor. */
  private void check() throws IOException {
    Ready now = ready;
    SketchIndex.State state = now.index().check(now.progress().sequence());
    checkedVectors = state.vectors();
    checkedAt = now.progress().sequence();
    if (state.recall() < IndexCheck.ENOUGH) {
      LOG.warn(
          "the graph of {} finds {} of the nearest of its {} vectors, below {}; searches compare"
              + " all vectors until a later check finds it better",
          path,
          String.format(Locale.ROOT, "%.3f", state.recall()),
          state.vectors(),
          IndexCheck.ENOUGH);
    }
  }

  /** Returns how far the index has come. */
  private long followBatch() throws IOException {
    SketchIndex index = ready.index();
    Progress before = ready.progress();
    List<ChangeLog.Change> batch = log.from(before.sequence(), BATCH);
    if (batch.isEmpty()) {
      throw new IOException("the log of changes of " + path + " ends before its last change");
    }
    for (ChangeLog.Change change : batch) {
      Optional<SketchRecord> record = repository.find(collection, change.id());
      if (record.isPresent()) {
        put(index, change.id(), record.get());
      } else {
        index.delete(change.id());
      }
    }
    long sequence = batch.get(batch.size() - 1).sequence() + 1;
    Progress after = new Progress(before.index(), sequence);
    index.commit(after);
    ready = new Ready(index, after);
    log.dropBefore(after.index(), sequence, collection.keptChanges());
    return sequence;
  }

  /** A damaged sketch is left to the searches, which report it. */
  private static void put(SketchIndex index, String id, SketchRecord record) throws IOException {
    Sketch sketch;
    try {
      sketch = Repository.sketch(id, record);
    } catch (StorageException e) {
      sketch = null;
    }
    index.put(id, sketch, record);
  }

  @Override
  public void close() {
    Ready now = ready;
    ready = null;
    opened = false;
    if (now != null) {
      IOUtils.closeWhileHandlingException(now.index());
    }
  }
}
