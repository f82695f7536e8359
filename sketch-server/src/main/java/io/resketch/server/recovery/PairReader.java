package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.server.storage.PairStore;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.Corpus;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Reads the pairs of a request, a message at a time. Holds one chunk. Belongs to one thread. */
public final class PairReader {
  private static final int MESSAGE_BYTES = 1 << 20;

  private final Corpora corpora;
  private final String id;
  private final PairRows rows;

  /** Row behind the last that is read. */
  private final long end;

  private final Sample sample;
  private final long firstRow;

  /** The next row that nothing is known of yet. */
  private long row;

  private PairStore.Chunk chunk;

  /**
   * Prepares.
   *
   * @throws InvalidInputException naming the field
   * @throws io.resketch.server.repository.RepositoryException CORPUS_NOT_FOUND
   */
  public PairReader(Corpora corpora, ReadPairsRequest request) {
    this.corpora = corpora;
    this.id = RecoveryNames.parseCorpus("corpus", request.getCorpus());
    Corpus corpus = corpora.corpus(id);
    this.rows = PairRows.of(corpus);
    this.end = end(corpus, request.getRowLimit());
    this.firstRow = request.getFirstRow();
    if (firstRow < 0 || firstRow > end) {
      throw new InvalidInputException("first_row", firstRow + " must be 0 to " + end);
    }
    if (request.getSampleRows() < 0) {
      throw new InvalidInputException(
          "sample_rows", request.getSampleRows() + " must be at least 0");
    }
    boolean all = request.getSampleRows() == 0 || request.getSampleRows() >= end;
    this.sample = all ? null : new Sample(end, request.getSampleRows(), request.getSampleSeed());
    this.row = all ? firstRow : 0;
  }

  private static long end(Corpus corpus, long limit) {
    if (limit < 0 || limit > corpus.getPairCount()) {
      throw new InvalidInputException(
          "row_limit",
          limit
              + " must be at most the pairs of "
              + corpus.getName()
              + ", "
              + corpus.getPairCount());
    }
    return limit == 0 ? corpus.getPairCount() : limit;
  }

  /**
   * Selects rows one after the other, each sample of a size with the same chance (Knuth, 3.4.2 S).
   */
  private static final class Sample {
    private final SplittableRandom random;
    private long left;
    private long wanted;

    Sample(long rows, long wanted, long seed) {
      this.random = new SplittableRandom(seed);
      this.left = rows;
      this.wanted = wanted;
    }

    boolean takesNext() {
      boolean takes = random.nextDouble() * left < wanted;
      left--;
      wanted -= takes ? 1 : 0;
      return takes;
    }
  }

  /** The next message; empty at the end. */
  public Optional<ReadPairsResponse> next() {
    List<ByteString> inputs = new ArrayList<>();
    List<ByteString> sketches = new ArrayList<>();
    long first = -1;
    int most = Math.max(1, MESSAGE_BYTES / rows.bytes());
    int count = 0;
    while (count < most && row < end) {
      int taken = sample == null ? (int) Math.min(most - count, inChunk()) : sampled();
      if (taken > 0) {
        int at = (int) (row - chunk().firstRow());
        inputs.add(rows.inputs(chunk.batch(), at, at + taken));
        sketches.add(rows.sketches(chunk.batch(), at, at + taken));
        first = first < 0 ? row : first;
        count += taken;
      }
      row += Math.max(1, taken);
    }
    if (count == 0) {
      return Optional.empty();
    }
    PairBatch batch =
        PairBatch.newBuilder()
            .setRowCount(count)
            .setInputs(ByteString.copyFrom(inputs))
            .setSketches(ByteString.copyFrom(sketches))
            .build();
    return Optional.of(
        ReadPairsResponse.newBuilder()
            .setFirstRow(first)
            .setNextRow(row)
            .setBatch(batch)
            .setCrc32C(PairStore.checksum(batch))
            .build());
  }

  /** Rows from the next one to the end of its chunk, or of what is read. */
  private long inChunk() {
    return Math.min(end, chunk().end()) - row;
  }

  /** 1 if the next row is of the sample and to be sent. */
  private int sampled() {
    return sample.takesNext() && row >= firstRow ? 1 : 0;
  }

  private PairStore.Chunk chunk() {
    if (chunk == null || row >= chunk.end()) {
      chunk =
          corpora
              .chunk(id, row)
              .filter(found -> found.firstRow() <= row)
              .orElseThrow(
                  () ->
                      new StorageException(
                          StorageException.Reason.DATA_DAMAGED,
                          "row "
                              + row
                              + " of "
                              + RecoveryNames.corpus(id)
                              + " is missing; restore the data from a backup",
                          null));
    }
    return chunk;
  }
}
