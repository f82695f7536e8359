package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Recovered attributes of every object of a skeleton, with their errors. Immutable. */
public final class Decoded {
  private final Skeleton skeleton;
  private final float[] values;
  private final double[] standardErrors;
  private final double relativeResidual;
  private final List<ObjectGroup> groups;

  /**
   * Of a value, relative: the standard deviation of an error that is uniform over an ulp, which is
   * between 2⁻²⁴ and 2⁻²³ of the value, in the mean square 2⁻²³/√2.
   */
  private static final double ROUNDING = 0x1p-23 / Math.sqrt(24);

  /**
   * @param values rounded to float32
   * @param standardErrors of the values before they were rounded, one per object
   */
  Decoded(Skeleton skeleton, float[] values, double[] standardErrors, double relativeResidual) {
    this(skeleton, values, standardErrors, relativeResidual, List.of());
  }

  Decoded(
      Skeleton skeleton,
      float[] values,
      double[] standardErrors,
      double relativeResidual,
      List<ObjectGroup> groups) {
    this.groups = List.copyOf(groups);
    this.skeleton = skeleton;
    this.values = values;
    this.standardErrors = new double[standardErrors.length];
    this.relativeResidual = relativeResidual;
    for (int i = 0; i < standardErrors.length; i++) {
      this.standardErrors[i] = Math.hypot(standardErrors[i], ROUNDING * size(i));
    }
  }

  /** Root mean square of the recovered values of an object. */
  private double size(int i) {
    int from = skeleton.offset(i);
    int to = skeleton.offset(i + 1);
    return Math.sqrt(DecodingProblem.energy(values, from, to) / Math.max(1, to - from));
  }

  public Skeleton skeleton() {
    return skeleton;
  }

  /** Objects of which the sketch holds only the sum; none of them is determined by itself. */
  public List<ObjectGroup> groups() {
    return groups;
  }

  /** The group of object {@code i}, if it is in one. */
  public Optional<ObjectGroup> group(int i) {
    return groups.stream().filter(group -> group.members().contains(i)).findFirst();
  }

  /**
   * Recovered attribute vector of object {@code i}, a copy. Of an object of a group: its share of
   * the smallest vectors that add up to the group's sum, which is no answer.
   */
  public float[] attributes(int i) {
    return Arrays.copyOfRange(values, skeleton.offset(i), skeleton.offset(i + 1));
  }

  /**
   * Standard error of one attribute value of object {@code i}: the root mean square over its
   * attributes. Infinite where the sketch holds less than a quarter of the object, so that not even
   * its size can be told, and for an object of a group; 0 for one without attributes.
   */
  public double standardError(int i) {
    return standardErrors[i];
  }

  /**
   * Whether the sketch determines object {@code i}: the root mean square of what was recovered is
   * above two standard errors. Where it is not, the recovered values are no answer; a vector of
   * zeros is never told from one below the noise. True for an object without attributes.
   */
  public boolean determined(int i) {
    return skeleton.dimension(i) == 0 || size(i) > 2 * standardErrors[i];
  }

  /** ‖s − ŝ‖ / ‖s‖, with ŝ the sketch of what was recovered; 0 for a zero sketch. */
  public double relativeResidual() {
    return relativeResidual;
  }
}
