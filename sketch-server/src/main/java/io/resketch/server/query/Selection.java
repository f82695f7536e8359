package io.resketch.server.query;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.server.filter.Filter;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.RocksStore.SketchVisitor;
import io.resketch.v1.TimeRange;

/**
 * The sketches of a collection that a question is about.
 *
 * @param start null if open
 * @param end exclusive, null if open
 * @param filter within these
 */
public record Selection(Timestamp start, Timestamp end, Filter filter) {
  /**
   * Reads the parts of a request.
   *
   * @throws io.resketch.core.InvalidInputException naming {@code range} or {@code filter}
   */
  public static Selection of(TimeRange range, String filter) {
    TimeRanges.check(range);
    Filter parsed = Filter.parse(filter);
    Timestamp start = TimeRanges.start(range);
    Timestamp end = TimeRanges.end(range);
    if (parsed.start() != null && (start == null || before(start, parsed.start()))) {
      start = parsed.start();
    }
    if (parsed.end() != null && (end == null || before(parsed.end(), end))) {
      end = parsed.end();
    }
    return new Selection(start, end, parsed);
  }

  private static boolean before(Timestamp a, Timestamp b) {
    return Timestamps.compare(a, b) < 0;
  }

  /**
   * Visits the sketches in order of time, then id.
   *
   * @param after null, or the position to take up behind
   */
  public void visit(
      Repository repository, SketchCollection collection, byte[] after, SketchVisitor visitor) {
    if (start != null && end != null && !before(start, end)) {
      return;
    }
    repository.visit(
        collection,
        start,
        end,
        after,
        (position, id, record) -> !filter.test(id, record) || visitor.visit(position, id, record));
  }
}
