package io.resketch.client;

import io.resketch.core.sketch.Sketch;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Sketches;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A stored run.
 *
 * @param id its id within the collection
 * @param time when the run took place
 * @param labels its annotations
 * @param sketch its sketch, absent where the answer leaves it out
 */
public record StoredSketch(
    String id, Optional<Instant> time, Map<String, String> labels, Optional<Sketch> sketch) {

  static StoredSketch of(SketchRecord message) {
    return new StoredSketch(
        message.getName().substring(message.getName().lastIndexOf('/') + 1),
        message.hasTime() ? Optional.of(Times.instant(message.getTime())) : Optional.empty(),
        message.getLabelsMap(),
        message.hasSketch() ? Optional.of(Sketches.sketch(message.getSketch())) : Optional.empty());
  }
}
