package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoder;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.DecodedComputation;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;

/** Decodes a file of sketches with a file of skeletons. */
final class OfflineDecode {
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
  long run(ParallelRows.Sink sink) throws IOException {
    try (SketchReader rows = SketchReader.open(sketches, spec);
        SkeletonRows lines = SkeletonRows.open(sketches, rows.count(), skeletons)) {
      return ParallelRows.run(
          rows,
          "decode",
          (row, sketch) -> {
            io.resketch.v1.Skeleton message = lines.next();
            RowDecoder.Row decoded = decoder.next(lines.skeleton());
            return () -> decode(row, sketch, message, decoded);
          },
          sink);
    }
  }

  private String decode(
      long row, Sketch sketch, io.resketch.v1.Skeleton message, RowDecoder.Row decoded) {
    DecodedComputation.Builder out;
    try {
      out = Graphs.decoded(decoded.decode(sketch)).toBuilder();
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
}
