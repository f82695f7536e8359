package io.resketch.client.cli;

import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Decodes the rows of a file. Keeps the decoders of the skeletons seen last, so that a run of equal
 * skeletons is set up once per thread, and from the tenth row of a long run with large systems on
 * one decoder for many, which all threads take turns with. Which decoder a row has depends on the
 * rows before it alone, so the answers do not depend on threads.
 */
final class RowDecoder {
  /** Rows of one skeleton from which on a factorisation is worth its time. */
  private static final int MANY = 10;

  private record Kept(byte[] contentHash, GraphDecoder decoder) {}

  private final Operators operators;
  private final Decoder kind;
  private final ConcurrentLinkedDeque<Kept> idle = new ConcurrentLinkedDeque<>();

  // Of the rows in their order.
  private byte[] lastHash = new byte[0];
  private int run;
  private Optional<GraphDecoder> many = Optional.empty();

  RowDecoder(Operators operators, Decoder kind) {
    this.operators = operators;
    this.kind = kind;
  }

  /** Decodes one row. Thread-safe. */
  interface Row {
    /**
     * Recovers the attributes.
     *
     * @param sketch of the skeleton's run, or a prefix of one
     * @throws MismatchException if the row does not hold the skeleton's run
     */
    Decoded decode(Sketch sketch);
  }

  /** The decoder of the next row; to be asked in the order of the rows, by one thread. */
  Row next(Skeleton skeleton) {
    byte[] hash = skeleton.contentHash();
    if (!Arrays.equals(hash, lastHash)) {
      lastHash = hash;
      run = 0;
      many = Optional.empty();
    }
    run++;
    if (run == MANY && kind == Decoder.JOINT && GraphDecoder.gainsFromMany(operators, skeleton)) {
      many = Optional.of(GraphDecoder.forMany(operators, skeleton));
    }
    Optional<GraphDecoder> shared = many;
    return sketch -> {
      if (shared.isPresent()) {
        synchronized (shared.get()) {
          return shared.get().decode(sketch, kind);
        }
      }
      return decode(sketch, skeleton, hash);
    };
  }

  private Decoded decode(Sketch sketch, Skeleton skeleton, byte[] hash) {
    Kept kept = idle.poll();
    if (kept == null || !Arrays.equals(kept.contentHash(), hash)) {
      kept = new Kept(hash, new GraphDecoder(operators, skeleton));
    }
    try {
      return kept.decoder().decode(sketch, kind);
    } finally {
      idle.push(kept);
    }
  }
}
