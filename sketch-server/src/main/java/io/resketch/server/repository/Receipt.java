package io.resketch.server.repository;

import io.resketch.server.storage.StoreBatch;

/**
 * What is kept of a call, so that it is done once: written in the batch of what the call changes,
 * so that there is both or neither.
 *
 * @param <R> what the call is answered with
 */
public interface Receipt<R> {
  /** Adds it to the batch of the change. */
  void into(StoreBatch batch, R result);

  /** Of a call without a request id, of which nothing is kept. */
  static <R> Receipt<R> none() {
    return (batch, result) -> {};
  }
}
