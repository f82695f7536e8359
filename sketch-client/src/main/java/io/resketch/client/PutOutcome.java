package io.resketch.client;

import java.util.Optional;

/**
 * What became of one item of a bulk put.
 *
 * @param index position of the item, from 0
 * @param id id of the run
 * @param error why it was not stored; absent if it is on the server's disk
 */
public record PutOutcome(long index, String id, Optional<ResketchException> error) {

  /** Whether the run is on the server's disk. */
  public boolean stored() {
    return error.isEmpty();
  }
}
