package io.resketch.client;

import java.util.List;
import java.util.Optional;

/**
 * What became of one item of a bulk put.
 *
 * @param index position of the item, from 0
 * @param id id of the run
 * @param error why it was not stored; absent if it is on the server's disk
 * @param warnings what is odd about a run that was stored all the same
 */
public record PutOutcome(
    long index, String id, Optional<ResketchException> error, List<PutWarning> warnings) {

  /** Whether the run is on the server's disk. */
  public boolean stored() {
    return error.isEmpty();
  }
}
