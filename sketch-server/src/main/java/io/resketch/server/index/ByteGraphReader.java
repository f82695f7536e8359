package io.resketch.server.index;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;

/** Lucene's reader of a graph, but for the search itself. */
final class ByteGraphReader extends KnnVectorsReader implements HnswGraphProvider {
  private final Lucene99HnswVectorsReader lucene;

  ByteGraphReader(Lucene99HnswVectorsReader lucene) {
    this.lucene = lucene;
  }

  @Override
  public void search(String field, byte[] query, KnnCollector found, Bits accepted)
      throws IOException {
    if (lucene.getByteVectorValues(field) instanceof OffHeapByteVectorValues values
        && found.k() < values.size()) {
      new GraphWalk(lucene.getGraph(field), values, query)
          .search(
              new OrdinalTranslatedKnnCollector(found, values::ordToDoc),
              values.getAcceptOrds(accepted));
    } else {
      lucene.search(field, query, found, accepted); // compares all, there are few
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
