package io.resketch.server.index;

import com.google.protobuf.Timestamp;
import io.resketch.server.filter.Filter;
import io.resketch.v1.SketchRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/**
 * How sketches lie in the index. Sketches with the same vector make up a group, which has a number;
 * an entry of its own, the node, has the vector.
 *
 * <pre>
 * node:    node     number of the group, as a term and as a value
 *          content  a hash of what its sketches have in common, as a term
 *          vector   the first floats, in bytes, on a scale on which all have the same norm
 *          fine     what is missing from there of one of its sketches, in bytes of 1/254 of a step
 *          whole    a term instead of the vector: shorter or zero, to be compared as a whole
 * sketch:  id       its id, as a term and as a value
 *          group    number of its group, as a term and as a value
 *          floats   a hash of all its floats, as a value
 *          time     seconds (8 bytes, sign flipped, big-endian), nanoseconds (4), as a point; with a
 *                   term
 *          label    a term per label, and one per key
 * </pre>
 */
final class Fields {
  static final String NODE = "node";
  static final String VECTOR = "vector";
  static final String FINE = "fine";
  static final String ID = "id";
  static final String GROUP = "group";
  static final String FLOATS = "floats";

  /** Nodes without a vector. */
  static final Query WHOLE = new TermQuery(new Term("whole", "1"));

  private static final String TIME = "time";
  private static final Query HAS_TIME = new TermQuery(new Term("has-time", "1"));
  private static final String LABEL = "label";
  private static final String KEY = "key";
  private static final int MAX_TERM = 1000;

  private Fields() {}

  static Term id(String id) {
    return new Term(ID, id);
  }

  static Term node(long group) {
    return new Term(NODE, Long.toString(group));
  }

  static Term content(String hash) {
    return new Term("content", hash);
  }

  static Term membersOf(long group) {
    return new Term(GROUP, Long.toString(group));
  }

  /**
   * The node of a group.
   *
   * @param vector null if its sketches have none
   */
  static Document node(long group, String hash, ByteVectors.Vector vector) {
    Document out = new Document();
    out.add(new StringField(NODE, node(group).text(), Field.Store.NO));
    out.add(new NumericDocValuesField(NODE, group));
    out.add(new StringField("content", hash, Field.Store.NO));
    if (vector == null) {
      out.add(new StringField("whole", "1", Field.Store.NO));
    } else {
      out.add(
          new KnnByteVectorField(VECTOR, vector.coarse(), VectorSimilarityFunction.DOT_PRODUCT));
      out.add(new BinaryDocValuesField(FINE, new BytesRef(vector.fine())));
    }
    return out;
  }

  /**
   * The entry of a sketch.
   *
   * @param floats a hash of its floats
   */
  static Document sketch(String id, long group, long floats, SketchRecord record) {
    Document out = new Document();
    out.add(new StringField(ID, id, Field.Store.NO));
    out.add(new SortedDocValuesField(ID, new BytesRef(id)));
    out.add(new StringField(GROUP, membersOf(group).text(), Field.Store.NO));
    out.add(new NumericDocValuesField(GROUP, group));
    out.add(new NumericDocValuesField(FLOATS, floats));
    if (record.hasTime()) {
      out.add(new BinaryPoint(TIME, time(record.getTime())));
      out.add(new StringField("has-time", "1", Field.Store.NO));
    }
    record
        .getLabelsMap()
        .forEach(
            (key, value) -> {
              out.add(new StringField(KEY, term(key), Field.Store.NO));
              out.add(new StringField(LABEL, label(key, value), Field.Store.NO));
            });
    return out;
  }

  /** Sorts as the times do. */
  private static byte[] time(Timestamp time) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
        .putLong(time.getSeconds() ^ Long.MIN_VALUE)
        .putInt(time.getNanos())
        .array();
  }

  private static String label(String key, String value) {
    return term(key.length() + ":" + key + value);
  }

  /** Lucene refuses long terms. */
  private static String term(String text) {
    if (text.length() <= MAX_TERM) {
      return "=" + text;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "#" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  /**
   * The sketches that a time range and a filter let pass, and nodes; empty if that cannot be said.
   */
  static Optional<Query> query(SketchIndexes.Wanted wanted) {
    if (wanted.start() == null && wanted.end() == null) {
      return query(wanted.filter().condition());
    }
    BooleanQuery.Builder out = new BooleanQuery.Builder();
    out.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
    if (wanted.start() != null) {
      out.add(from(wanted.start()), BooleanClause.Occur.FILTER);
    }
    if (wanted.end() != null) {
      out.add(from(wanted.end()), BooleanClause.Occur.MUST_NOT);
    }
    return query(wanted.filter().condition())
        .map(filter -> out.add(filter, BooleanClause.Occur.FILTER).build());
  }

  private static Optional<Query> query(Filter.Condition condition) {
    if (condition instanceof Filter.All) {
      return Optional.of(new MatchAllDocsQuery());
    } else if (condition instanceof Filter.And and) {
      return query(and.parts(), BooleanClause.Occur.FILTER);
    } else if (condition instanceof Filter.Or or) {
      return query(or.parts(), BooleanClause.Occur.SHOULD);
    } else if (condition instanceof Filter.Not not) {
      return query(not.part()).map(Fields::not);
    } else if (condition instanceof Filter.HasLabel label) {
      return Optional.of(new TermQuery(new Term(KEY, term(label.key()))));
    } else if (condition instanceof Filter.Id id) {
      return equality(id.operator(), new TermQuery(id(id.value())));
    } else if (condition instanceof Filter.Label label) {
      Term term = new Term(LABEL, label(label.key(), label.value()));
      return equality(label.operator(), new TermQuery(term));
    } else if (condition instanceof Filter.Time time) {
      return Optional.of(query(time));
    }
    throw new IllegalStateException("unknown condition " + condition);
  }

  private static Optional<Query> query(
      Iterable<Filter.Condition> parts, BooleanClause.Occur occur) {
    BooleanQuery.Builder out = new BooleanQuery.Builder();
    for (Filter.Condition part : parts) {
      Optional<Query> query = query(part);
      if (query.isEmpty()) {
        return Optional.empty();
      }
      out.add(query.get(), occur);
    }
    return Optional.of(out.build());
  }

  /** Order by value is not kept in the terms. */
  private static Optional<Query> equality(Filter.Operator operator, Query equal) {
    return switch (operator) {
      case EQUAL -> Optional.of(equal);
      case NOT_EQUAL -> Optional.of(not(equal));
      case LESS, AT_MOST, GREATER, AT_LEAST -> Optional.empty();
    };
  }

  private static Query query(Filter.Time time) {
    byte[] value = time(time.value());
    Query equal = BinaryPoint.newExactQuery(TIME, value);
    return switch (time.operator()) {
      case EQUAL -> equal;
      case NOT_EQUAL -> not(equal);
      case AT_LEAST -> from(time.value());
      case GREATER -> and(from(time.value()), not(equal));
      case LESS -> and(HAS_TIME, not(from(time.value())));
      case AT_MOST ->
          new BooleanQuery.Builder()
              .add(and(HAS_TIME, not(from(time.value()))), BooleanClause.Occur.SHOULD)
              .add(equal, BooleanClause.Occur.SHOULD)
              .build();
    };
  }

  private static Query from(Timestamp time) {
    byte[] last = time(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(-1).build());
    return BinaryPoint.newRangeQuery(TIME, time(time), last);
  }

  private static Query and(Query a, Query b) {
    return new BooleanQuery.Builder()
        .add(a, BooleanClause.Occur.FILTER)
        .add(b, BooleanClause.Occur.FILTER)
        .build();
  }

  private static Query not(Query query) {
    return new BooleanQuery.Builder()
        .add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER)
        .add(query, BooleanClause.Occur.MUST_NOT)
        .build();
  }
}
