package io.resketch.server.index;

import com.google.protobuf.Timestamp;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.filter.Filter;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.lucene.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes of all large collections, each in a directory of its own. One thread brings them up
 * to date; what it has not come to yet is among the candidates as it is, so that none is missed for
 * being new. Thread-safe.
 */
public final class SketchIndexes implements AutoCloseable {
  /** A collection of fewer sketches is scanned faster than it is worth an index. */
  public static final int DEFAULT_THRESHOLD = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(SketchIndexes.class);
  private static final long ROUND_MILLIS = 250;

  /** Nearest by the prefix for every hit wanted; see docs/performance.md. */
  private static final int CANDIDATES_PER_HIT = 10;

  private static final int MIN_CANDIDATES = 100;

  private final Repository repository;
  private final Path directory;
  private final int threshold;
  private final Map<String, CollectionIndex> indexes = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::follow, "resketch-index");
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * Begins to bring the indexes up to date.
   *
   * @param directory of the indexes; nothing else may be in it
   * @param threshold collections of fewer sketches get no index
   */
  public SketchIndexes(Repository repository, Path directory, int threshold) {
    this.repository = repository;
    this.directory = directory;
    this.threshold = threshold;
    thread.start();
  }

  /**
   * What a search is for.
   *
   * @param hits how many
   * @param start null if open
   * @param end exclusive, null if open
   * @param filter within these
   */
  public record Wanted(int hits, Timestamp start, Timestamp end, Filter filter) {}

  /**
   * Among which the sketches nearest to a query most likely are, by falling bounds; some may be
   * deleted or not wanted. Empty if there is no index that can say: then scan.
   */
  public Optional<List<Candidate>> candidates(
      SketchCollection collection, Sketch query, Wanted wanted) {
    CollectionIndex index = indexes.get(collection.id());
    if (index == null
        || !index.isOf(collection)
        || collection.indexPrefix() == 0
        || collection.size() < threshold) {
      return Optional.empty();
    }
    int count = Math.max(MIN_CANDIDATES, CANDIDATES_PER_HIT * wanted.hits());
    return Fields.query(wanted).flatMap(filter -> index.search(query, count, filter));
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void follow() {
    try {
      while (!closing.await(ROUND_MILLIS, TimeUnit.MILLISECONDS)) {
        dropOthers();
        for (SketchCollection collection : repository.collections()) {
          indexes
              .computeIfAbsent(
                  collection.id(),
                  id -> new CollectionIndex(repository, collection, directory.resolve(id)))
              .round(threshold, this::isClosing);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody interrupts it
    }
  }

  /** Removes the indexes of collections that are not there, or not the ones they were made of. */
  private void dropOthers() {
    List<SketchCollection> live = repository.collections();
    indexes
        .values()
        .removeIf(
            index -> {
              boolean gone = live.stream().noneMatch(index::isOf);
              if (gone) {
                index.close();
              }
              return gone;
            });
    if (Files.isDirectory(directory)) {
      Set<String> ids = new HashSet<>();
      live.forEach(collection -> ids.add(collection.id()));
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          if (!ids.contains(file.getFileName().toString())) {
            IOUtils.rm(file);
          }
        }
      } catch (IOException e) {
        LOG.warn("what is left of deleted collections in {} stays: {}", directory, e.toString());
      }
    }
  }

  /** Ends the work under way and closes the indexes; then every search scans. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    indexes.values().forEach(CollectionIndex::close);
  }
}
