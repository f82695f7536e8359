package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import java.util.Arrays;

/** Recovered attributes of every object of a skeleton, with their errors. Immutable. */
public final class Decoded {
  private final Skeleton skeleton;
  private final float[] values;
  private final double[] standardErrors;
  private final double relativeResidual;

  Decoded(Skeleton skeleton, float[] values, double[] standardErrors, double relativeResidual) {
    this.skeleton = skeleton;
    this.values = values;
    this.standardErrors = standardErrors;
    this.relativeResidual = relativeResidual;
  }

  public Skeleton skeleton() {
    return skeleton;
  }

  /** Recovered attribute vector of object {@code i}, a copy. */
  public float[] attributes(int i) {
    return Arrays.copyOfRange(values, skeleton.offset(i), skeleton.offset(i + 1));
  }

  /**
   * Standard error of one attribute value of object {@code i}: the root mean square over its
   * attributes.
   */
  public double standardError(int i) {
    return standardErrors[i];
  }

  /** ‖s − ŝ‖ / ‖s‖, with ŝ the sketch of what was recovered; 0 for a zero sketch. */
  public double relativeResidual() {
    return relativeResidual;
  }
}
