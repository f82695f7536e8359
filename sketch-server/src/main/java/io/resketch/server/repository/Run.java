package io.resketch.server.repository;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.PutItem;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An item to be stored, validated and sketched.
 *
 * @param time null if the run has none
 * @param skeleton null if none was given
 * @param profiles modules the run makes known
 */
record Run(
    String id,
    Timestamp time,
    Map<String, String> labels,
    Sketch sketch,
    Skeleton skeleton,
    List<ModuleProfile> profiles) {

  static Run of(PutItem item, SketchCollection collection) {
    return switch (item.getContentCase()) {
      case COMPUTATION -> of(item.getComputation(), collection);
      case FINISHED -> of(item.getFinished(), collection);
      case CONTENT_NOT_SET ->
          throw new InvalidInputException(
              "item", "is empty; give a computation or a finished sketch");
    };
  }

  private static Run of(io.resketch.v1.Computation message, SketchCollection collection) {
    String id = Names.checkSketchId("item.computation.id", message.getId());
    Timestamp time = message.hasTime() ? checkTime(message.getTime()) : null;
    Computation computation = Graphs.computation(message);
    Sketch sketch = new Sketcher(collection.operators()).sketch(computation);
    return new Run(
        id,
        time,
        message.getLabelsMap(),
        sketch,
        computation.skeleton(),
        checkNames(ModuleProfile.of(computation.skeleton())));
  }

  private static Run of(FinishedSketch message, SketchCollection collection) {
    String id = Names.checkSketchId("item.finished.id", message.getId());
    Timestamp time = message.hasTime() ? checkTime(message.getTime()) : null;
    Sketch sketch = Sketches.sketch(message.getSketch());
    sketch.requireFingerprint(collection.operators().spec().fingerprint());
    Skeleton skeleton = message.hasSkeleton() ? Graphs.skeleton(message.getSkeleton()) : null;
    List<ModuleProfile> profiles = new ArrayList<>();
    if (skeleton != null) {
      profiles.addAll(ModuleProfile.of(skeleton));
    }
    message.getModulesList().forEach(module -> profiles.add(Sketches.module(module)));
    return new Run(id, time, message.getLabelsMap(), sketch, skeleton, checkNames(profiles));
  }

  private static Timestamp checkTime(Timestamp time) {
    if (!Timestamps.isValid(time)) {
      throw new InvalidInputException(
          "item.time",
          "seconds=" + time.getSeconds() + ", nanos=" + time.getNanos() + " is not a time");
    }
    return time;
  }

  private static List<ModuleProfile> checkNames(List<ModuleProfile> profiles) {
    for (ModuleProfile profile : profiles) {
      if (profile.name().chars().anyMatch(Character::isISOControl)) {
        throw new InvalidInputException(
            "objects.module",
            "\"" + profile.name() + "\" has a control character; use printable names");
      }
    }
    return profiles;
  }
}
