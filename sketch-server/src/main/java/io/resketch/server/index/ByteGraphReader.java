package io.resketch.server.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;

/** Lucene's reader of a graph, but for the search itself. */
final class ByteGraphReader extends KnnVectorsReader implements HnswGraphProvider {
  /** Vectors that are read at once. */
  private static final int BLOCK = 32;

  private final Lucene99HnswVectorsReader lucene;

  ByteGraphReader(Lucene99HnswVectorsReader lucene) {
    this.lucene = lucene;
  }

  /**
   * Collects the nearest vectors of all, and those that are hardly further away, in order of their
   * entries: a search that asks for it walks no graph.
   */
  static final class EveryVector extends TopKnnCollector {
    private final float margin;
    private int[] entries = new int[64];
    private float[] scores = new float[64];
    private int size;

    /**
     * @param margin of scores
     */
    EveryVector(int count, float margin) {
      super(count, Integer.MAX_VALUE);
      this.margin = margin;
    }

    @Override
    public float minCompetitiveSimilarity() {
      return super.minCompetitiveSimilarity() - margin;
    }

    @Override
    public boolean collect(int entry, float score) {
      if (size == entries.length) {
        entries = ArrayUtil.grow(entries);
        scores = ArrayUtil.growExact(scores, entries.length);
      }
      entries[size] = entry;
      scores[size++] = score;
      return super.collect(entry, score);
    }

    /** By rising entries. */
    List<ScoreDoc> collected() {
      List<ScoreDoc> out = new ArrayList<>();
      float least = minCompetitiveSimilarity();
      for (int i = 0; i < size; i++) {
        if (scores[i] >= least) {
          out.add(new ScoreDoc(entries[i], scores[i]));
        }
      }
      return out;
    }
  }

  @Override
  public void search(String field, byte[] query, KnnCollector found, Bits accepted)
      throws IOException {
    if (lucene.getByteVectorValues(field) instanceof OffHeapByteVectorValues values
        && values.size() > 0) {
      KnnCollector ordinals = new OrdinalTranslatedKnnCollector(found, values::ordToDoc);
      Bits ordinalsAccepted = values.getAcceptOrds(accepted);
      if (found instanceof EveryVector || found.k() >= values.size()) {
        compareAll(values, query, ordinals, ordinalsAccepted);
      } else {
        new GraphWalk(lucene.getGraph(field), values, query).search(ordinals, ordinalsAccepted);
      }
    }
  }

  /** Reads vectors many at a time, one behind the other in the file. */
  private static void compareAll(
      OffHeapByteVectorValues values, byte[] query, KnnCollector found, Bits accepted)
      throws IOException {
    IndexInput in = values.getSlice();
    byte[] read = new byte[BLOCK * query.length];
    in.seek(0);
    for (int first = 0; first < values.size(); first += BLOCK) {
      int count = Math.min(BLOCK, values.size() - first);
      in.readBytes(read, 0, count * query.length);
      for (int i = 0; i < count; i++) {
        if (accepted == null || accepted.get(first + i)) {
          float score =
              ByteGraphFormat.score(ByteDot.BEST.dot(query, read, i * query.length), query);
          if (score >= found.minCompetitiveSimilarity()) {
            found.collect(first + i, score);
          }
        }
      }
      found.incVisitedCount(count);
    }
  }

  @Override
  public void search(String field, float[] query, KnnCollector found, Bits accepted) {
    throw new UnsupportedOperationException("vectors are of bytes");
  }

  @Override
  public HnswGraph getGraph(String field) throws IOException {
    return lucene.getGraph(field);
  }

  @Override
  public void checkIntegrity() throws IOException {
    lucene.checkIntegrity();
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return lucene.getFloatVectorValues(field);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return lucene.getByteVectorValues(field);
  }

  @Override
  public long ramBytesUsed() {
    return lucene.ramBytesUsed();
  }

  @Override
  public void close() throws IOException {
    lucene.close();
  }
}
