package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.core.graph.Skeleton;
import io.resketch.wire.Graphs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** The skeletons of the rows of a file of sketches: line i belongs to row i. Not thread-safe. */
final class SkeletonRows implements Closeable {
  private final Path file;
  private final JsonLinesReader<io.resketch.v1.Skeleton> lines;
  private Skeleton skeleton;

  private SkeletonRows(Path file) throws IOException {
    this.file = file;
    this.lines = JsonLinesReader.skeletons(file);
  }

  /**
   * Opens a file.
   *
   * @param rows of the file of sketches
   * @throws InputFileException if the file does not have a skeleton for every row
   */
  static SkeletonRows open(Path sketches, long rows, Path skeletons) throws IOException {
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
    return new SkeletonRows(skeletons);
  }

  /**
   * Reads the skeleton of the next row.
   *
   * @throws InputFileException if it breaks a rule
   */
  io.resketch.v1.Skeleton next() throws IOException {
    io.resketch.v1.Skeleton message =
        lines.next().orElseThrow(() -> new InputFileException(file, "changed while it was read"));
    skeleton = lines.check(() -> Graphs.skeleton(message));
    return message;
  }

  /** What {@link #next} read. */
  Skeleton skeleton() {
    return skeleton;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
