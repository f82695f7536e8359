package io.resketch.server.repository;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.PutItem;
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

  /** Sums of any number of stored sketches stay finite, and their masses never cancel. */
  private static final double MAX_MASS = 1e15;

  private static final long MAX_RUNS = 1_000_000_000_000L;

  /** A page of records, or an answer with 1,000 hits, stays below the message limit. */
  private static final int MAX_LABEL_CHARACTERS = 16 << 10;

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
    checkLabels(message.getLabelsMap());
    Computation computation = Inputs.computation(collection.operators().spec(), message);
    checkMass("item.computation.mass", computation.skeleton().mass());
    Sketch sketch = new Sketcher(collection.operators()).sketch(computation);
    return new Run(
        id,
        time,
        message.getLabelsMap(),
        sketch,
        computation.skeleton(),
        ModuleProfile.of(computation.skeleton()));
  }

  private static Run of(FinishedSketch message, SketchCollection collection) {
    String id = Names.checkSketchId("item.finished.id", message.getId());
    Timestamp time = message.hasTime() ? checkTime(message.getTime()) : null;
    checkLabels(message.getLabelsMap());
    SketchSpec spec = collection.operators().spec();
    Sketch sketch = Inputs.sketch(spec, message.getSketch());
    checkMass("item.finished.sketch.mass", sketch.mass());
    if (sketch.runs() > MAX_RUNS) {
      throw new InvalidInputException(
          "item.finished.sketch.runs", sketch.runs() + " must be at most " + MAX_RUNS);
    }
    Skeleton skeleton = message.hasSkeleton() ? Inputs.skeleton(spec, message.getSkeleton()) : null;
    List<ModuleProfile> profiles = new ArrayList<>();
    if (skeleton != null) {
      profiles.addAll(ModuleProfile.of(skeleton));
    }
    profiles.addAll(Inputs.modules(message.getModulesList()));
    return new Run(id, time, message.getLabelsMap(), sketch, skeleton, profiles);
  }

  private static Timestamp checkTime(Timestamp time) {
    if (!Timestamps.isValid(time)) {
      throw new InvalidInputException(
          "item.time",
          "seconds="
              + time.getSeconds()
              + ", nanos="
              + time.getNanos()
              + " must be of the years 1 to 9999, nanos 0 to 999999999");
    }
    return time;
  }

  private static void checkMass(String field, double mass) {
    if (!(mass > 0 && mass <= MAX_MASS)) {
      throw new InvalidInputException(
          field, mass + " must be above 0 and at most " + MAX_MASS + " to be stored");
    }
  }

  private static void checkLabels(Map<String, String> labels) {
    long characters = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      characters += label.getKey().length() + label.getValue().length();
    }
    if (characters > MAX_LABEL_CHARACTERS) {
      throw new InvalidInputException(
          "item.labels",
          characters
              + " characters, at most "
              + MAX_LABEL_CHARACTERS
              + " are allowed in all; keep long texts elsewhere and label the run with their name");
    }
  }
}
