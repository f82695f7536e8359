package io.resketch.example.street;

import io.resketch.core.graph.Computation;
import java.time.Instant;

/**
 * A frame of the video with what the detector saw in it, which is the truth of this demo.
 *
 * @param id of the stored sketch
 */
record Frame(String id, Instant time, DetectedFrame detected, Computation computation) {

  /** Number of detections of a class. */
  long count(String className) {
    return detected.detections().stream().filter(d -> d.className().equals(className)).count();
  }
}
