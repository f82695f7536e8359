package io.resketch.server.index;

import io.resketch.core.sketch.Sketch;
import io.resketch.v1.SketchRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
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
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/**
 * A Lucene index of the sketches of one collection: a graph (HNSW) over their first floats, in 8
 * bits each, with what filters ask for. The graph has one node for each distinct vector, however
 * many sketches have it ({@link Groups}), and is used while it is known to find what is nearest
 * ({@link IndexCheck}). Changes come from one thread; searches from any.
 */
final class SketchIndex implements Closeable {
  private static final int FORMAT = 3;

  /** Lucene warns where the JVM offers vectors and is too old for Lucene to use them. */
  private static final Logger LUCENE =
      Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider");

  static {
    LUCENE.setLevel(Level.SEVERE);
  }

  private static final int SEGMENTS = 4;

  /** Left when nothing has changed for a while. */
  private static final int QUIET_SEGMENTS = 2;

  private static final int BUFFER_MB = 64;

  /** Groups without a vector that a search compares beside the nearest. */
  private static final int MAX_WHOLE = 10_000;

  /** Vectors of bytes that are compared in the time in which one sketch is read and compared. */
  private static final int VECTORS_A_CANDIDATE = 256;

  /** Of vectors to propose. */
  static final int LEAST_COUNT = 100;

  private final ByteVectors vectors;
  private final Directory directory;

  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final Groups groups;
  private final NodeNumbers numbers = new NodeNumbers();

  /** What the last check found, see {@link IndexCheck}; NaN before the first. */
  private volatile double recall = Double.NaN;

  /**
   * How far an index has come.
   *
   * @param index as in the mark of the log it follows
   * @param sequence all changes before it are in the index
   */
  record Progress(UUID index, long sequence) {}

  private SketchIndex(int prefix, Directory directory, IndexWriter writer) throws IOException {
    this.vectors = new ByteVectors(prefix);
    this.directory = directory;
    this.writer = writer;
    this.searchers = new SearcherManager(writer, new SearcherFactory());
    long next = Long.parseLong(commitData().getOrDefault("groups", "0"));
    this.groups = new Groups(writer, searchers, next);
  }

  private Map<String, String> commitData() {
    Map<String, String> out = new HashMap<>();
    Iterable<Map.Entry<String, String>> data = writer.getLiveCommitData();
    if (data != null) {
      data.forEach(entry -> out.put(entry.getKey(), entry.getValue()));
    }
    return out;
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
    return vectors.prefix();
  }

  private String format() {
    return FORMAT + "/" + prefix();
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
    groups.leave(id);
    ByteVectors.Vector vector = sketch == null ? null : vectors.of(sketch);
    byte[] floats = sketch == null ? new byte[Long.BYTES] : Groups.hash(sketch);
    String whole = sketch == null ? "id " + id : "floats " + HexFormat.of().formatHex(floats);
    long group = groups.of(vector, whole);
    long hash = ByteBuffer.wrap(floats).getLong();
    writer.updateDocument(Fields.id(id), Fields.sketch(id, group, hash, record));
  }

  void delete(String id) throws IOException {
    groups.leave(id);
    writer.deleteDocuments(Fields.id(id));
  }

  /** Makes what was put and deleted durable, with the progress it stands for, and visible. */
  void commit(Progress progress) throws IOException {
    groups.removeEmpty();
    Map<String, String> data = new HashMap<>();
    data.put("format", format());
    data.put("groups", Long.toString(groups.next()));
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
    Map<String, String> data = commitData();
    if (!format().equals(data.get("format"))) {
      throw new IOException("the index has format " + data.get("format"));
    }
    return new Progress(UUID.fromString(data.get("index")), Long.parseLong(data.get("sequence")));
  }

  /**
   * What a search is for.
   *
   * @param query at least as many floats as are indexed
   * @param count vectors to propose the sketches of
   * @param equals of equal sketches, at most so many are proposed
   * @param filter among these
   */
  record Question(Sketch query, int count, int equals, Query filter) {}

  /**
   * Proposes the sketches nearest to a query by their first floats, behind all that have no vector;
   * empty if those are too many, or bytes do not tell the query.
   */
  Optional<Found> search(Question question, Proposals proposals) throws IOException {
    ByteVectors.Vector vector = vectors.of(question.query());
    if (vector == null) {
      return Optional.empty();
    }
    IndexSearcher searcher = searchers.acquire();
    try {
      NodeSearch search =
          new NodeSearch(searcher, numbers, vectors, scope(searcher, question.filter()));
      List<Integer> whole = search.whole(MAX_WHOLE);
      if (whole.size() > MAX_WHOLE) {
        return Optional.empty();
      }
      for (int group : whole) {
        propose(search.sketches(group, question.equals()), Proposals.Guess.NONE, proposals);
      }
      Found.Path path = path(search.vectors(), question.count());
      List<NodeSearch.Node> nodes = search.nearest(vector, question.count(), path);
      for (NodeSearch.Node node : nodes) {
        Proposals.Guess guess = vectors.guess(node.cosine(), question.query().prefixLength());
        if (!propose(search.sketches(node.group(), question.equals()), guess, proposals)) {
          break;
        }
      }
      boolean all = path == Found.Path.VECTORS && nodes.size() < question.count();
      return Optional.of(new Found(path, all, search.vectors()));
    } finally {
      searchers.release(searcher);
    }
  }

  /**
   * The graph pays where there are many vectors, and is of use only while it is known to find them.
   */
  private Found.Path path(int among, int count) {
    boolean few = among <= (long) VECTORS_A_CANDIDATE * count;
    return few || !(recall >= IndexCheck.ENOUGH) ? Found.Path.VECTORS : Found.Path.GRAPH;
  }

  private static boolean propose(
      Collection<NodeSearch.Equals> sketches, Proposals.Guess guess, Proposals proposals)
      throws IOException {
    for (NodeSearch.Equals equals : sketches) {
      if (!proposals.wants(guess)) {
        return false;
      }
      proposals.take(equals.ids());
    }
    return true;
  }

  /**
   * What the index holds.
   *
   * @param vectors distinct ones, and some that are no longer there
   * @param recall what the last check of the graph found; NaN where it was not needed yet
   */
  record State(int vectors, double recall) {}

  /** What the index holds now. */
  State state() throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      return new State(NodeSearch.vectors(searcher), recall);
    } finally {
      searchers.release(searcher);
    }
  }

  /**
   * Measures what the graph finds, where there are so many vectors that searches may use it.
   *
   * @param seed of what is searched for
   */
  State check(long seed) throws IOException {
    if (state().vectors() > VECTORS_A_CANDIDATE * LEAST_COUNT) {
      return checkAlways(seed);
    }
    recall = Double.NaN;
    return state();
  }

  /** As above, however few there are. */
  State checkAlways(long seed) throws IOException {
    IndexSearcher searcher = searchers.acquire();
    try {
      recall = new IndexCheck(searcher, numbers, vectors).recall(seed);
    } finally {
      searchers.release(searcher);
    }
    return state();
  }

  /** Null for all: there is nothing to be read then. */
  private Scope scope(IndexSearcher searcher, Query filter) throws IOException {
    return filter instanceof MatchAllDocsQuery
        ? null
        : Scope.of(searcher, filter, Math.toIntExact(groups.next()));
  }

  /** Closes the files; what was not committed is dropped, merges under way end. */
  @Override
  public void close() throws IOException {
    IOUtils.close(searchers, writer::rollback, directory);
  }
}
