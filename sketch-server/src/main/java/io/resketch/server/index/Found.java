package io.resketch.server.index;

/**
 * How an index found what it proposed.
 *
 * @param path the way
 * @param all whether there was no more to propose
 * @param vectors among which it searched
 */
public record Found(Path path, boolean all, int vectors) {
  /** Ways to the nearest vectors. */
  public enum Path {
    /** A walk of the graph, which may miss some of them. */
    GRAPH,
    /** A comparison of the query with every indexed vector. */
    VECTORS
  }
}
