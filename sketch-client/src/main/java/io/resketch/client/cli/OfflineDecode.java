package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoder;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.DecodedComputation;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Decodes a file of sketches with a file of skeletons, row by row, over all processors; answers
 * keep the order of the rows, and only a few rows are held at a time.
 */
final class OfflineDecode {
  /** Takes the answers, one JSON line per row. */
  interface Sink {
    void accept(String line) throws IOException;
  }

  private final Path sketches;
  private final Path skeletons;
  private final SketchSpec spec;
  private final RowDecoder decoder;

  OfflineDecode(Path sketches, Path skeletons, SketchSpec spec, Decoder decoder) {
    this.sketches = sketches;
    this.skeletons = skeletons;
    this.spec = spec;
    this.decoder = new RowDecoder(new Operators(spec), decoder);
  }

  /**
   * Decodes all rows.
   *
   * @return their number
   * @throws InputFileException at the first row or skeleton at fault
   */
  long run(Sink sink) throws IOException {
    try (SketchReader rows = SketchReader.open(sketches, spec)) {
      long count = rows.count();
      checkCount(count);
      int threads = Runtime.getRuntime().availableProcessors();
      ExecutorService executor = Executors.newFixedThreadPool(threads);
      try (JsonLinesReader<io.resketch.v1.Skeleton> lines = JsonLinesReader.skeletons(skeletons);
          Progress progress = Progress.start("decode", () -> count)) {
        Deque<Future<String>> running = new ArrayDeque<>();
        for (long row = 0; row < count; row++) {
          if (running.size() == 2 * threads) {
            sink.accept(answer(running.remove()));
            progress.step();
          }
          running.add(submit(executor, row, rows.next().orElseThrow(), lines));
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
  }

  private void checkCount(long rows) throws IOException {
    long count = JsonLinesReader.count(skeletons);
    if (count != rows) {
      throw new InputFileException(
          sketches,
          "has "
              + rows
              + " rows, and "
              + skeletons
              + " has "
              + count
              + " skeletons; line i belongs to row i, so the numbers must be equal");
    }
  }

  private Future<String> submit(
      ExecutorService executor,
      long row,
      Sketch sketch,
      JsonLinesReader<io.resketch.v1.Skeleton> lines)
      throws IOException {
    io.resketch.v1.Skeleton message =
        lines
            .next()
            .orElseThrow(() -> new InputFileException(skeletons, "changed while it was read"));
    Skeleton skeleton = lines.check(() -> Graphs.skeleton(message));
    return executor.submit(() -> decode(row, sketch, message, skeleton));
  }

  private String decode(
      long row, Sketch sketch, io.resketch.v1.Skeleton message, Skeleton skeleton) {
    DecodedComputation.Builder out;
    try {
      out = Graphs.decoded(decoder.decode(sketch, skeleton)).toBuilder();
    } catch (InvalidInputException e) {
      throw new InputFileException(sketches, "row " + row + ": " + e.getMessage());
    } catch (MismatchException e) {
      throw new InputFileException(
          sketches,
          "row "
              + row
              + ": "
              + e.getMessage()
              + ", and with the --dimension, --blocks-per-column and --seed that it was made with");
    }
    out.setId(message.getId()).putAllLabels(message.getLabelsMap());
    if (message.hasTime()) {
      out.setTime(message.getTime());
    }
    return JsonLinesWriter.line(out.build());
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
      throw new IOException("interrupted while decoding", e);
    }
  }
}
