package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.NpyWriter;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.SketchFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A recovered network applied to matrices, row by row. */
final class RecoveredRows {
  private final RecoveredNetwork network;
  private final SketchFunction function;

  RecoveredRows(RecoveredNetwork network) {
    this.network = network;
    this.function = network.function();
  }

  /** Predicts a sketch for every row of inputs. */
  JsonObject predict(Path inputs, Path output) throws IOException {
    if (!function.unknown().isEmpty()) {
      throw new MismatchException(
          MismatchException.Reason.FUNCTION_UNKNOWN,
          "--predict: the network has no function for "
              + String.join(", ", function.unknown())
              + "; see unidentified in "
              + RecoveryFiles.REPORT
              + ". --decode works without");
    }
    try (NpyReader in = opened(inputs, "inputs", network.inputWidth());
        NpyWriter out = new NpyWriter(output, network.dimension())) {
      for (long row = 0; row < in.rows(); row++) {
        try {
          out.writeRow(function.predict(in.readRow()));
        } catch (InvalidInputException e) {
          throw new InputFileException(inputs, "row " + row + ": " + e.getMessage());
        }
      }
      out.commit();
      return answer(in.rows());
    }
  }

  /** Decodes every sketch. */
  JsonObject decode(Path sketches, Optional<Path> inputs, Path output) throws IOException {
    try (NpyReader in = opened(sketches, "sketches", network.dimension());
        NpyReader known =
            inputs.isPresent() ? opened(inputs.get(), "inputs", network.inputWidth()) : null;
        NpyWriter out = new NpyWriter(output, network.columns())) {
      if (known != null && known.rows() != in.rows()) {
        throw new InputFileException(
            inputs.get(),
            "has "
                + known.rows()
                + " rows, but "
                + sketches
                + " has "
                + in.rows()
                + "; row i of both must be of one run");
      }
      double missed = 0;
      double squares = 0;
      for (long row = 0; row < in.rows(); row++) {
        float[] sketch = in.readRow();
        try {
          double[] codes =
              known == null ? function.decode(sketch) : function.decode(sketch, known.readRow());
          float[] made = function.sketch(codes);
          for (int b = 0; b < made.length; b++) {
            missed += Math.pow((double) sketch[b] - made[b], 2);
            squares += Math.pow(sketch[b] - network.offset()[b], 2);
          }
          out.writeRow(floats(codes));
        } catch (InvalidInputException e) {
          throw new InputFileException(sketches, "row " + row + ": " + e.getMessage());
        }
      }
      out.commit();
      JsonObject answer = answer(in.rows());
      answer.addProperty("relativeError", Math.sqrt(missed / Math.max(squares, 1e-300)));
      return answer;
    }
  }

  private static NpyReader opened(Path file, String what, int columns) throws IOException {
    NpyReader in = new NpyReader(file);
    if (in.columns() != columns) {
      in.close();
      throw new InputFileException(
          file,
          "has "
              + in.columns()
              + " columns; the network was learned from "
              + what
              + " of "
              + columns);
    }
    return in;
  }

  private static JsonObject answer(long rows) {
    JsonObject out = new JsonObject();
    out.addProperty("rows", rows);
    return out;
  }

  private static float[] floats(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }
}
