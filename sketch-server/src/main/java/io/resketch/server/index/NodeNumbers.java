package io.resketch.server.index;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;

/**
 * The numbers of groups by the entries of their nodes, held in memory for each segment as long as
 * it is open: Lucene reads such values in order only. Thread-safe.
 */
final class NodeNumbers {
  /** Of an entry that is no node. */
  static final int NONE = -1;

  private final Map<IndexReader.CacheKey, int[]> segments = new ConcurrentHashMap<>();

  /** By entry; not to be modified. */
  int[] of(LeafReader segment) throws IOException {
    IndexReader.CacheHelper core = segment.getCoreCacheHelper();
    int[] known = segments.get(core.getKey());
    if (known != null) {
      return known;
    }
    int[] read = read(segment);
    if (segments.putIfAbsent(core.getKey(), read) == null) {
      core.addClosedListener(segments::remove);
    }
    return read;
  }

  private static int[] read(LeafReader segment) throws IOException {
    int[] out = new int[segment.maxDoc()];
    Arrays.fill(out, NONE);
    NumericDocValues numbers = segment.getNumericDocValues(Fields.NODE);
    if (numbers != null) {
      while (numbers.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
        out[numbers.docID()] = (int) numbers.longValue();
      }
    }
    return out;
  }
}
