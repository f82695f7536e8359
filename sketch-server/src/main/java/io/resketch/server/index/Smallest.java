package io.resketch.server.index;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.util.LongHeap;

/** The first of many sketches of a segment by their ids. For one thread. */
final class Smallest {
  private final LeafReader segment;
  private final int most;

  /** Places of the ids among all of the segment, negative: the last id on top. */
  private final LongHeap places = new LongHeap(1);

  /**
   * @param most above 0
   */
  Smallest(LeafReader segment, int most) {
    this.segment = segment;
    this.most = most;
  }

  void add(int place) {
    if (places.size() < most) {
      places.push(-place);
    } else if (-place > places.top()) {
      places.updateTop(-place);
    }
  }

  void addIds(List<String> out) throws IOException {
    SortedDocValues ids = segment.getSortedDocValues(Fields.ID);
    for (int i = 1; i <= places.size(); i++) { // a heap begins at 1
      out.add(ids.lookupOrd((int) -places.get(i)).utf8ToString());
    }
  }
}
