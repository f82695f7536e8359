package io.resketch.server.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.hnsw.RandomAccessVectorValues;

/**
 * Measures what the graph of an index finds: searches for some of its own vectors by the graph and
 * by comparing all, and counts what the graph has missed. A node is found if it is as near as the
 * last of the nearest, so that equal distances do no harm.
 *
 * <p>Half of the vectors are drawn at random. The other half lie far apart: each is the one of many
 * random vectors that is least like those already chosen. So what is unlike a large cluster of near
 * copies is asked for too, however rare it is. The recall is the worse of the two halves.
 */
final class IndexCheck {
  /** Recall from which on searches use the graph. */
  static final double ENOUGH = 0.98;

  /** Queries of each half. */
  private static final int QUERIES = 24;

  private static final int DRAWN = 1000;
  private static final int NEAREST = 10;

  /** As many as a search for ten hits asks for. */
  private static final int COUNT = 100;

  private final IndexSearcher searcher;
  private final NodeSearch search;

  IndexCheck(IndexSearcher searcher, NodeNumbers numbers, ByteVectors vectors) {
    this.searcher = searcher;
    this.search = new NodeSearch(searcher, numbers, vectors, null);
  }

  /**
   * Measures the recall of the graph among the ten nearest.
   *
   * @param seed of what is drawn
   */
  double recall(long seed) throws IOException {
    List<byte[]> drawn = draw(new Random(seed));
    if (drawn.isEmpty()) {
      return 1;
    }
    List<byte[]> random = drawn.subList(0, Math.min(QUERIES, drawn.size()));
    return Math.min(recall(random), recall(apart(drawn)));
  }

  private double recall(List<byte[]> queries) throws IOException {
    int found = 0;
    int wanted = 0;
    for (byte[] coarse : queries) {
      ByteVectors.Vector query = ByteVectors.Vector.of(coarse);
      List<NodeSearch.Node> nearest = search.nearest(query, NEAREST, Found.Path.VECTORS);
      double last = nearest.get(nearest.size() - 1).cosine();
      long hits =
          search.nearest(query, COUNT, Found.Path.GRAPH).stream()
              .filter(node -> node.cosine() >= last)
              .count();
      found += (int) Math.min(nearest.size(), hits);
      wanted += nearest.size();
    }
    return (double) found / wanted;
  }

  private List<byte[]> draw(Random random) throws IOException {
    List<byte[]> out = new ArrayList<>();
    int vectors = NodeSearch.vectors(searcher);
    for (int i = 0; i < DRAWN && vectors > 0; i++) {
      int at = random.nextInt(vectors);
      for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
        if (leaf.reader().getByteVectorValues(Fields.VECTOR)
            instanceof RandomAccessVectorValues.Bytes values) {
          if (at >= 0 && at < values.size()) {
            out.add(values.vectorValue(at).clone());
          }
          at -= values.size();
        }
      }
    }
    return out;
  }

  /** Vectors far apart, each least like those before it. */
  private static List<byte[]> apart(List<byte[]> drawn) {
    List<byte[]> out = new ArrayList<>();
    long[] likest = new long[drawn.size()];
    int next = 0;
    for (int i = 0; i < Math.min(QUERIES, drawn.size()); i++) {
      byte[] chosen = drawn.get(next);
      out.add(chosen);
      next = 0;
      for (int j = 0; j < likest.length; j++) {
        long dot = ByteDot.BEST.dot(chosen, drawn.get(j), 0);
        likest[j] = i == 0 ? dot : Math.max(likest[j], dot);
        next = likest[j] < likest[next] ? j : next;
      }
    }
    return out;
  }
}
