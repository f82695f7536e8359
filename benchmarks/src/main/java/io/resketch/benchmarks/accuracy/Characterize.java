package io.resketch.benchmarks.accuracy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Measures the accuracy of sketches and writes the tables and plots of docs/accuracy.md in their
 * places. Seeded: the same figures every time.
 *
 * <p>Arguments: the docs folder; how many seeds (8 make the published figures); names of parts, all
 * if none is given.
 */
public final class Characterize {
  private static final List<Part> PARTS =
      List.of(
          new DecoderErrors(),
          new PhaseTransition(),
          new BlindScenes(),
          new BlindTrees(),
          new BlindStops(),
          new BlindSimilar(),
          new CountAccuracy(),
          new ErasureCurves(),
          new SimilarityPicture(),
          new BlindCoverage(),
          DepthCoverage.ofGraphs(),
          DepthCoverage.ofShares(),
          new StreetPositions(),
          new SimilarObjects(),
          new GuidedCoverage(),
          new RecoveryCurves());

  private Characterize() {}

  /** Runs the parts one after the other. */
  public static void main(String[] arguments) throws IOException {
    Path docs = Path.of(arguments.length > 0 ? arguments[0] : "docs");
    int seeds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
    List<String> wanted =
        List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
    Path plots = Files.createDirectories(docs.resolve("plots"));
    Path document = docs.resolve("accuracy.md");
    for (Part part : PARTS) {
      if (!wanted.isEmpty() && !wanted.contains(part.name())) {
        continue;
      }
      long start = System.nanoTime();
      List<String> table = part.run(seeds, plots);
      replace(document, part.name(), table);
      System.out.println(String.join("\n", table));
      System.out.printf(
          Locale.ROOT, "%s: %.0f s%n%n", part.name(), (System.nanoTime() - start) / 1e9);
    }
  }

  /** Puts a table between the marks that carry its name. */
  private static void replace(Path document, String name, List<String> table) throws IOException {
    String text = Files.readString(document);
    String begin = "<!-- " + name + " -->\n";
    String end = "\n<!-- end " + name + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IOException(document + " has no place \"" + name + "\"; add " + begin + end);
    }
    String changed =
        text.substring(0, from + begin.length()) + String.join("\n", table) + text.substring(to);
    Files.writeString(document, changed, StandardCharsets.UTF_8);
  }
}
