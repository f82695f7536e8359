package io.resketch.server.filter;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.v1.SketchRecord;
import java.util.List;

/**
 * Which sketches of a collection a question is about: a condition on id, time and labels, in the
 * form of AIP-160. Immutable, thread-safe.
 *
 * <pre>
 * filter      = [ sequence { OR sequence } ]
 * sequence    = term { AND term }
 * term        = [ NOT ] ( "(" filter ")" | comparison )
 * comparison  = field operator value | "label." key ":*"
 * field       = "id" | "time" | "label." key
 * operator    = "=" | "!=" | "&lt;" | "&lt;=" | ">" | ">="
 * </pre>
 *
 * <p>Values and keys are words or strings in double or single quotes. A label that is not there,
 * and the time of a run without one, differ from every value and are in no order with any.
 */
public final class Filter {
  /** All sketches pass. */
  public static final Filter ALL = new Filter(new All(), null, null);

  private final Condition condition;
  private final Timestamp start;
  private final Timestamp end;

  private Filter(Condition condition, Timestamp start, Timestamp end) {
    this.condition = condition;
    this.start = start;
    this.end = end;
  }

  /**
   * Reads a filter.
   *
   * @param text empty for {@link #ALL}
   * @throws io.resketch.core.InvalidInputException naming {@code filter}, the position and what was
   *     expected there
   */
  public static Filter parse(String text) {
    if (text.isBlank()) {
      return ALL;
    }
    Condition condition = new FilterParser(text).parse();
    return new Filter(condition, condition.start(), condition.end());
  }

  /** Whether a record passes. */
  public boolean test(String id, SketchRecord record) {
    return condition.test(id, record);
  }

  /** What passes, by its parts. */
  public Condition condition() {
    return condition;
  }

  /** Whether every record passes. */
  public boolean isAll() {
    return condition instanceof All;
  }

  /** No record before this time passes; null if that is not known. */
  public Timestamp start() {
    return start;
  }

  /** No record at or after this time passes; null if that is not known. */
  public Timestamp end() {
    return end;
  }

  /** A part of a filter. */
  public sealed interface Condition {
    boolean test(String id, SketchRecord record);

    /** Lower bound of the times that pass, null if there is none. */
    default Timestamp start() {
      return null;
    }

    /** Upper bound, exclusive. */
    default Timestamp end() {
      return null;
    }
  }

  /** Every record. */
  public record All() implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return true;
    }
  }

  /** Records that pass every part. */
  public record And(List<Condition> parts) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return parts.stream().allMatch(part -> part.test(id, record));
    }

    @Override
    public Timestamp start() {
      return parts.stream()
          .map(Condition::start)
          .filter(time -> time != null)
          .max(Timestamps.comparator())
          .orElse(null);
    }

    @Override
    public Timestamp end() {
      return parts.stream()
          .map(Condition::end)
          .filter(time -> time != null)
          .min(Timestamps.comparator())
          .orElse(null);
    }
  }

  /** Records that pass a part. */
  public record Or(List<Condition> parts) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return parts.stream().anyMatch(part -> part.test(id, record));
    }
  }

  /** Records that do not pass the part. */
  public record Not(Condition part) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return !part.test(id, record);
    }
  }

  /** How values compare. */
  public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }

    /** Whether it holds for a comparison's outcome, as of {@link Comparable}. */
    boolean holds(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case LESS -> comparison < 0;
        case AT_MOST -> comparison <= 0;
        case GREATER -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
      };
    }
  }

  /** By the id, as {@link String#compareTo}. */
  public record Id(Operator operator, String value) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return operator.holds(id.compareTo(value));
    }
  }

  /** By the value of a label, as {@link String#compareTo}. */
  public record Label(String key, Operator operator, String value) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      String found = record.getLabelsMap().get(key);
      return found == null
          ? operator == Operator.NOT_EQUAL
          : operator.holds(found.compareTo(value));
    }
  }

  /** By whether there is a label. */
  public record HasLabel(String key) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return record.containsLabels(key);
    }
  }

  /** By the time. */
  public record Time(Operator operator, Timestamp value) implements Condition {
    @Override
    public boolean test(String id, SketchRecord record) {
      return record.hasTime()
          ? operator.holds(Timestamps.compare(record.getTime(), value))
          : operator == Operator.NOT_EQUAL;
    }

    @Override
    public Timestamp start() {
      return switch (operator) {
        case EQUAL, GREATER, AT_LEAST -> value;
        case NOT_EQUAL, LESS, AT_MOST -> null;
      };
    }

    @Override
    public Timestamp end() {
      return switch (operator) {
        case LESS -> value;
        case EQUAL, AT_MOST -> next();
        case NOT_EQUAL, GREATER, AT_LEAST -> null;
      };
    }

    /** The first moment behind the value; null behind the last that there is. */
    private Timestamp next() {
      return value.equals(Timestamps.MAX_VALUE)
          ? null
          : Timestamps.add(value, Durations.fromNanos(1));
    }
  }
}
