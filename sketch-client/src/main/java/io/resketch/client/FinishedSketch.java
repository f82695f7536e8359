package io.resketch.client;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.ModuleProfile;
import java.util.List;
import java.util.Optional;

/**
 * A sketch made in this process, and what the server should know beside it.
 *
 * @param sketch made with the collection's spec
 * @param skeleton needed to decode the run later; it registers its modules
 * @param modules modules to register where there is no skeleton, so that they can be counted
 */
public record FinishedSketch(
    Sketch sketch, Optional<Skeleton> skeleton, List<ModuleProfile> modules) {

  /** Without a skeleton: the run can be searched and summed, and not decoded. */
  public static FinishedSketch of(Sketch sketch) {
    return new FinishedSketch(sketch, Optional.empty(), List.of());
  }

  public static FinishedSketch of(Sketch sketch, Skeleton skeleton) {
    return new FinishedSketch(sketch, Optional.of(skeleton), List.of());
  }

  public FinishedSketch withModules(List<ModuleProfile> newModules) {
    return new FinishedSketch(sketch, skeleton, List.copyOf(newModules));
  }
}
