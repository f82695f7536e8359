package io.resketch.server.query;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.server.filter.Filter;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.RocksStore.SketchVisitor;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.TimeRange;
import java.util.function.BiConsumer;

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
    if (isEmpty()) {
      return;
    }
    repository.visit(
        collection,
        start,
        end,
        after,
        (position, id, record) -> !filter.test(id, record) || visitor.visit(position, id, record));
  }

  /** Whether no sketch can pass, by its time. */
  boolean isEmpty() {
    return start != null && end != null && !before(start, end);
  }

  /**
   * Whether a sketch passes.
   *
   * @param record with or without its name
   */
  boolean test(String id, SketchRecord record) {
    boolean inTime =
        (start == null || (record.hasTime() && !before(record.getTime(), start)))
            && (end == null || !record.hasTime() || before(record.getTime(), end));
    return inTime && filter.test(id, record);
  }

  /** Visits the sketches in the order that is fastest. */
  void visitUnordered(
      Repository repository,
      SketchCollection collection,
      BiConsumer<String, SketchRecord> visitor) {
    SketchVisitor each =
        (position, id, record) -> {
          if (filter.test(id, record)) {
            visitor.accept(id, record);
          }
          return true;
        };
    if (start == null && end == null) {
      repository.visitById(collection, each);
    } else if (!isEmpty()) {
      repository.visit(collection, start, end, null, each);
    }
  }
}
