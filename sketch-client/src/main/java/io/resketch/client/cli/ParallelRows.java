package io.resketch.client.cli;

import io.resketch.client.files.SketchReader;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Works on the sketches of a file over all processors, row by row; answers keep the order of the
 * rows, and only a few rows are held at a time.
 */
final class ParallelRows {
  private ParallelRows() {}

  /** Takes the answers, one line per row. */
  interface Sink {
    void accept(String line) throws IOException;
  }

  /** Makes the work of a row, which another thread then does. */
  interface Preparation {
    Callable<String> prepare(long row, Sketch sketch) throws IOException;
  }

  /**
   * Works on all rows.
   *
   * @param task for the progress bar
   * @return their number
   */
  static long run(SketchReader rows, String task, Preparation preparation, Sink sink)
      throws IOException {
    long count = rows.count();
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (Progress progress = Progress.start(task, () -> count)) {
      Deque<Future<String>> running = new ArrayDeque<>();
      for (long row = 0; row < count; row++) {
        if (running.size() == 2 * threads) {
          sink.accept(answer(running.remove()));
          progress.step();
        }
        running.add(executor.submit(preparation.prepare(row, rows.next().orElseThrow())));
      }
      while (!running.isEmpty()) {
        sink.accept(answer(running.remove()));
        progress.step();
      }
    } finally {
      executor.shutdownNow();
    }
    return count;
  }

  private static String answer(Future<String> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
