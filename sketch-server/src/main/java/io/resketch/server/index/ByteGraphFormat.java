package io.resketch.server.index;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomAccessVectorValues;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;

/**
 * Lucene's graph over vectors of bytes, compared by {@link ByteDot}: Lucene's own loops use vector
 * instructions from JDK 21 on only. Lucene finds it by its name, as a service.
 */
public final class ByteGraphFormat extends KnnVectorsFormat {
  /** Of a node; twice as many on the lowest level. */
  static final int NEIGHBOURS = 16;

  private static final int BUILD_CANDIDATES = 100;

  private final FlatVectorsFormat vectors = new Lucene99FlatVectorsFormat(new DotScorer());

  /** For Lucene. */
  public ByteGraphFormat() {
    super("ResketchByteGraph");
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new Lucene99HnswVectorsWriter(
        state, NEIGHBOURS, BUILD_CANDIDATES, vectors.fieldsWriter(state), 1, null);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new ByteGraphReader(new Lucene99HnswVectorsReader(state, vectors.fieldsReader(state)));
  }

  /** A dot product, moved to where no score is negative. */
  static float score(int dot, byte[] query) {
    return 0.5f + dot / (query.length * (float) (1 << 15));
  }

  /** The dot product of a score. */
  static double dot(float score, int length) {
    return (score - 0.5) * length * (1 << 15);
  }

  private static final class DotScorer implements FlatVectorsScorer {
    @Override
    public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
        VectorSimilarityFunction similarity, RandomAccessVectorValues values) throws IOException {
      return new BetweenStored((RandomAccessVectorValues.Bytes) values);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(
        VectorSimilarityFunction similarity, RandomAccessVectorValues values, float[] query) {
      throw new UnsupportedOperationException("vectors are of bytes");
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(
        VectorSimilarityFunction similarity, RandomAccessVectorValues values, byte[] query) {
      return new ToQuery((RandomAccessVectorValues.Bytes) values, query);
    }
  }

  /** Compares stored vectors with each other; every reader of a file has a place of its own. */
  private static final class BetweenStored implements RandomVectorScorerSupplier {
    private final RandomAccessVectorValues.Bytes values;
    private final RandomAccessVectorValues.Bytes first;
    private final RandomAccessVectorValues.Bytes second;

    BetweenStored(RandomAccessVectorValues.Bytes values) throws IOException {
      this.values = values;
      this.first = values.copy();
      this.second = values.copy();
    }

    @Override
    public RandomVectorScorer scorer(int ordinal) throws IOException {
      return new ToQuery(second, first.vectorValue(ordinal));
    }

    @Override
    public RandomVectorScorerSupplier copy() throws IOException {
      return new BetweenStored(values);
    }
  }

  private static final class ToQuery extends RandomVectorScorer.AbstractRandomVectorScorer {
    private final RandomAccessVectorValues.Bytes values;
    private final byte[] query;

    ToQuery(RandomAccessVectorValues.Bytes values, byte[] query) {
      super(values);
      this.values = values;
      this.query = query;
    }

    @Override
    public float score(int ordinal) throws IOException {
      return ByteGraphFormat.score(ByteDot.BEST.dot(query, values.vectorValue(ordinal), 0), query);
    }
  }
}
