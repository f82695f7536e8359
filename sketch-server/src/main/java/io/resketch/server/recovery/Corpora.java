package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.PairStore;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Corpus;
import io.resketch.v1.PairBatch;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Corpora of pairs. Every change is on disk before it is acknowledged and before it can be seen.
 * Thread-safe.
 */
public final class Corpora {
  private static final int MAX_INPUT_OBJECTS = 1024;
  private static final int MAX_ATTRIBUTES = 1 << 16;
  private static final int MAX_DIMENSION = 1 << 16;

  private final RocksStore store;
  private final PairStore pairs;
  private final InstantSource clock;
  private final ConcurrentSkipListMap<String, Live> corpora = new ConcurrentSkipListMap<>();

  /** Its own lock is held while the corpus changes. */
  private static final class Live {
    private volatile Corpus corpus;
    private volatile boolean deleted;

    Live(Corpus corpus) {
      this.corpus = corpus;
    }
  }

  /** Loads what the store holds. */
  public Corpora(RocksStore store, InstantSource clock) {
    this.store = store;
    this.pairs = new PairStore(store);
    this.clock = clock;
    for (Corpus corpus : pairs.corpora()) {
      corpora.put(RecoveryNames.parseCorpus("name", corpus.getName()), new Live(corpus));
    }
  }

  /**
   * Creates a corpus, or returns the one that is there of the same shape.
   *
   * @throws RepositoryException CORPUS_EXISTS if the id is taken by another
   */
  public synchronized Corpus create(String id, Corpus wanted, Receipt<Corpus> receipt) {
    Names.checkCollectionId("corpus_id", id);
    check(wanted);
    Live existing = corpora.get(id);
    if (existing != null) {
      Corpus there = existing.corpus;
      if (there.getInputSizesList().equals(wanted.getInputSizesList())
          && there.getDimension() == wanted.getDimension()
          && there.getFingerprint().equals(wanted.getFingerprint())) {
        return there;
      }
      throw new RepositoryException(
          Reason.CORPUS_EXISTS,
          RecoveryNames.corpus(id)
              + " exists with other input sizes, dimension or fingerprint; choose another id");
    }
    Instant now = clock.instant();
    Corpus created =
        Corpus.newBuilder()
            .setName(RecoveryNames.corpus(id))
            .addAllInputSizes(wanted.getInputSizesList())
            .setDimension(wanted.getDimension())
            .setFingerprint(wanted.getFingerprint())
            .setCreateTime(
                Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
            .build();
    try (StoreBatch batch = store.batch()) {
      pairs.put(batch, id, created);
      receipt.into(batch, created);
      batch.commit();
    }
    corpora.put(id, new Live(created));
    return created;
  }

  private static void check(Corpus corpus) {
    List<Integer> sizes = corpus.getInputSizesList();
    if (sizes.isEmpty() || sizes.size() > MAX_INPUT_OBJECTS) {
      throw new InvalidInputException(
          "corpus.input_sizes", sizes.size() + " input objects, must be 1 to " + MAX_INPUT_OBJECTS);
    }
    long attributes = 0;
    for (int i = 0; i < sizes.size(); i++) {
      long size = Integer.toUnsignedLong(sizes.get(i));
      attributes += size;
      if (size < 1 || attributes > MAX_ATTRIBUTES) {
        throw new InvalidInputException(
            "corpus.input_sizes[" + i + "]",
            size + " must be at least 1, and all together at most " + MAX_ATTRIBUTES);
      }
    }
    if (corpus.getDimension() < 1 || corpus.getDimension() > MAX_DIMENSION) {
      throw new InvalidInputException(
          "corpus.dimension",
          Integer.toUnsignedString(corpus.getDimension()) + " must be 1 to " + MAX_DIMENSION);
    }
    int fingerprint = corpus.getFingerprint().size();
    if (fingerprint != 0 && fingerprint != Fingerprint.BYTES) {
      throw new InvalidInputException(
          "corpus.fingerprint",
          fingerprint
              + " bytes must be "
              + Fingerprint.BYTES
              + ", or none for sketches of any spec");
    }
  }

  /**
   * A corpus as it is now.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND
   */
  public Corpus corpus(String id) {
    return live(id).corpus;
  }

  private Live live(String id) {
    Live live = corpora.get(id);
    if (live == null || live.deleted) {
      throw new RepositoryException(
          Reason.CORPUS_NOT_FOUND,
          RecoveryNames.corpus(id) + " does not exist; create it or correct the name");
    }
    return live;
  }

  /** Corpora after {@code after}, by id. */
  public List<Corpus> after(String after, int limit) {
    return corpora.tailMap(after, false).values().stream()
        .limit(limit)
        .map(live -> live.corpus)
        .toList();
  }

  /**
   * What became of a batch.
   *
   * @param appended pairs stored
   * @param duplicates pairs the corpus had
   * @param pairCount of the corpus with the batch
   */
  public record Appended(int appended, int duplicates, long pairCount) {}

  /**
   * Adds pairs; returns when they are on disk.
   *
   * @param fingerprint of the spec the sketches are said to be of, or empty
   * @throws RepositoryException CORPUS_NOT_FOUND
   * @throws InvalidInputException if the batch does not fit the corpus, or holds a value that is
   *     not finite
   * @throws MismatchException if the fingerprint is not that of the corpus
   */
  public Appended append(String id, PairBatch batch, ByteString fingerprint) {
    Live live = live(id);
    requireFingerprint(live.corpus, fingerprint);
    PairRows rows = PairRows.of(live.corpus);
    rows.check(batch);
    List<byte[]> hashes = new ArrayList<>();
    for (int row = 0; row < batch.getRowCount(); row++) {
      hashes.add(rows.hash(batch, row));
    }
    synchronized (live) {
      live(id);
      List<Integer> fresh = fresh(id, hashes);
      Corpus before = live.corpus;
      if (fresh.isEmpty()) {
        return new Appended(0, batch.getRowCount(), before.getPairCount());
      }
      Corpus after =
          before.toBuilder()
              .setPairCount(before.getPairCount() + fresh.size())
              .setChunkCount(before.getChunkCount() + 1)
              .setPairBytes(before.getPairBytes() + (long) fresh.size() * rows.bytes())
              .build();
      PairBatch stored = fresh.size() == batch.getRowCount() ? batch : rows(rows, batch, fresh);
      try (StoreBatch writes = store.batch()) {
        pairs.put(
            writes,
            id,
            new PairStore.Chunk(before.getPairCount(), stored),
            fresh.stream().map(hashes::get).toList());
        pairs.put(writes, id, after);
        writes.commit();
      }
      live.corpus = after;
      return new Appended(fresh.size(), batch.getRowCount() - fresh.size(), after.getPairCount());
    }
  }

  static void requireFingerprint(Corpus corpus, ByteString given) {
    if (!corpus.getFingerprint().equals(given)) {
      throw new MismatchException(
          MismatchException.Reason.FINGERPRINT_MISMATCH,
          corpus.getName()
              + " takes sketches of "
              + text(corpus.getFingerprint())
              + ", these are of "
              + text(given));
    }
  }

  private static String text(ByteString fingerprint) {
    return fingerprint.isEmpty()
        ? "no fingerprint"
        : "the fingerprint " + HexFormat.of().formatHex(fingerprint.toByteArray());
  }

  /** Rows of the batch that the corpus does not have, each once. */
  private List<Integer> fresh(String id, List<byte[]> hashes) {
    List<Integer> out = new ArrayList<>();
    Set<ByteBuffer> seen = new HashSet<>();
    for (int row = 0; row < hashes.size(); row++) {
      if (seen.add(ByteBuffer.wrap(hashes.get(row))) && !pairs.holds(id, hashes.get(row))) {
        out.add(row);
      }
    }
    return out;
  }

  private static PairBatch rows(PairRows rows, PairBatch batch, List<Integer> kept) {
    List<ByteString> inputs = new ArrayList<>();
    List<ByteString> sketches = new ArrayList<>();
    for (int row : kept) {
      inputs.add(rows.inputs(batch, row, row + 1));
      sketches.add(rows.sketches(batch, row, row + 1));
    }
    return PairBatch.newBuilder()
        .setRowCount(kept.size())
        .setInputs(ByteString.copyFrom(inputs))
        .setSketches(ByteString.copyFrom(sketches))
        .build();
  }

  /**
   * Deletes a corpus with its pairs; returns when that is on disk.
   *
   * @return how many pairs it had
   * @throws RepositoryException CORPUS_NOT_FOUND
   */
  synchronized long delete(String id, Receipt<Long> receipt) {
    Live live = live(id);
    synchronized (live) {
      long count = live.corpus.getPairCount();
      try (StoreBatch batch = store.batch()) {
        pairs.delete(batch, id);
        receipt.into(batch, count);
        batch.commit();
      }
      live.deleted = true;
      corpora.remove(id);
      return count;
    }
  }

  /**
   * The chunk with a row, or empty behind the last.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND
   * @throws io.resketch.server.storage.StorageException DATA_DAMAGED
   */
  Optional<PairStore.Chunk> chunk(String id, long row) {
    Optional<PairStore.Chunk> chunk = pairs.chunk(id, row);
    live(id); // a chunk that is missing in a corpus that is there is damage
    return chunk;
  }
}
