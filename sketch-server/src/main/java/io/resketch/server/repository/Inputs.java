package io.resketch.server.repository;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Module;
import io.resketch.v1.SkeletonObject;
import io.resketch.v1.SketchObject;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what comes from outside, and holds it to a spec and to the limits of the server before
 * anything is allocated that is larger than the message.
 */
public final class Inputs {
  /** Attributes of all objects of a graph together; as many as the largest sketch has floats. */
  public static final int MAX_ATTRIBUTES = SketchSpec.MAX_DIMENSION;

  private Inputs() {}

  /**
   * Reads a computation.
   *
   * @throws InvalidInputException naming the object and field
   */
  public static Computation computation(SketchSpec spec, io.resketch.v1.Computation message) {
    long total = 0;
    for (SketchObject object : message.getObjectsList()) {
      if (object.getAttributes().hasSparse()) {
        String field = "objects[" + object.getId() + "].attributes.sparse.dimension";
        total = addAttributes(total, field, object.getAttributes().getSparse().getDimension());
      }
    }
    Computation computation = Graphs.computation(message);
    check(spec, computation.skeleton());
    return computation;
  }

  /**
   * Reads a skeleton.
   *
   * @throws InvalidInputException naming the object and field
   */
  public static Skeleton skeleton(SketchSpec spec, io.resketch.v1.Skeleton message) {
    long total = 0;
    for (SkeletonObject object : message.getObjectsList()) {
      String field = "objects[" + object.getId() + "].dimension";
      total = addAttributes(total, field, object.getDimension());
    }
    Skeleton skeleton = Graphs.skeleton(message);
    check(spec, skeleton);
    return skeleton;
  }

  private static void check(SketchSpec spec, Skeleton skeleton) {
    addAttributes(0, "objects", skeleton.totalDimension());
    GraphLimits.check(spec, skeleton);
    for (int i = 0; i < skeleton.size(); i++) {
      Names.checkModule("objects[" + skeleton.id(i) + "].module", skeleton.module(i));
    }
  }

  /**
   * Reads profiles of modules.
   *
   * @throws InvalidInputException if a name or a number of attributes is not allowed
   */
  public static List<ModuleProfile> modules(List<Module> messages) {
    List<ModuleProfile> out = new ArrayList<>();
    long total = 0;
    for (Module message : messages) {
      ModuleProfile module = Sketches.module(message);
      Names.checkModule("modules.name", module.name());
      total =
          addAttributes(total, "modules[" + module.name() + "].dimension", message.getDimension());
      out.add(module);
    }
    return out;
  }

  private static long addAttributes(long total, String field, int dimension) {
    long sum = total + Integer.toUnsignedLong(dimension);
    if (sum > MAX_ATTRIBUTES) {
      throw new InvalidInputException(
          field,
          Integer.toUnsignedString(dimension)
              + " makes "
              + sum
              + " attributes, at most "
              + MAX_ATTRIBUTES
              + " are allowed in all; leave out attributes, or give fewer objects at once");
    }
    return sum;
  }

  /**
   * Reads a sketch of a spec.
   *
   * @throws InvalidInputException if the bytes are not a valid image
   * @throws io.resketch.core.MismatchException if it was made with another spec
   */
  public static Sketch sketch(SketchSpec spec, io.resketch.v1.Sketch message) {
    Sketch sketch = Sketches.sketch(message);
    sketch.requireFingerprint(spec.fingerprint());
    if (sketch.dimension() != spec.dimension()) {
      throw new InvalidInputException(
          "sketch.image",
          "announces dimension "
              + sketch.dimension()
              + ", but the spec of its fingerprint has "
              + spec.dimension());
    }
    return sketch;
  }
}
