package io.resketch.server.index;

import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.util.Bits;

/**
 * The groups of equal vectors of an index: gives each its number and its node, and removes the
 * nodes of groups that no sketch is left of. For one thread, but for {@link #next}.
 */
final class Groups {
  /** Groups made since the index was last read anew, at most: they are held in memory. */
  private static final int MAX_FRESH = 50_000;

  private static final int HASH_BYTES = 16;

  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final Map<String, Long> fresh = new HashMap<>();

  /** Groups that a sketch has left, or may have. */
  private final Set<Long> left = new HashSet<>();

  /** Read by searches. */
  private volatile long next;

  /**
   * @param next number of the next group
   */
  Groups(IndexWriter writer, SearcherManager searchers, long next) {
    this.writer = writer;
    this.searchers = searchers;
    this.next = next;
  }

  /** Number of the next group: all have lower ones. */
  long next() {
    return next;
  }

  /** The number of the group of a vector, or of sketches without one; made if it is not there. */
  long of(ByteVectors.Vector vector, String whole) throws IOException {
    String hash = vector == null ? whole : HexFormat.of().formatHex(digest(vector.coarse()));
    Long known = fresh.get(hash);
    long stored = known != null ? known : find(Fields.content(hash), Fields.NODE);
    if (stored >= 0) {
      return stored;
    }
    long made = next;
    next = made + 1;
    writer.addDocument(Fields.node(made, hash, vector));
    fresh.put(hash, made);
    left.add(made); // the same id may be written twice before the index is read again
    if (fresh.size() > MAX_FRESH) {
      refresh();
    }
    return made;
  }

  /** To be called before the entry of a sketch is written over or deleted. */
  void leave(String id) throws IOException {
    long group = find(Fields.id(id), Fields.GROUP);
    if (group >= 0) {
      left.add(group);
    }
  }

  /** Removes the nodes that nothing is left of; to be called before a commit. */
  void removeEmpty() throws IOException {
    refresh();
    IndexSearcher searcher = searchers.acquire();
    try {
      for (long group : left) {
        if (!hasEntry(searcher, Fields.membersOf(group))) {
          writer.deleteDocuments(Fields.node(group));
        }
      }
    } finally {
      searchers.release(searcher);
    }
    left.clear();
  }

  private void refresh() throws IOException {
    searchers.maybeRefreshBlocking();
    fresh.clear();
  }

  /** The value of a field of the entry with a term; -1 if there is none. */
  private long find(Term term, String field) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
        int entry = first(leaf.reader(), term);
        if (entry != DocIdSetIterator.NO_MORE_DOCS) {
          NumericDocValues values = leaf.reader().getNumericDocValues(field);
          if (values == null || !values.advanceExact(entry)) {
            throw new IOException("the entry of " + term + " has no " + field);
          }
          return values.longValue();
        }
      }
      return -1;
    } finally {
      searchers.release(searcher);
    }
  }

  private static boolean hasEntry(IndexSearcher searcher, Term term) throws IOException {
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      if (first(leaf.reader(), term) != DocIdSetIterator.NO_MORE_DOCS) {
        return true;
      }
    }
    return false;
  }

  private static int first(LeafReader reader, Term term) throws IOException {
    PostingsEnum entries = reader.postings(term, PostingsEnum.NONE);
    if (entries == null) {
      return DocIdSetIterator.NO_MORE_DOCS;
    }
    Bits live = reader.getLiveDocs();
    int entry = entries.nextDoc();
    while (entry != DocIdSetIterator.NO_MORE_DOCS && live != null && !live.get(entry)) {
      entry = entries.nextDoc();
    }
    return entry;
  }

  /** A hash of all floats of a sketch, the same for equal ones. */
  static byte[] hash(Sketch sketch) {
    ByteBuffer values = ByteBuffer.allocate(sketch.prefixLength() * Float.BYTES);
    for (int i = 0; i < sketch.prefixLength(); i++) {
      values.putFloat(sketch.value(i) + 0f); // -0 is 0
    }
    return digest(values.array());
  }

  private static byte[] digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return Arrays.copyOf(hash, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }
}
