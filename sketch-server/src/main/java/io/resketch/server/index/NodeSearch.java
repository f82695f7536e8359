package io.resketch.server.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/** One search among the nodes of an index, and of the sketches behind them. For one thread. */
final class NodeSearch {
  /** The graph is searched for this many for each that is wanted, lest it miss some. */
  private static final int BEAM = 2;

  private final IndexSearcher searcher;
  private final NodeNumbers numbers;

  /** Null for all. */
  private final Scope scope;

  /**
   * @param scope null for all
   */
  NodeSearch(IndexSearcher searcher, NodeNumbers numbers, Scope scope) {
    this.searcher = searcher;
    this.numbers = numbers;
    this.scope = scope;
  }

  /**
   * A node that was found.
   *
   * @param group its number
   * @param score see {@link ByteGraphFormat#score}
   */
  record Node(int group, float score) {
    private static final Comparator<Node> NEAREST_FIRST =
        Comparator.comparingDouble(Node::score).reversed().thenComparingInt(Node::group);
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
  List<Node> nearest(byte[] vector, int count, Found.Path path) throws IOException {
    List<Node> out = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      int wanted = Math.min(count, leaf.reader().maxDoc());
      // Every segment for itself. Lucene would tell each how good the others' finds are; among
      // sketches in clusters, a segment then often ends before it comes to the right one.
      TopKnnCollector found =
          path == Found.Path.GRAPH
              ? new TopKnnCollector(BEAM * wanted, Integer.MAX_VALUE)
              : new ByteGraphReader.EveryVector(wanted);
      int[] groups = numbers.of(leaf.reader());
      leaf.reader().searchNearestVectors(Fields.VECTOR, vector, found, accepted(leaf, groups));
      for (ScoreDoc node : found.topDocs().scoreDocs) {
        out.add(new Node(groups[node.doc], node.score));
      }
    }
    out.sort(Node.NEAREST_FIRST);
    return out.subList(0, Math.min(count, out.size()));
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
