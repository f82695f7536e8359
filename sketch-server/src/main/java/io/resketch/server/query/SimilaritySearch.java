package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.index.Found;
import io.resketch.server.index.SketchIndexes;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.SearchResponse;
import java.util.Optional;

/**
 * The sketches of a collection most like a query: by an exact scan, or among candidates of an
 * index, which are compared in full. Thread-safe.
 */
public final class SimilaritySearch {
  /** Nearest by the prefix for every hit wanted; see docs/performance.md. */
  private static final int CANDIDATES_PER_HIT = 10;

  /** Times as many are asked for where they were not enough. */
  private static final int MORE = 8;

  /** Sketches that a scan compares in the time in which one is read alone. */
  private static final int COST_OF_CANDIDATE = 2;

  private final Repository repository;
  private final SketchIndexes indexes;

  public SimilaritySearch(Repository repository, SketchIndexes indexes) {
    this.repository = repository;
    this.indexes = indexes;
  }

  /**
   * What to compare.
   *
   * @param sketch the query
   * @param excludedName name of a stored sketch to leave out, or empty
   * @param k hits wanted
   * @param prefixLength floats to compare; 0 for all that query and stored sketch share. Stored
   *     sketches that are shorter are compared over what they have
   * @param minCosine only what is at least as similar; {@link #NO_MINIMUM} for all
   * @param exact whether every sketch must be compared
   */
  public record Query(
      Sketch sketch,
      String excludedName,
      int k,
      int prefixLength,
      double minCosine,
      boolean exact) {
    /** Below every cosine. */
    public static final double NO_MINIMUM = Double.NEGATIVE_INFINITY;

    int compared() {
      return prefixLength == 0 ? sketch.prefixLength() : prefixLength;
    }
  }

  /** Searches a collection. */
  public SearchResponse search(SketchCollection collection, Query query, Selection selection) {
    query.sketch().requireFingerprint(collection.operators().spec().fingerprint());
    SketchSpec.checkPrefix(query.compared(), query.sketch().prefixLength());
    if (!query.exact() && !selection.isEmpty()) {
      Optional<SearchResponse> answer = byIndex(collection, query, selection);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    BestHits best = new BestHits(collection, query);
    selection.visitUnordered(repository, collection, best::add);
    return best.response().setExact(true).setMethod(SearchResponse.Method.METHOD_SCAN).build();
  }

  /**
   * Asks the index for more and more, until what comes last is no longer among the best; empty if
   * that is no less work than a scan.
   */
  private Optional<SearchResponse> byIndex(
      SketchCollection collection, Query query, Selection selection) {
    Candidates candidates = new Candidates(repository, collection, query, selection);
    Sketch compared = query.sketch().truncate(query.compared());
    int count = Math.max(SketchIndexes.LEAST_VECTORS, CANDIDATES_PER_HIT * query.k());
    long work;
    do {
      candidates.begin();
      Optional<Found> found =
          indexes.search(
              collection,
              compared,
              new SketchIndexes.Wanted(
                  count,
                  query.k() + 1, // one may be the query itself
                  selection.start(),
                  selection.end(),
                  selection.filter()),
              candidates);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      if (candidates.areEnough() || found.get().all()) {
        return Optional.of(answer(collection, candidates.response(), found.get().path()));
      }
      count *= MORE;
      work = (long) COST_OF_CANDIDATE * Math.min(count, found.get().vectors());
    } while (work < collection.size());
    return Optional.empty();
  }

  private SearchResponse answer(
      SketchCollection collection, SearchResponse.Builder found, Found.Path path) {
    if (path == Found.Path.VECTORS) {
      return found.setMethod(SearchResponse.Method.METHOD_VECTORS).build();
    }
    indexes.recall(collection).ifPresent(found::setGraphRecall);
    return found.setMethod(SearchResponse.Method.METHOD_GRAPH).build();
  }
}
