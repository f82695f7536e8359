package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.index.Candidate;
import io.resketch.server.index.SketchIndexes;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SketchRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The sketches of a collection most like a query: by an exact scan, or among candidates of an
 * index, which are compared in full. Thread-safe.
 */
public final class SimilaritySearch {
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
   * @param exact whether every sketch must be compared
   */
  public record Query(Sketch sketch, String excludedName, int k, int prefixLength, boolean exact) {
    private int compared() {
      return prefixLength == 0 ? sketch.prefixLength() : prefixLength;
    }
  }

  /** Searches a collection. */
  public SearchResponse search(SketchCollection collection, Query query, Selection selection) {
    query.sketch().requireFingerprint(collection.operators().spec().fingerprint());
    SketchSpec.checkPrefix(query.compared(), query.sketch().prefixLength());
    Best best = new Best(collection, query);
    Optional<List<Candidate>> candidates =
        query.exact() || selection.isEmpty()
            ? Optional.empty()
            : indexes.candidates(
                collection,
                query.sketch().truncate(query.compared()),
                new SketchIndexes.Wanted(
                    query.k(), selection.start(), selection.end(), selection.filter()));
    if (candidates.isPresent()) {
      for (Candidate candidate : candidates.get()) {
        if (!best.mayTake(candidate.bound())) {
          break;
        }
        repository
            .find(collection, candidate.id())
            .filter(record -> selection.test(candidate.id(), record))
            .ifPresent(record -> best.add(candidate.id(), record));
      }
    } else {
      selection.visitUnordered(repository, collection, best::add);
    }
    return best.response().setExact(candidates.isEmpty()).build();
  }

  /** The best so far. */
  private static final class Best {
    private record Found(double similarity, String id, SketchRecord record) {}

    /** Best first; equal similarities by id, so that answers do not depend on chance. */
    private static final Comparator<Found> BEST_FIRST =
        Comparator.comparingDouble(Found::similarity).reversed().thenComparing(Found::id);

    private final SketchCollection collection;
    private final Query query;
    private final PriorityQueue<Found> found = new PriorityQueue<>(BEST_FIRST.reversed());
    private long scanned;

    Best(SketchCollection collection, Query query) {
      this.collection = collection;
      this.query = query;
    }

    /** Whether a similarity is enough to be among the best. */
    boolean mayTake(double similarity) {
      return found.size() < query.k() || similarity >= found.element().similarity();
    }

    void add(String id, SketchRecord record) {
      String name = Names.sketch(collection.id(), id);
      if (name.equals(query.excludedName())) {
        return;
      }
      scanned++;
      Sketch stored = Repository.sketch(name, record);
      int prefix = Math.min(query.compared(), stored.prefixLength());
      Found one = new Found(query.sketch().cosine(stored, prefix), id, record);
      if (found.size() < query.k()) {
        found.add(withoutSketch(one));
      } else if (BEST_FIRST.compare(one, found.element()) < 0) {
        found.remove();
        found.add(withoutSketch(one));
      }
    }

    private Found withoutSketch(Found one) {
      SketchRecord.Builder record =
          one.record().toBuilder().setName(Names.sketch(collection.id(), one.id())).clearSketch();
      return new Found(one.similarity(), one.id(), record.build());
    }

    SearchResponse.Builder response() {
      List<Found> sorted = new ArrayList<>(found);
      sorted.sort(BEST_FIRST);
      SearchResponse.Builder out = SearchResponse.newBuilder().setScanned(scanned);
      for (Found one : sorted) {
        out.addHits(SearchHit.newBuilder().setRecord(one.record()).setSimilarity(one.similarity()));
      }
      return out;
    }
  }
}
