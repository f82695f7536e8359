package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a module independent of any run: enough to estimate how often it occurs.
 *
 * @param name the module's name
 * @param dimension number of attributes of its objects, 0 if unknown
 * @param rootLeaf it has been seen as a root without inputs
 * @param rootInner it has been seen as a root with inputs
 * @param belowRoot it has been seen below another object
 * @param leafDepths where below: bit k is set if an object without inputs has been seen k edges
 *     below a root, k = 1 to 31, deeper ones as 31
 * @param innerDepths likewise for objects with inputs; if both are 0 and {@code belowRoot} is set,
 *     the places are not known
 * @param ownWeight own weight of its objects with inputs: 0 where none has been seen, NaN where
 *     they differ
 * @param pooled several of its objects have been seen at one position of one list
 */
public record ModuleProfile(
    String name,
    int dimension,
    boolean rootLeaf,
    boolean rootInner,
    boolean belowRoot,
    int leafDepths,
    int innerDepths,
    float ownWeight,
    boolean pooled) {
  private static final int DEEPEST = 31;

  /** All depths from 1 on. */
  private static final int ANYWHERE = ~1;

  /** A module whose places below other objects, if there are any, are not known. */
  public ModuleProfile(
      String name, int dimension, boolean rootLeaf, boolean rootInner, boolean belowRoot) {
    this(name, dimension, rootLeaf, rootInner, belowRoot, 0, 0, 0, false);
  }

  /** A module of which only the name is known. */
  public static ModuleProfile unseen(String name) {
    return new ModuleProfile(name, 0, false, false, false);
  }

  /**
   * A copy of a list of modules that are asked for.
   *
   * @throws InvalidInputException if a name stands twice
   */
  public static List<ModuleProfile> distinct(List<ModuleProfile> modules) {
    if (modules.stream().map(ModuleProfile::name).distinct().count() != modules.size()) {
      throw new InvalidInputException("modules", "a name stands twice; ask for each module once");
    }
    return List.copyOf(modules);
  }

  /** Whether it has been seen as a root. */
  public boolean root() {
    return rootLeaf || rootInner;
  }

  /** Whether anything is known of where it occurs. */
  public boolean placesStated() {
    return root() || belowRoot;
  }

  /**
   * Where it may occur: where it has been seen, or everywhere if nothing is known, as a root with
   * and without inputs and at every depth below.
   */
  ModuleProfile possible() {
    return placesStated()
        ? this
        : new ModuleProfile(
            name, dimension, true, true, true, ANYWHERE, ANYWHERE, ownWeight, pooled);
  }

  /** Whether its objects have different own weights, so that it has no one form with inputs. */
  public boolean ownWeightsDiffer() {
    return Float.isNaN(ownWeight);
  }

  /** Whether the own weight of its objects with inputs is other than the default. */
  public boolean statesOwnWeight() {
    return ownWeight != 0 && ownWeight != Skeleton.DEFAULT_OWN_WEIGHT;
  }

  /** Whether it has been seen below another object, at depths that are not known. */
  public boolean placesUnknown() {
    return belowRoot && leafDepths == 0 && innerDepths == 0;
  }

  /**
   * The profiles of a skeleton's modules, in order of first occurrence.
   *
   * @throws InvalidInputException if two objects of one module differ in dimension
   */
  public static List<ModuleProfile> of(Skeleton skeleton) {
    int[] depths = depths(skeleton);
    Map<String, ModuleProfile> profiles = new LinkedHashMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      boolean leaf = skeleton.inputCount(i) == 0;
      boolean root = (depths[i] & 1) != 0;
      int below = depths[i] & ~1;
      ModuleProfile profile =
          new ModuleProfile(
              skeleton.module(i),
              skeleton.dimension(i),
              root && leaf,
              root && !leaf,
              below != 0,
              leaf ? below : 0,
              leaf ? 0 : below,
              leaf ? 0 : skeleton.ownWeight(i),
              false);
      profiles.merge(profile.name, profile, ModuleProfile::merge);
    }
    for (String module : pooled(skeleton)) {
      profiles.computeIfPresent(module, (name, profile) -> profile.asPooled());
    }
    return List.copyOf(profiles.values());
  }

  private ModuleProfile asPooled() {
    return new ModuleProfile(
        name, dimension, rootLeaf, rootInner, belowRoot, leafDepths, innerDepths, ownWeight, true);
  }

  /** Modules of which several objects stand at one position of one list. */
  private static Set<String> pooled(Skeleton skeleton) {
    Set<String> out = new HashSet<>();
    if (skeleton.isPlain()) {
      return out;
    }
    for (int i = -1; i < skeleton.size(); i++) {
      Set<String> seen = new HashSet<>();
      int count = i < 0 ? skeleton.rootCount() : skeleton.inputCount(i);
      for (int k = 0; k < count; k++) {
        int object = i < 0 ? skeleton.root(k) : skeleton.input(i, k);
        int position = i < 0 ? skeleton.rootPosition(k) : skeleton.position(i, k);
        if (!seen.add(position + " " + skeleton.module(object))) {
          out.add(skeleton.module(object));
        }
      }
    }
    return out;
  }

  /** Bit k of an object's value is set if a path of k edges leads from a root to it. */
  private static int[] depths(Skeleton skeleton) {
    int[] depths = new int[skeleton.size()];
    Deque<Integer> changed = new ArrayDeque<>();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      depths[skeleton.root(k)] |= 1;
      changed.add(skeleton.root(k));
    }
    while (!changed.isEmpty()) {
      int object = changed.poll();
      int below = (depths[object] << 1) | (depths[object] & (1 << DEEPEST));
      for (int k = 0; k < skeleton.inputCount(object); k++) {
        int child = skeleton.input(object, k);
        if ((depths[child] | below) != depths[child]) {
          depths[child] |= below;
          changed.add(child);
        }
      }
    }
    return depths;
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
    boolean unknown = placesUnknown() || other.placesUnknown();
    return new ModuleProfile(
        name,
        Math.max(dimension, other.dimension),
        rootLeaf || other.rootLeaf,
        rootInner || other.rootInner,
        belowRoot || other.belowRoot,
        unknown ? 0 : leafDepths | other.leafDepths,
        unknown ? 0 : innerDepths | other.innerDepths,
        merged(ownWeight, other.ownWeight),
        pooled || other.pooled);
  }

  private static float merged(float a, float b) {
    if (a == 0 || b == 0) {
      return a == 0 ? b : a;
    }
    return a == b ? a : Float.NaN;
  }
}
