package io.resketch.wire;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the sample skeletons into an empty folder. Samples that are stored are never written
 * again: every later version must read them as they are.
 */
final class SampleSkeletons {
  private SampleSkeletons() {}

  /** The skeletons of the two examples of docs/mechanism.md by name. */
  static Map<String, Skeleton> skeletons() {
    Map<String, Skeleton> out = new LinkedHashMap<>();
    out.put(
        "plain",
        Skeleton.builder()
            .object("frame", "camera", 2, List.of())
            .object("a", "cat", 8, List.of(new WeightedInput("frame", 1)))
            .object(
                "b",
                "cat",
                8,
                List.of(new WeightedInput("frame", 0.75f), new WeightedInput("a", 0.25f)))
            .root(new WeightedInput("a", 0.5f))
            .root(new WeightedInput("b", 0.5f))
            .build());
    out.put(
        "placed",
        Skeleton.builder()
            .object("frame", "camera", 2, List.of())
            .object("a", "cat", 8, List.of(new WeightedInput("frame", 1)), 0.25f)
            .object(
                "b",
                "cat",
                8,
                List.of(new WeightedInput("frame", 0.75f, 1024), new WeightedInput("a", 0.25f, 0)),
                0.9f)
            .root(new WeightedInput("a", 0.5f, 0))
            .root(new WeightedInput("b", 0.5f, 0))
            .build());
    return out;
  }

  /** What a sample must read as. */
  static String fields(Skeleton skeleton) {
    return String.join(
        "\n",
        "hash=" + HexFormat.of().formatHex(skeleton.contentHash()),
        "canonical=" + HexFormat.of().formatHex(skeleton.canonicalBytes()),
        "");
  }

  /** Takes the folder to write to; fails on a sample that is there already. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (Map.Entry<String, Skeleton> sample : skeletons().entrySet()) {
      write(
          folder.resolve(sample.getKey() + ".skeleton"),
          Graphs.skeleton(sample.getValue()).toByteArray());
      write(
          folder.resolve(sample.getKey() + ".txt"),
          fields(sample.getValue()).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
