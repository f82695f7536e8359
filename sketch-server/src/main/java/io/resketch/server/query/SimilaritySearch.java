package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The sketches of a collection most like a query, by an exact scan. Thread-safe. */
public final class SimilaritySearch {
  /** Best first; equal similarities by name, so that answers do not depend on chance. */
  private static final Comparator<SearchHit> BEST_FIRST =
      Comparator.comparingDouble(SearchHit::getSimilarity)
          .reversed()
          .thenComparing(hit -> hit.getRecord().getName());

  private final Repository repository;

  public SimilaritySearch(Repository repository) {
    this.repository = repository;
  }

  /**
   * Scans a collection.
   *
   * @param excludedName name of a sketch to leave out, or empty
   * @param k hits wanted
   * @param prefixLength floats to compare; 0 for all that query and stored sketch share. Stored
   *     sketches that are shorter are compared over what they have
   */
  public SearchResponse search(
      SketchCollection collection,
      Sketch query,
      String excludedName,
      int k,
      Selection selection,
      int prefixLength) {
    SketchSpec spec = collection.operators().spec();
    query.requireFingerprint(spec.fingerprint());
    int limit = query.prefixLength();
    if (prefixLength != 0) {
      SketchSpec.checkPrefix(prefixLength, query.prefixLength());
      limit = prefixLength;
    }
    int compared = limit;
    PriorityQueue<SearchHit> best = new PriorityQueue<>(BEST_FIRST.reversed());
    long[] scanned = {0};
    selection.visit(
        repository,
        collection,
        null,
        (position, id, record) -> {
          if (record.getName().equals(excludedName)) {
            return true;
          }
          scanned[0]++;
          Sketch stored = Repository.sketch(record);
          double similarity = query.cosine(stored, Math.min(compared, stored.prefixLength()));
          best.add(
              SearchHit.newBuilder()
                  .setRecord(record.toBuilder().clearSketch())
                  .setSimilarity(similarity)
                  .build());
          if (best.size() > k) {
            best.poll();
          }
          return true;
        });
    List<SearchHit> hits = new ArrayList<>(best);
    hits.sort(BEST_FIRST);
    return SearchResponse.newBuilder().addAllHits(hits).setScanned(scanned[0]).build();
  }
}
