package io.resketch.server.index;

import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.OptionalDouble;
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

  private final IndexMetrics metrics;
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
   * @param registry gets what the indexes hold and what their graphs find
   */
  public SketchIndexes(
      Repository repository, Path directory, int threshold, MeterRegistry registry) {
    this.metrics = new IndexMetrics(registry);
    this.repository = repository;
    this.directory = directory;
    this.threshold = threshold;
    thread.start();
  }

  /**
   * What a search is for.
   *
   * @param vectors how many of the nearest distinct vectors to propose the sketches of
   * @param equals how many at most of sketches that are equal, those with the first ids
   * @param start null if open
   * @param end exclusive, null if open
   * @param filter within these
   */
  public record Wanted(int vectors, int equals, Timestamp start, Timestamp end, Filter filter) {}

  /** Of vectors that a search asks for at least: so many are checked for what the graph finds. */
  public static final int LEAST_VECTORS = SketchIndex.LEAST_COUNT;

  /**
   * Proposes the sketches among which those nearest to a query most likely are.
   *
   * @return how they were found; empty if there is no index that can say, or not to the end: then
   *     scan, whatever was proposed
   */
  public Optional<Found> search(
      SketchCollection collection, Sketch query, Wanted wanted, Proposals proposals) {
    CollectionIndex index = indexes.get(collection.id());
    if (index == null
        || !index.isOf(collection)
        || collection.indexPrefix() == 0
        || collection.size() < threshold) {
      return Optional.empty();
    }
    return Fields.query(wanted)
        .flatMap(
            filter ->
                index.search(
                    new SketchIndex.Question(query, wanted.vectors(), wanted.equals(), filter),
                    proposals));
  }

  /**
   * The share of the nearest vectors that the graph of a collection's index found in its last
   * check; empty where no search needs the graph.
   */
  public OptionalDouble recall(SketchCollection collection) {
    return Optional.ofNullable(indexes.get(collection.id()))
        .flatMap(CollectionIndex::state)
        .filter(state -> !Double.isNaN(state.recall()))
        .map(state -> OptionalDouble.of(state.recall()))
        .orElse(OptionalDouble.empty());
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
        metrics.report(indexes);
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
