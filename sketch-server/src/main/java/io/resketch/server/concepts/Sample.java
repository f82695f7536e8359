package io.resketch.server.concepts;

import com.google.protobuf.Timestamp;
import io.resketch.core.sketch.Sketch;

/**
 * What the concepts take of a stored sketch.
 *
 * @param id of the sketch
 * @param time null if it has none
 * @param unit its first floats, of norm 1; not modified
 */
record Sample(String id, Timestamp time, float[] unit) {
  /** Of the first {@code floats}, or all where there are fewer; null if those are zero. */
  static Sample of(String id, Timestamp time, Sketch sketch, int floats) {
    float[] unit = sketch.truncate(Math.min(floats, sketch.prefixLength())).toArray();
    double norm = Math.sqrt(Vectors.dot(unit, unit, unit.length));
    if (!(norm > 0)) {
      return null;
    }
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (unit[i] / norm);
    }
    return new Sample(id, time, unit);
  }
}
