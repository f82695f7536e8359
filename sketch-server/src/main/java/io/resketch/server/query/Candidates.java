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
 * Compares what an index proposes in full, and says when that was enough: when what comes next is
 * further below the best than the index errs, or when the last two thirds of all that was compared
 * have not changed the best. How far the index errs is measured on what was compared: its own
 * standard error supposes floats as of a Gaussian, which those of small computations are not. For
 * one thread.
 */
final class Candidates implements Proposals {
  /** Compared at least, unless the first of the two conditions holds. */
  private static final int LEAST = 100;

  /** Compared at least, to know how far the index errs. */
  private static final int MEASURED = 20;

  /** Standard errors between what the index says and what is taken for impossible. */
  private static final double MARGIN = 3;

  /** Times the number that was compared until the best last changed. */
  private static final int BEYOND_LAST = 3;

  /** A hit that is more similar by less than this is no change. */
  private static final double ROUNDING = 1e-9;

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
  private Guess guess = Guess.NONE;
  private long compared;
  private boolean enough;

  /** Squares of the differences between similarities and guesses, in standard errors. */
  private double squares;

  private int measured;

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
  public boolean wants(Guess next) {
    guess = next;
    if (next.isNone()) {
      return true;
    }
    enough = isBelow(next) || (compared >= LEAST && compared >= BEYOND_LAST * lastGain());
    compared += enough ? 0 : 1;
    return !enough;
  }

  private boolean isBelow(Guess next) {
    double times = Math.sqrt(Math.max(1, squares / Math.max(1, measured)));
    double bound = next.cosine() + MARGIN * times * next.standardError();
    return measured >= MEASURED && bound < best.least();
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
    boolean first = true;
    for (String id : ids) {
      if (!seen.add(id)) {
        continue;
      }
      Optional<SketchRecord> record =
          repository.find(collection, id).filter(stored -> selection.test(id, stored));
      if (record.isPresent()) {
        double before = best.least();
        double similarity = best.add(id, record.get());
        if (first && !guess.isNone() && !Double.isNaN(similarity)) {
          double error = (similarity - guess.cosine()) / guess.standardError();
          squares += error * error;
          measured++;
          first = false;
        }
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
