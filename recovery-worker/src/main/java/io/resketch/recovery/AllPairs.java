package io.resketch.recovery;

import io.resketch.client.PairCorpus;
import io.resketch.client.PairRows;
import io.resketch.client.PairStream;
import io.resketch.client.ResketchException;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.PredictionCheck;
import io.resketch.core.recovery.SketchFunction;
import io.resketch.core.recovery.StageListener;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.RecoveryJob;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Predicts all pairs of a job as they are read. Holds two batches of the server's for every
 * processor, however many pairs there are.
 *
 * @param function that predicts
 * @param job whose pairs
 */
record AllPairs(SketchFunction function, RecoveryJob job) {
  private static final int BATCHES_PER_PROCESSOR = 2;

  /**
   * Predicts, in this process: what is read here costs more to send on than to predict.
   *
   * @param listener told of the pairs predicted; what it throws ends the work
   * @throws ResketchException if they cannot be read; DATA_LOSS if they are damaged
   */
  PredictionCheck check(PairCorpus corpus, StageListener listener) {
    int processors = Runtime.getRuntime().availableProcessors();
    ExecutorService executor = Executors.newFixedThreadPool(processors);
    DataParallel threads = DataParallel.threads(executor);
    PredictionCheck sum = new PredictionCheck(function);
    ReadPairsRequest request =
        ReadPairsRequest.newBuilder().setRowLimit(job.getPairCount()).build();
    try (PairStream stream = corpus.read(request)) {
      do {
        listener.progress("all pairs", count(sum.pairs()), count(job.getPairCount()));
        threads.map(some(stream, BATCHES_PER_PROCESSOR * processors), this::part).forEach(sum::add);
      } while (stream.hasNext());
    } finally {
      executor.shutdownNow();
    }
    return sum;
  }

  private static List<PairRows> some(PairStream stream, int batches) {
    List<PairRows> out = new ArrayList<>();
    while (out.size() < batches && stream.hasNext()) {
      out.add(stream.next());
    }
    return out;
  }

  private PredictionCheck part(PairRows rows) {
    PredictionCheck out = new PredictionCheck(function);
    out.predict(rows.inputs(), rows.sketches());
    return out;
  }

  /** Progress is told in 32 bits. */
  private static int count(long pairs) {
    return (int) Math.min(pairs, Integer.MAX_VALUE);
  }
}
