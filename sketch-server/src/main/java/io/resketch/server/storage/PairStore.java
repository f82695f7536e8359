package io.resketch.server.storage;

import com.google.protobuf.ByteString;
import io.resketch.v1.Corpus;
import io.resketch.v1.PairBatch;
import io.resketch.v1.PairChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Corpora of pairs. A chunk is written once and never changed. Thread-safe. */
public final class PairStore {
  private final RocksStore store;

  public PairStore(RocksStore store) {
    this.store = store;
  }

  /** All corpora, by id. */
  public List<Corpus> corpora() {
    List<Corpus> out = new ArrayList<>();
    byte[] all = {};
    store.scan(
        Family.CORPORA, all, all, (key, value) -> out.add(store.parse(value, Corpus.parser())));
    return out;
  }

  /** Whether a corpus has a pair of this hash. */
  public boolean holds(String corpus, byte[] hash) {
    return store.get(Family.PAIR_HASHES, Keys.in(corpus, hash)) != null;
  }

  /**
   * A chunk.
   *
   * @param firstRow row of the corpus that is the batch's first
   */
  public record Chunk(long firstRow, PairBatch batch) {
    /** Row behind the last. */
    public long end() {
      return firstRow + batch.getRowCount();
    }
  }

  /**
   * The chunk with a row, or the first behind it.
   *
   * @throws StorageException if it is not what was written
   */
  public Optional<Chunk> chunk(String corpus, long row) {
    Chunk[] found = {null};
    byte[] prefix = Keys.prefix(corpus);
    store.scan(
        Family.PAIR_CHUNKS,
        prefix,
        Keys.sequence(corpus, row),
        (key, value) -> {
          long last = Keys.rest(corpus, key).getLong();
          PairChunk chunk = store.parse(value, PairChunk.parser());
          PairBatch batch = chunk.getBatch();
          if (checksum(batch) != chunk.getCrc32C()) {
            throw store.damaged(
                "the chunk of corpora/"
                    + corpus
                    + " that ends with row "
                    + last
                    + " has another"
                    + " checksum than when it was written");
          }
          found[0] = new Chunk(last + 1 - batch.getRowCount(), batch);
          return false;
        });
    return Optional.ofNullable(found[0]);
  }

  /** Writes a corpus under its id. */
  public void put(StoreBatch batch, String id, Corpus corpus) {
    batch.put(Family.CORPORA, Keys.utf8(id), corpus);
  }

  /** Writes a chunk and the hashes of its pairs. */
  public void put(StoreBatch batch, String corpus, Chunk chunk, List<byte[]> hashes) {
    PairChunk stored =
        PairChunk.newBuilder().setBatch(chunk.batch()).setCrc32C(checksum(chunk.batch())).build();
    batch.put(Family.PAIR_CHUNKS, Keys.sequence(corpus, chunk.end() - 1), stored);
    for (byte[] hash : hashes) {
      batch.put(Family.PAIR_HASHES, Keys.in(corpus, hash), new byte[0]);
    }
  }

  /** Removes a corpus with its pairs. */
  public void delete(StoreBatch batch, String id) {
    batch.delete(Family.CORPORA, Keys.utf8(id));
    batch.deleteAllIn(Family.PAIR_CHUNKS, id);
    batch.deleteAllIn(Family.PAIR_HASHES, id);
  }

  /** CRC-32C of inputs and sketches. */
  public static int checksum(PairBatch batch) {
    CRC32C crc = new CRC32C();
    for (ByteString bytes : List.of(batch.getInputs(), batch.getSketches())) {
      bytes.asReadOnlyByteBufferList().forEach(crc::update);
    }
    return (int) crc.getValue();
  }
}
