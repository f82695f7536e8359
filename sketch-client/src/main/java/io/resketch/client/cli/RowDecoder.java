package io.resketch.client.cli;

import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Decodes sketches of one spec. Keeps the decoders of the skeletons seen last, so that a run of
 * equal skeletons is set up once per thread. Thread-safe.
 */
final class RowDecoder {
  private record Kept(byte[] contentHash, GraphDecoder decoder) {}

  private final Operators operators;
  private final Decoder kind;
  private final ConcurrentLinkedDeque<Kept> idle = new ConcurrentLinkedDeque<>();

  RowDecoder(Operators operators, Decoder kind) {
    this.operators = operators;
    this.kind = kind;
  }

  /**
   * Recovers the attributes of one row.
   *
   * @param sketch of the skeleton's run, or a prefix of one
   * @throws MismatchException if the row does not hold the skeleton's run
   */
  Decoded decode(Sketch sketch, Skeleton skeleton) {
    byte[] hash = skeleton.contentHash();
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
