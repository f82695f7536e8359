package io.resketch.recovery;

import io.grpc.Status;
import io.resketch.client.PairCorpus;
import io.resketch.client.PairRows;
import io.resketch.client.PairStream;
import io.resketch.client.ResketchException;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.StageListener;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.RecoveryJob;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Reads the pairs of a job into memory.
 *
 * @param heap bytes of memory there are
 * @param maxPairs pairs to hold at most, whatever the memory
 */
record PairLoader(long heap, OptionalLong maxPairs) {
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Of the heap, for what does not grow with the pairs. */
  private static final long FIXED_BYTES = 64 << 20;

  /**
   * A recovery holds the pairs twice (to learn from and to validate on, and as they came) and about
   * as much again in bases and codes.
   */
  private static final int COPIES = 4;

  /**
   * What a job learns from where it does not say: more than forty pairs for each of 800 columns,
   * and with {@link #COPIES} no more than 1 GiB. Not what a worker has room for: each that goes on
   * with a job must take the same sample.
   */
  private static final int LEARNED_PAIRS = 1 << 15;

  private static final long LEARNED_FLOATS = 1 << 26;

  /** The pairs do not fit; the message says how many would. */
  static final class TooLargeException extends Exception {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message) {
      super(message);
    }
  }

  /** How many pairs fit. */
  long room(int inputWidth, int dimension) {
    long pairBytes = (long) COPIES * Float.BYTES * (inputWidth + dimension);
    long fit = Math.max(0, heap - FIXED_BYTES) / pairBytes;
    fit = Math.min(fit, MAX_ARRAY / Math.max(inputWidth, dimension));
    return maxPairs.isPresent() ? Math.min(fit, maxPairs.getAsLong()) : fit;
  }

  /** How many of its pairs a job learns from. */
  static long learned(RecoveryJob job, int inputWidth, int dimension) {
    long asked = job.getParameters().getMaxPairs();
    long most =
        asked > 0 ? asked : Math.min(LEARNED_PAIRS, LEARNED_FLOATS / (inputWidth + dimension));
    return Math.min(job.getPairCount(), most);
  }

  /**
   * Reads the pairs that a job learns from, all or a sample.
   *
   * @param listener told of the rows read; what it throws ends the reading
   * @throws TooLargeException if they do not fit
   * @throws ResketchException if they cannot be read; DATA_LOSS if they are damaged
   */
  PairSample load(PairCorpus corpus, RecoveryJob job, StageListener listener)
      throws TooLargeException {
    int p = corpus.inputWidth();
    int d = corpus.dimension();
    long all = job.getPairCount();
    int rows = fitting(learned(job, p, d), p, d);
    ReadPairsRequest request =
        ReadPairsRequest.newBuilder()
            .setRowLimit(all)
            .setSampleRows(rows < all ? rows : 0)
            .setSampleSeed(job.getParameters().getSeed())
            .build();
    float[] inputs = new float[rows * p];
    float[] sketches = new float[rows * d];
    int row = 0;
    try (PairStream stream = corpus.read(request)) {
      while (stream.hasNext()) {
        PairRows some = stream.next();
        if (some.rows() > rows - row) {
          throw wrongCount(row + some.rows(), rows);
        }
        System.arraycopy(some.inputs(), 0, inputs, row * p, some.inputs().length);
        System.arraycopy(some.sketches(), 0, sketches, row * d, some.sketches().length);
        row += some.rows();
        listener.progress("pairs", row, rows);
      }
    }
    if (row < rows) {
      throw wrongCount(row, rows);
    }
    return new PairSample(rows, corpus.inputSizes(), inputs, d, sketches);
  }

  private static ResketchException wrongCount(int sent, int due) {
    return ResketchException.of(
        Status.INTERNAL
            .withDescription("the server sent " + sent + " pairs where " + due + " were due")
            .asRuntimeException());
  }

  private int fitting(long rows, int p, int d) throws TooLargeException {
    long room = room(p, d);
    if (rows > room) {
      throw new TooLargeException(
          String.format(
              Locale.ROOT,
              "pairs: %,d pairs of %,d floats do not fit in the worker's memory of %,d MiB, but"
                  + " %,d would: start the job with max_pairs=%d or less, or give the worker more"
                  + " memory",
              rows,
              p + d,
              heap >> 20,
              room,
              room));
    }
    return (int) rows;
  }
}
