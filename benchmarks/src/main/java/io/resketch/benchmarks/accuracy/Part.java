package io.resketch.benchmarks.accuracy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One question of the characterisation. */
interface Part {
  /** Name of its place in docs/accuracy.md and of its plots. */
  String name();

  /**
   * Measures.
   *
   * @param seeds how many seeds to take percentiles over, at least 1
   * @param plots folder that plots go to
   * @return the lines of a Markdown table
   */
  List<String> run(int seeds, Path plots) throws IOException;
}
