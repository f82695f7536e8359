package io.resketch.server.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/** The sketches that a filter lets pass, and the groups with at least one of them. Immutable. */
final class Scope {
  /** By segment. */
  private final List<FixedBitSet> sketches;

  private final FixedBitSet groups;

  private Scope(List<FixedBitSet> sketches, FixedBitSet groups) {
    this.sketches = sketches;
    this.groups = groups;
  }

  /**
   * Reads what passes.
   *
   * @param numbers all groups have lower numbers
   */
  static Scope of(IndexSearcher searcher, Query filter, int numbers) throws IOException {
    Weight weight =
        searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1);
    FixedBitSet groups = new FixedBitSet(numbers);
    List<FixedBitSet> sketches = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      FixedBitSet passing = new FixedBitSet(leaf.reader().maxDoc());
      sketches.add(passing);
      Scorer scorer = weight.scorer(leaf);
      NumericDocValues group = leaf.reader().getNumericDocValues(Fields.GROUP);
      if (scorer != null && group != null) {
        Bits live = leaf.reader().getLiveDocs();
        DocIdSetIterator entries = scorer.iterator();
        while (entries.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          int entry = entries.docID();
          if ((live == null || live.get(entry)) && group.advanceExact(entry)) {
            passing.set(entry);
            groups.set((int) group.longValue());
          }
        }
      }
    }
    return new Scope(sketches, groups);
  }

  /** How many groups. */
  int groups() {
    return groups.cardinality();
  }

  boolean hasGroup(int number) {
    return groups.get(number);
  }

  /** Of a segment: whether an entry is of a sketch that passes. */
  Bits sketches(LeafReaderContext leaf) {
    return sketches.get(leaf.ord);
  }
}
