package io.resketch.server.index;

import java.util.List;

/** Takes what an index proposes: first what it does not know, then what is nearest. */
public interface Proposals {
  /** What the index knows of the similarity of sketches that it proposes. */
  record Guess(double cosine, double standardError) {
    /** Of sketches that the index knows nothing of. */
    public static final Guess NONE = new Guess(Double.NaN, Double.NaN);

    public boolean isNone() {
      return Double.isNaN(cosine);
    }
  }

  /** Whether more sketches are still of use. Asked before each {@link #take}. */
  boolean wants(Guess guess);

  /**
   * Takes sketches that are equal.
   *
   * @param ids in order; some may be deleted or not wanted
   */
  void take(List<String> ids);
}
