package io.resketch.client.cli;

import io.grpc.Status;
import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.client.SketchCollection;
import io.resketch.v1.Collection;
import java.util.function.Function;

/**
 * A collection that a command makes for what it is about to store. One that was not there before
 * goes again on {@link #close} unless it is to be kept, and holds nothing then.
 */
final class CreatedCollection implements AutoCloseable {
  private final ResketchClient client;
  private final String id;
  private final boolean existed;
  private final SketchCollection collection;
  private boolean kept;

  private CreatedCollection(
      ResketchClient client, String id, boolean existed, SketchCollection collection) {
    this.client = client;
    this.id = id;
    this.existed = existed;
    this.collection = collection;
  }

  /**
   * Creates a collection, or opens the one that there is.
   *
   * @param wanted given whether it exists
   */
  static CreatedCollection of(
      ResketchClient client, String id, Function<Boolean, Collection> wanted) {
    boolean existed = exists(client, id);
    return new CreatedCollection(
        client, id, existed, client.createCollection(id, wanted.apply(existed)));
  }

  private static boolean exists(ResketchClient client, String id) {
    try {
      var unused = client.openCollection(id);
      return true;
    } catch (ResketchException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
      return false;
    }
  }

  SketchCollection collection() {
    return collection;
  }

  /** Says whether the collection is to stay, whatever it holds. */
  void keep(boolean keep) {
    kept = keep;
  }

  /** The server keeps a collection that holds anything. */
  @Override
  public void close() {
    if (existed || kept) {
      return;
    }
    try {
      var unused = client.deleteCollection(id, false);
    } catch (ResketchException e) {
      if (e.code() != Status.Code.FAILED_PRECONDITION && e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }
}
