package io.resketch.server.index;

import io.resketch.core.sketch.Sketch;
import io.resketch.v1.SketchRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/**
 * A Lucene index of the sketches of one collection: a graph (HNSW) over their first floats, in 8
 * bits each, with what filters ask for. Changes come from one thread; searches from any.
 */
final class SketchIndex implements Closeable {
  private static final int FORMAT = 2;

  /** Lucene warns where the JVM offers vectors and is too old for Lucene to use them. */
  private static final Logger LUCENE =
      Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider");

  static {
    LUCENE.setLevel(Level.SEVERE);
  }

  /** Of a byte for the root mean square of the floats; what is beyond six times that is cut. */
  private static final double STEPS = 127 / 6.0;

  /** Share of the squares that must be left after that. */
  private static final double MIN_KEPT = 0.95;

  /** The graph is searched for this many for each that is wanted, lest it miss some. */
  private static final int BEAM = 2;

  private static final int SEGMENTS = 4;

  /** Left when nothing has changed for a while. */
  private static final int QUIET_SEGMENTS = 2;

  private static final int BUFFER_MB = 64;

  /** Sketches without a vector that a search compares beside the nearest. */
  private static final int MAX_WHOLE = 10_000;

  /** Standard errors between what the first floats say and what is taken for impossible. */
  private static final double MARGIN = 3;

  private final int prefix;
  private final Directory directory;

  private final IndexWriter writer;
  private final SearcherManager searchers;

  /**
   * How far an index has come.
   *
   * @param index as in the mark of the log it follows
   * @param sequence all changes before it are in the index
   */
  record Progress(UUID index, long sequence) {}

  private SketchIndex(int prefix, Directory directory, IndexWriter writer) throws IOException {
    this.prefix = prefix;
    this.directory = directory;
    this.writer = writer;
    this.searchers = new SearcherManager(writer, new SearcherFactory());
  }

  /**
   * Starts an index; what is in the directory goes with the first commit.
   *
   * @param prefix floats of a sketch that are indexed
   */
  static SketchIndex create(Path path, int prefix) throws IOException {
    return open(path, prefix, IndexWriterConfig.OpenMode.CREATE);
  }

  /**
   * Opens an index that was committed, and reads all of it to check it.
   *
   * @throws IOException if there is none, or it is damaged
   */
  static SketchIndex open(Path path, int prefix) throws IOException {
    try (Directory directory = FSDirectory.open(path)) {
      requireWhole(directory);
    }
    return open(path, prefix, IndexWriterConfig.OpenMode.APPEND);
  }

  /** Checks the checksums of the last commit's files before anything is made of their content. */
  private static void requireWhole(Directory directory) throws IOException {
    String commit = SegmentInfos.getLastCommitSegmentsFileName(directory);
    if (commit == null) {
      throw new IOException("there is no index");
    }
    Set<String> damaged = new HashSet<>();
    for (String file : directory.listAll()) {
      try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
        CodecUtil.checksumEntireFile(in);
      } catch (IOException e) {
        damaged.add(file); // a crash leaves unfinished files, which no commit counts on
      }
    }
    if (damaged.contains(commit) || damaged.stream().anyMatch(file -> file.endsWith(".si"))) {
      throw new IOException("damaged: " + damaged);
    }
    for (String file : SegmentInfos.readCommit(directory, commit).files(true)) {
      if (damaged.contains(file)) {
        throw new IOException("damaged: " + file);
      }
    }
  }

  private static SketchIndex open(Path path, int prefix, IndexWriterConfig.OpenMode mode)
      throws IOException {
    ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
    merges.setMaxMergesAndThreads(2, 1);
    TieredMergePolicy few = new TieredMergePolicy(); // a search goes through every segment's graph
    few.setSegmentsPerTier(SEGMENTS);
    IndexWriterConfig config =
        new IndexWriterConfig(null) // nothing is analysed
            .setOpenMode(mode)
            .setCodec(new VectorCodec())
            .setRAMBufferSizeMB(BUFFER_MB)
            .setMergeScheduler(merges)
            .setMergePolicy(few)
            .setCommitOnClose(false);
    Directory directory = FSDirectory.open(path);
    IndexWriter writer = null;
    try {
      writer = new IndexWriter(directory, config);
      return new SketchIndex(prefix, directory, writer);
    } catch (IOException | RuntimeException e) {
      if (writer != null) {
        writer.rollback();
      }
      IOUtils.closeWhileHandlingException(directory);
      throw e;
    }
  }

  /** Floats of a sketch that are indexed. */
  int prefix() {
    return prefix;
  }

  private String format() {
    return FORMAT + "/" + prefix;
  }

  private static final class VectorCodec extends Lucene912Codec {
    private final KnnVectorsFormat vectors = new ByteGraphFormat();

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
      return vectors;
    }
  }

  /**
   * Puts a sketch in, in place of what has its id.
   *
   * @param sketch null if it cannot be read; it is then among the candidates of every search
   */
  void put(String id, Sketch sketch, SketchRecord record) throws IOException {
    byte[] vector = sketch == null ? null : vector(sketch);
    writer.updateDocument(Fields.id(id), Fields.document(id, vector, record));
  }

  void delete(String id) throws IOException {
    writer.deleteDocuments(Fields.id(id));
  }

  /**
   * The first floats over their root mean square, in bytes; null if there are fewer, they are 0, or
   * a few are so much larger than the rest that bytes do not tell them.
   */
  private byte[] vector(Sketch sketch) {
    if (sketch.prefixLength() < prefix) {
      return null;
    }
    double squares = 0;
    for (int i = 0; i < prefix; i++) {
      squares += (double) sketch.value(i) * sketch.value(i);
    }
    double scale = STEPS / Math.sqrt(squares / prefix);
    byte[] out = new byte[prefix];
    double kept = 0;
    for (int i = 0; i < prefix; i++) {
      out[i] = (byte) Math.max(-127, Math.min(127, Math.round(scale * sketch.value(i))));
      kept += out[i] * out[i];
    }
    return kept > MIN_KEPT * prefix * STEPS * STEPS ? out : null;
  }

  /** Makes what was put and deleted durable, with the progress it stands for, and visible. */
  void commit(Progress progress) throws IOException {
    Map<String, String> data = new HashMap<>();
    data.put("format", format());
    data.put("index", progress.index().toString());
    data.put("sequence", Long.toString(progress.sequence()));
    writer.setLiveCommitData(data.entrySet());
    writer.commit();
    searchers.maybeRefreshBlocking();
  }

  /** Begins to merge what there is to a few segments, in the background. */
  void merge() throws IOException {
    writer.forceMerge(QUIET_SEGMENTS, false);
  }

  /** Whether a merge made segments since the last commit. */
  boolean hasMerged() throws IOException {
    return !searchers.isSearcherCurrent();
  }

  /**
   * What the last commit stands for.
   *
   * @throws IOException if another release wrote it
   */
  Progress progress() throws IOException {
    Map<String, String> data = new HashMap<>();
    writer.getLiveCommitData().forEach(entry -> data.put(entry.getKey(), entry.getValue()));
    if (!format().equals(data.get("format"))) {
      throw new IOException("the index has format " + data.get("format"));
    }
    return new Progress(UUID.fromString(data.get("index")), Long.parseLong(data.get("sequence")));
  }

  /**
   * The sketches nearest to a query by their first floats, and all that have no vector; empty if
   * those are too many.
   *
   * @param query at least as many floats as are indexed
   * @param count how many of the nearest
   * @param filter among these
   */
  Optional<List<Candidate>> search(Sketch query, int count, Query filter) throws IOException {
    byte[] vector = vector(query);
    IndexSearcher searcher = searchers.acquire();
    try {
      int whole = searcher.count(Fields.WHOLE);
      if (whole > MAX_WHOLE) {
        return Optional.empty();
      }
      List<Candidate> out = new ArrayList<>();
      if (vector != null) {
        Query nearest = new NearestQuery(vector, BEAM * count, within(filter));
        for (ScoreDoc doc : searcher.search(nearest, count).scoreDocs) {
          double cosine = ByteGraphFormat.dot(doc.score, prefix) / (prefix * STEPS * STEPS);
          out.add(new Candidate(id(searcher, doc), bound(cosine, query.prefixLength())));
        }
      }
      if (whole > 0) {
        for (ScoreDoc doc : searcher.search(Fields.WHOLE, whole).scoreDocs) {
          out.add(Candidate.unknown(id(searcher, doc)));
        }
      }
      return Optional.of(out);
    } finally {
      searchers.release(searcher);
    }
  }

  /**
   * Searches every segment for itself. Lucene would tell each how good the others' finds are; among
   * sketches in clusters, a segment then often ends before it comes to the right one.
   */
  private static final class NearestQuery extends KnnByteVectorQuery {
    NearestQuery(byte[] vector, int beam, Query filter) {
      super(Fields.VECTOR, vector, beam, filter);
    }

    @Override
    protected KnnCollectorManager getKnnCollectorManager(int beam, IndexSearcher searcher) {
      return (visits, segment) -> new TopKnnCollector(beam, visits);
    }
  }

  /** Null for all: Lucene would make a list of all entries. */
  private static Query within(Query filter) {
    return filter instanceof MatchAllDocsQuery ? null : filter;
  }

  private static String id(IndexSearcher searcher, ScoreDoc doc) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc.doc, leaves));
    BinaryDocValues ids = leaf.reader().getBinaryDocValues(Fields.ID);
    if (!ids.advanceExact(doc.doc - leaf.docBase)) {
      throw new IOException("an entry has no id");
    }
    return ids.binaryValue().utf8ToString();
  }

  /**
   * What the cosine over more floats exceeds next to never. The indexed floats are a sample of
   * those: a correlation ρ of n Gaussian pairs has the standard error (1 − ρ²)/√n (Fisher), here
   * without the share of the variance that both have in common.
   */
  private double bound(double cosine, int floats) {
    double sampling = (1 - cosine * cosine) * Math.sqrt(1.0 / prefix - 1.0 / floats);
    double rounding = Math.sqrt(2.0 / 12 / prefix) / STEPS;
    return cosine + MARGIN * Math.hypot(sampling, rounding);
  }

  /** Closes the files; what was not committed is dropped, merges under way end. */
  @Override
  public void close() throws IOException {
    IOUtils.close(searchers, writer::rollback, directory);
  }
}
