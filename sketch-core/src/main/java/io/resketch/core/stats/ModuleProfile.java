package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of a module independent of any run: enough to estimate how often it occurs.
 *
 * @param name the module's name
 * @param dimension number of attributes of its objects, 0 if unknown
 * @param rootLeaf it has been seen as a root without inputs
 * @param rootInner it has been seen as a root with inputs
 * @param belowRoot it has been seen below another object
 */
public record ModuleProfile(
    String name, int dimension, boolean rootLeaf, boolean rootInner, boolean belowRoot) {

  /** A module of which only the name is known. */
  public static ModuleProfile unseen(String name) {
    return new ModuleProfile(name, 0, false, false, false);
  }

  /** Whether it has been seen as a root. */
  public boolean root() {
    return rootLeaf || rootInner;
  }

  /**
   * The profiles of a skeleton's modules, in order of first occurrence.
   *
   * @throws InvalidInputException if two objects of one module differ in dimension
   */
  public static List<ModuleProfile> of(Skeleton skeleton) {
    Map<String, ModuleProfile> profiles = new LinkedHashMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      add(
          profiles,
          new ModuleProfile(skeleton.module(i), skeleton.dimension(i), false, false, false));
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        int child = skeleton.input(i, k);
        add(
            profiles,
            new ModuleProfile(
                skeleton.module(child), skeleton.dimension(child), false, false, true));
      }
    }
    for (int k = 0; k < skeleton.rootCount(); k++) {
      int root = skeleton.root(k);
      boolean leaf = skeleton.inputCount(root) == 0;
      add(
          profiles,
          new ModuleProfile(skeleton.module(root), skeleton.dimension(root), leaf, !leaf, false));
    }
    return List.copyOf(profiles.values());
  }

  private static void add(Map<String, ModuleProfile> profiles, ModuleProfile profile) {
    profiles.merge(profile.name, profile, ModuleProfile::merge);
  }

  /**
   * What both know together.
   *
   * @throws InvalidInputException if both have attributes and differ in their number
   */
  public ModuleProfile merge(ModuleProfile other) {
    if (dimension != 0 && other.dimension != 0 && dimension != other.dimension) {
      throw new InvalidInputException(
          "modules[" + name + "].dimension",
          other.dimension
              + " attributes, but the module had "
              + dimension
              + " before; a module's attribute vectors have one length");
    }
    return new ModuleProfile(
        name,
        Math.max(dimension, other.dimension),
        rootLeaf || other.rootLeaf,
        rootInner || other.rootInner,
        belowRoot || other.belowRoot);
  }
}
