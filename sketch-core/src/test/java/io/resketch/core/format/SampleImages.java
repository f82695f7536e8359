package io.resketch.core.format;

import io.resketch.core.PublishedExamples;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the sample images of the current format version into an empty folder. Samples that are
 * stored are never written again: every later version must read them as they are. What the version
 * learns to hold is stored beside them; a new format version gets a new folder beside v1.
 */
final class SampleImages {
  private SampleImages() {}

  /** The sketches of the samples by name. */
  static Map<String, Sketch> sketches() {
    SketchSpec spec = new SketchSpec(512, 16, 7);
    Sketch made = SketchImageTest.example(spec);
    Sketch other =
        new Sketcher(spec)
            .sketch(
                Computation.builder()
                    .object("dog1", "dog", Attributes.dense(0.8f, -0.6f))
                    .root("dog1", 1f)
                    .build());
    Map<String, Sketch> sketches = new LinkedHashMap<>();
    sketches.put("f32", made);
    sketches.put("bf16", made.encode(Encoding.BF16));
    sketches.put("i8_block", made.encode(Encoding.I8_BLOCK));
    sketches.put("truncated", made.encode(Encoding.I8_BLOCK).truncate(160));
    sketches.put(
        "sum",
        Sketch.weightedSum(
            List.of(made.encode(Encoding.BF16), other.encode(Encoding.I8_BLOCK)),
            new double[] {1, 3}));
    Computation placed = PublishedExamples.placed();
    sketches.put("placed", new Sketcher(spec).sketch(placed));
    sketches.put(
        "transparent",
        new Sketcher(spec.withTransparency(0.75)).sketch(placed).encode(Encoding.I8_BLOCK));
    return sketches;
  }

  /** What a sample must read as: fields, and the first values exactly. */
  static String fields(Sketch sketch) {
    return String.join(
        "\n",
        "encoding=" + sketch.encoding(),
        "fingerprint=" + sketch.fingerprint(),
        "dimension=" + sketch.dimension(),
        "prefixLength=" + sketch.prefixLength(),
        "runs=" + sketch.runs(),
        "mass=" + sketch.mass(),
        "noiseVariance=" + Double.toHexString(sketch.noiseVariance()),
        "values="
            + IntStream.range(0, 16)
                .mapToObj(i -> Float.toHexString(sketch.value(i)))
                .collect(Collectors.joining(" ")),
        "");
  }

  /** Takes the folder to write to; fails on a sample that is there already. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (Map.Entry<String, Sketch> sample : sketches().entrySet()) {
      write(folder.resolve(sample.getKey() + ".rskt"), SketchImage.write(sample.getValue()));
      write(
          folder.resolve(sample.getKey() + ".txt"),
          fields(sample.getValue()).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
