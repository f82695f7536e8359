package io.resketch.server.query;

import io.resketch.server.index.Proposals;
import io.resketch.server.query.SimilaritySearch.Query;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SketchRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what an index proposes in full, and says when that was enough: when what comes next
 * cannot be among the best by its bound, or when the second half of all that was compared has
 * changed the best by next to nothing. The bound alone would go on for long among sketches that the
 * index cannot tell apart. For one thread.
 */
final class Candidates implements Proposals {
  /** Compared before the second of the two conditions is looked at. */
  private static final int LEAST = 100;

  /** A hit that is more similar by less than this takes no part in it. */
  private static final double ROUNDING = 1e-6;

  /** Hits out of so many that may come late. */
  private static final int HITS_PER_LATE = 500;

  private final Repository repository;
  private final SketchCollection collection;
  private final Selection selection;
  private final BestHits best;
  private final Set<String> seen = new HashSet<>();

  /** How many had been compared when the best last got better; the oldest first. */
  private final Deque<Long> gains = new ArrayDeque<>();

  private final int mayBeLate;
  private long compared;
  private boolean enough;

  Candidates(Repository repository, SketchCollection collection, Query query, Selection selection) {
    this.repository = repository;
    this.collection = collection;
    this.selection = selection;
    this.best = new BestHits(collection, query);
    this.mayBeLate = query.k() / HITS_PER_LATE;
  }

  /** Takes proposals from the first on; what was compared before is not compared again. */
  void begin() {
    compared = 0;
  }

  @Override
  public boolean wants(double bound) {
    if (bound == Double.POSITIVE_INFINITY) {
      return true;
    }
    enough = bound < best.least() || (compared >= LEAST && compared >= 2 * lastGain());
    compared += enough ? 0 : 1;
    return !enough;
  }

  private long lastGain() {
    return gains.size() <= mayBeLate ? 0 : gains.element();
  }

  /** Whether the last proposals were not needed to their end. */
  boolean areEnough() {
    return enough;
  }

  @Override
  public void take(List<String> ids) {
    for (String id : ids) {
      if (!seen.add(id)) {
        continue;
      }
      Optional<SketchRecord> record =
          repository.find(collection, id).filter(stored -> selection.test(id, stored));
      if (record.isPresent()) {
        double before = best.least();
        double similarity = best.add(id, record.get());
        if (similarity > before + ROUNDING) {
          gains.add(compared);
          if (gains.size() > mayBeLate + 1) {
            gains.remove();
          }
        } else if (similarity < before) {
          return; // so are the others, which are equal
        }
      }
    }
  }

  SearchResponse.Builder response() {
    return best.response();
  }
}
