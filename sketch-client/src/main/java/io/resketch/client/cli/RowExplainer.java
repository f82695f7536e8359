package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.core.sketch.Sketch;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Says what carries the similarity of two rows. */
interface RowExplainer extends Closeable {
  /** Says nothing. */
  RowExplainer NONE = (left, right) -> new Answer(new JsonObject(), List.of());

  /**
   * An explanation in both forms.
   *
   * @param lines for people
   */
  record Answer(JsonObject json, List<String> lines) {}

  /** Explains the similarity of the rows read last, of one length. */
  Answer explain(Sketch left, Sketch right);

  /** Goes on to the next row of the first file. */
  default void readLeft() throws IOException {}

  /** Goes on to the next row of the second file. */
  default void readRight() throws IOException {}

  @Override
  default void close() throws IOException {}
}
