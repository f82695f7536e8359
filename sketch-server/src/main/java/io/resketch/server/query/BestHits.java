package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.server.query.SimilaritySearch.Query;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SketchRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The most similar of the sketches that were compared so far. For one thread. */
final class BestHits {
  private record Found(double similarity, String id, SketchRecord record) {}

  /** Best first; equal similarities by id, so that answers do not depend on chance. */
  private static final Comparator<Found> BEST_FIRST =
      Comparator.comparingDouble(Found::similarity).reversed().thenComparing(Found::id);

  private final SketchCollection collection;
  private final Query query;
  private final PriorityQueue<Found> found = new PriorityQueue<>(BEST_FIRST.reversed());
  private long scanned;

  BestHits(SketchCollection collection, Query query) {
    this.collection = collection;
    this.query = query;
  }

  /** What a similarity must reach to be among the best as they are. */
  double least() {
    return found.size() < query.k() ? query.minCosine() : found.element().similarity();
  }

  /** Compares a sketch; returns its similarity, which is NaN of the one to leave out. */
  double add(String id, SketchRecord record) {
    String name = Names.sketch(collection.id(), id);
    if (name.equals(query.excludedName())) {
      return Double.NaN;
    }
    scanned++;
    Sketch stored = Repository.sketch(name, record);
    int prefix = Math.min(query.compared(), stored.prefixLength());
    Found one = new Found(query.sketch().cosine(stored, prefix), id, record);
    if (one.similarity() >= query.minCosine()) {
      if (found.size() < query.k()) {
        found.add(withoutSketch(one));
      } else if (BEST_FIRST.compare(one, found.element()) < 0) {
        found.remove();
        found.add(withoutSketch(one));
      }
    }
    return one.similarity();
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
