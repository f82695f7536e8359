package io.resketch.server.repository;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.PutItem;
import io.resketch.v1.PutWarning;
import java.util.List;
import java.util.Locale;

/**
 * Says of a run that was stored what will take the sums that it is in: attributes whose norm is
 * above 1, the scale that counts suppose. Their error grows with the norm.
 */
public final class PutWarnings {
  /** Norms are computed by others in single precision. */
  private static final double MAX_NORM = 1.001;

  /**
   * The sketch of a run of objects with attributes of norm 1 at most has a norm of about 1 at most.
   */
  private static final double MAX_SKETCH_NORM = 2;

  private PutWarnings() {}

  /**
   * The warnings of an item that was stored.
   *
   * @param spec of its collection
   */
  public static List<PutWarning> of(SketchSpec spec, PutItem item) {
    return item.hasComputation()
        ? ofComputation(Inputs.computation(spec, item.getComputation()))
        : ofSketch(Inputs.sketch(spec, item.getFinished().getSketch()));
  }

  private static List<PutWarning> ofComputation(Computation computation) {
    int above = 0;
    int worst = 0;
    double most = MAX_NORM;
    for (int i = 0; i < computation.skeleton().size(); i++) {
      double norm = norm(computation.attributes(i));
      if (norm > MAX_NORM) {
        above++;
      }
      if (norm > most) {
        most = norm;
        worst = i;
      }
    }
    if (above == 0) {
      return List.of();
    }
    String others = above > 1 ? ", and those of " + (above - 1) + " more objects are" : "";
    return List.of(
        warning(
            "objects[" + computation.skeleton().id(worst) + "].attributes",
            most,
            others + "; scale the attributes of module " + computation.skeleton().module(worst)));
  }

  private static double norm(Attributes attributes) {
    double squares = 0;
    for (int k = 0; k < attributes.entries(); k++) {
      double value = attributes.value(k);
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static List<PutWarning> ofSketch(Sketch sketch) {
    double norm = Math.sqrt(sketch.energy() * sketch.dimension() / sketch.prefixLength());
    return norm > MAX_SKETCH_NORM
        ? List.of(warning("sketch", norm, ", so are those of attributes; scale them"))
        : List.of();
  }

  private static PutWarning warning(String field, double norm, String scale) {
    return PutWarning.newBuilder()
        .setField(field)
        .setNorm(norm)
        .setDescription(
            String.format(
                Locale.ROOT,
                "the norm %.4g is above 1%s to norms of at most 1, or this run outweighs others in"
                    + " sums and statistics",
                norm,
                scale))
        .build();
  }
}
