package io.resketch.core.similarity;

import java.util.List;

/**
 * The cosine of two sketches as a sum over the objects of either. Immutable.
 *
 * @param cosine of the two sketches, over the prefix that both hold
 * @param left the sum over the objects of the first
 * @param right the sum over the objects of the second
 * @param pairs the strongest pairs of an object of the first, among its strongest objects, and one
 *     of the second; by falling contribution
 */
public record Explanation(double cosine, Side left, Side right, List<PairContribution> pairs) {

  /** Copies the list. */
  public Explanation {
    pairs = List.copyOf(pairs);
  }

  /**
   * One sketch as a sum of its objects' parts: cosine = Σ contributions + rest.
   *
   * @param objects ⟨part_θ, s'⟩ / (‖s‖‖s'‖) of every object, by falling contribution
   * @param modules the same summed over the objects of a module, by falling contribution
   * @param rest what the attributes at hand do not explain: rounding for the original ones, the
   *     decoding error for recovered ones
   */
  public record Side(
      List<ObjectContribution> objects, List<ModuleContribution> modules, double rest) {

    /** Copies the lists. */
    public Side {
      objects = List.copyOf(objects);
      modules = List.copyOf(modules);
    }
  }

  /**
   * What one object adds to the cosine.
   *
   * @param object number of the object in its skeleton
   */
  public record ObjectContribution(int object, String id, String module, double contribution) {}

  /** What the objects of one module add to the cosine. */
  public record ModuleContribution(String module, double contribution) {}

  /**
   * What two objects add to the cosine: ⟨part_θ, part_θ'⟩ / (‖s‖‖s'‖).
   *
   * @param left id of the object of the first sketch
   * @param right id of the object of the second
   */
  public record PairContribution(
      String left, String leftModule, String right, String rightModule, double contribution) {}
}
