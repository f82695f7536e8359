package io.resketch.server.index;

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;

import java.io.IOException;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.NeighborQueue;

/**
 * One search of a graph (Malkov, Yashunin, arXiv:1603.09320, algorithms 2 and 5), as Lucene does
 * it, but for two things. The vectors of all neighbours of a node are read before the first is
 * compared, so that the processor waits for their memory once and not for each. And the lowest
 * level is entered at many nodes instead of one: among sketches in clusters, the walk from one
 * often ends before it comes to the right cluster (docs/performance.md).
 */
final class GraphWalk {
  /** Neighbours of a node at most. */
  private static final int MOST = 2 * ByteGraphFormat.NEIGHBOURS;

  /** Nodes from which the lowest level is searched: not to miss a cluster. */
  private static final int STARTS = 64;

  private final HnswGraph graph;
  private final IndexInput vectors;
  private final byte[] query;
  private final FixedBitSet seen;

  /** Neighbours not seen before, their vectors and scores. */
  private final int[] nodes = new int[MOST];

  private final byte[] read;
  private final float[] scores = new float[MOST];

  GraphWalk(HnswGraph graph, OffHeapByteVectorValues values, byte[] query) {
    this.graph = graph;
    this.vectors = values.getSlice();
    this.query = query;
    this.seen = new FixedBitSet(values.size());
    this.read = new byte[MOST * query.length];
  }

  /**
   * Collects the nearest nodes that are found.
   *
   * @param accepted null for all
   */
  void search(KnnCollector found, Bits accepted) throws IOException {
    nodes[0] = graph.entryNode();
    compare(1, found);
    ScoreDoc[] starts = {new ScoreDoc(nodes[0], scores[0])};
    for (int level = graph.numLevels() - 1; level > 0; level--) {
      int beam = level == 1 ? STARTS : 1;
      TopKnnCollector nearest = new TopKnnCollector(beam, Integer.MAX_VALUE);
      walk(level, starts, nearest, null);
      starts = nearest.topDocs().scoreDocs;
      if (nearest.visitedCount() > 0) {
        found.incVisitedCount((int) nearest.visitedCount());
      }
      seen.clear();
    }
    walk(0, starts, found, accepted);
  }

  private void walk(int level, ScoreDoc[] starts, KnnCollector found, Bits accepted)
      throws IOException {
    NeighborQueue next = new NeighborQueue(found.k(), true);
    for (ScoreDoc start : starts) {
      seen.set(start.doc);
      take(start.doc, start.score, next, found, accepted);
    }
    while (next.size() > 0
        && next.topScore() >= found.minCompetitiveSimilarity()
        && !found.earlyTerminated()) {
      int count = unseen(level, next.pop());
      compare(count, found);
      for (int i = 0; i < count; i++) {
        if (scores[i] >= found.minCompetitiveSimilarity()) {
          take(nodes[i], scores[i], next, found, accepted);
        }
      }
    }
  }

  private static void take(
      int node, float score, NeighborQueue next, KnnCollector found, Bits accepted) {
    next.add(node, score);
    if (accepted == null || accepted.get(node)) {
      found.collect(node, score);
    }
  }

  /** Lists the neighbours that were not seen before. */
  private int unseen(int level, int node) throws IOException {
    graph.seek(level, node);
    int count = 0;
    for (int neighbour = graph.nextNeighbor();
        neighbour != NO_MORE_DOCS;
        neighbour = graph.nextNeighbor()) {
      if (!seen.getAndSet(neighbour)) {
        nodes[count++] = neighbour;
      }
    }
    return count;
  }

  private void compare(int count, KnnCollector found) throws IOException {
    for (int i = 0; i < count; i++) {
      vectors.seek((long) nodes[i] * query.length);
      vectors.readBytes(read, i * query.length, query.length);
    }
    for (int i = 0; i < count; i++) {
      scores[i] = ByteGraphFormat.score(ByteDot.BEST.dot(query, read, i * query.length), query);
    }
    if (count > 0) {
      found.incVisitedCount(count);
    }
  }
}
