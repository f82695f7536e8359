package io.resketch.example.street;

import io.resketch.client.files.NpyWriter;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Frames as pairs for recovery. The input of a pair is the attributes of stage0, the one object of
 * a frame that is made from no other.
 */
final class FramePairs {
  private static final String INPUT = "stage0";

  private FramePairs() {}

  /**
   * Writes inputs.npy and sketches.npy, a row a frame.
   *
   * @return columns of inputs.npy
   */
  static int write(List<Frame> frames, SketchSpec spec, Path directory) throws IOException {
    Files.createDirectories(directory);
    Sketcher sketcher = new Sketcher(spec);
    int width = input(frames.get(0).computation()).length;
    try (NpyWriter inputs = new NpyWriter(directory.resolve("inputs.npy"), width);
        SketchWriter sketches =
            SketchWriter.create(
                directory.resolve("sketches.npy"), Optional.of(spec), spec.dimension())) {
      for (Frame frame : frames) {
        inputs.writeRow(input(frame.computation()));
        sketches.write(sketcher.sketch(frame.computation()));
      }
      inputs.commit();
      sketches.commit();
    }
    return width;
  }

  private static float[] input(Computation frame) {
    int place = 0;
    while (!frame.skeleton().id(place).equals(INPUT)) {
      place++;
    }
    Attributes attributes = frame.attributes(place);
    float[] out = new float[attributes.dimension()];
    for (int i = 0; i < attributes.entries(); i++) {
      out[attributes.index(i)] = attributes.value(i);
    }
    return out;
  }
}
