package io.resketch.server.index;

import java.util.List;

/** Takes what an index proposes, in order of falling bounds. */
public interface Proposals {
  /**
   * Whether sketches are still of use whose similarity exceeds a bound next to never. Asked before
   * each {@link #take}.
   *
   * @param bound infinite where nothing is known of them
   */
  boolean wants(double bound);

  /**
   * Takes sketches that are equal.
   *
   * @param ids in order; some may be deleted or not wanted
   */
  void take(List<String> ids);
}
