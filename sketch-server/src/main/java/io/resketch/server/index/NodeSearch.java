package io.resketch.server.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** One search among the nodes of an index, and of the sketches behind them. For one thread. */
final class NodeSearch {
  /** The graph is searched for this many for each that is wanted, lest it miss some. */
  private static final int BEAM = 2;

  private final IndexSearcher searcher;
  private final NodeNumbers numbers;
  private final ByteVectors vectors;

  /** Null for all. */
  private final Scope scope;

  /**
   * @param scope null for all
   */
  NodeSearch(IndexSearcher searcher, NodeNumbers numbers, ByteVectors vectors, Scope scope) {
    this.vectors = vectors;
    this.searcher = searcher;
    this.numbers = numbers;
    this.scope = scope;
  }

  /**
   * A node that was found.
   *
   * @param group its number
   * @param cosine over the indexed floats
   */
  record Node(int group, double cosine) {
    private static final Comparator<Node> NEAREST_FIRST =
        Comparator.comparingDouble(Node::cosine).reversed().thenComparingInt(Node::group);
  }

  /** Vectors among which to search. */
  int vectors() throws IOException {
    return scope == null ? vectors(searcher) : scope.groups();
  }

  /** Vectors of all nodes, some that are no longer there among them. */
  static int vectors(IndexSearcher searcher) throws IOException {
    int out = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      ByteVectorValues values = leaf.reader().getByteVectorValues(Fields.VECTOR);
      out += values == null ? 0 : values.size();
    }
    return out;
  }

  /**
   * The nodes nearest to a vector, nearest first.
   *
   * @param count at most so many
   */
  List<Node> nearest(ByteVectors.Vector vector, int count, Found.Path path) throws IOException {
    List<Node> out = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      int[] groups = numbers.of(leaf.reader());
      Bits accepted = accepted(leaf, groups);
      int wanted = Math.min(count, leaf.reader().maxDoc());
      List<ScoreDoc> found;
      if (path == Found.Path.GRAPH) {
        // Every segment for itself. Lucene would tell each how good the others' finds are; among
        // sketches in clusters, a segment then often ends before it comes to the right one.
        TopKnnCollector beam = new TopKnnCollector(BEAM * wanted, Integer.MAX_VALUE);
        leaf.reader().searchNearestVectors(Fields.VECTOR, vector.coarse(), beam, accepted);
        found = Arrays.asList(beam.topDocs().scoreDocs);
        found.sort(Comparator.comparingInt(node -> node.doc));
      } else {
        ByteGraphReader.EveryVector all = new ByteGraphReader.EveryVector(wanted, vectors.margin());
        leaf.reader().searchNearestVectors(Fields.VECTOR, vector.coarse(), all, accepted);
        found = all.collected();
      }
      refine(leaf.reader(), vector, groups, found, out);
    }
    out.sort(Node.NEAREST_FIRST);
    return out.subList(0, Math.min(count, out.size()));
  }

  /**
   * Compares nodes by all that the index has of them.
   *
   * @param found by rising entries
   */
  private void refine(
      LeafReader segment,
      ByteVectors.Vector vector,
      int[] groups,
      List<ScoreDoc> found,
      List<Node> out)
      throws IOException {
    ByteVectorValues coarse = segment.getByteVectorValues(Fields.VECTOR);
    BinaryDocValues fine = segment.getBinaryDocValues(Fields.FINE);
    byte[] read = new byte[vectors.prefix()];
    for (ScoreDoc node : found) {
      if (coarse.advance(node.doc) != node.doc || !fine.advanceExact(node.doc)) {
        throw new IOException("a node has no vector");
      }
      BytesRef bytes = fine.binaryValue();
      System.arraycopy(bytes.bytes, bytes.offset, read, 0, read.length);
      out.add(new Node(groups[node.doc], vectors.cosine(vector, coarse.vectorValue(), read)));
    }
  }

  /** The nodes without a vector, at most so many and one. */
  List<Integer> whole(int most) throws IOException {
    List<Integer> out = new ArrayList<>();
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    for (ScoreDoc node : searcher.search(Fields.WHOLE, most + 1).scoreDocs) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(node.doc, leaves));
      out.add(numbers.of(leaf.reader())[node.doc - leaf.docBase]);
    }
    return out;
  }

  private Bits accepted(LeafReaderContext leaf, int[] groups) {
    Bits live = leaf.reader().getLiveDocs();
    if (scope == null) {
      return live;
    }
    return new Bits() {
      @Override
      public boolean get(int entry) {
        return (live == null || live.get(entry)) && scope.hasGroup(groups[entry]);
      }

      @Override
      public int length() {
        return groups.length;
      }
    };
  }

  /** Sketches of a group with equal floats: the first of each segment by their ids. */
  static final class Equals {
    private final List<Smallest> segments = new ArrayList<>();

    /** Their ids in order, some more than were wanted. */
    List<String> ids() throws IOException {
      List<String> out = new ArrayList<>();
      for (Smallest segment : segments) {
        segment.addIds(out);
      }
      out.sort(null);
      return out;
    }
  }

  /**
   * The sketches of a group, of equal ones the first by their ids.
   *
   * @param most of equal ones
   */
  Collection<Equals> sketches(int group, int most) throws IOException {
    Map<Long, Equals> out = new LinkedHashMap<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      LeafReader segment = leaf.reader();
      PostingsEnum entries = segment.postings(Fields.membersOf(group), PostingsEnum.NONE);
      if (entries == null) {
        continue;
      }
      Bits passing = scope == null ? segment.getLiveDocs() : scope.sketches(leaf);
      SortedDocValues ids = segment.getSortedDocValues(Fields.ID);
      NumericDocValues floats = segment.getNumericDocValues(Fields.FLOATS);
      Map<Long, Smallest> found = new LinkedHashMap<>();
      while (entries.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        int entry = entries.docID();
        if (passing == null || passing.get(entry)) {
          if (!ids.advanceExact(entry) || !floats.advanceExact(entry)) {
            throw new IOException("an entry has no id");
          }
          found
              .computeIfAbsent(floats.longValue(), key -> new Smallest(segment, most))
              .add(ids.ordValue());
        }
      }
      found.forEach(
          (key, smallest) ->
              out.computeIfAbsent(key, unused -> new Equals()).segments.add(smallest));
    }
    return out.values();
  }
}
