package io.resketch.core.decode;

import java.util.Arrays;

/**
 * An object that was found in a sketch without its skeleton; or several of one module at one
 * position of one list, which nothing tells apart: the weight is then that of all, the attributes
 * are their weighted mean. Immutable.
 */
public final class BlindObject {
  private final int parent;
  private final int position;
  private final String module;
  private final boolean inner;
  private final Estimate estimate;
  private final float[] attributes;

  /**
   * The estimated part.
   *
   * @param effectiveWeight product of the weights from the output down to the object
   * @param effectiveWeightError its standard error
   * @param attributeError standard error of one attribute, the root mean square over all
   * @param attributesDetermined whether the sketch says more of them than that they are small
   * @param deviations by which the signature stands out of the noise
   * @param confidence that the object is there
   */
  record Estimate(
      double effectiveWeight,
      double effectiveWeightError,
      double attributeError,
      boolean attributesDetermined,
      double deviations,
      double confidence) {}

  BlindObject(
      int parent,
      int position,
      String module,
      boolean inner,
      Estimate estimate,
      float[] attributes) {
    this.parent = parent;
    this.position = position;
    this.module = module;
    this.inner = inner;
    this.estimate = estimate;
    this.attributes = attributes;
  }

  /** Index in the tree of the object that this one is an input of; −1 for a root. */
  public int parent() {
    return parent;
  }

  /** Place in the list of its parent's inputs, or of the roots, from 0. */
  public int position() {
    return position;
  }

  public String module() {
    return module;
  }

  /** Whether the object has inputs, found or not. */
  public boolean inner() {
    return inner;
  }

  /** Product of the weights from the output down to this object, of this occurrence alone. */
  public double effectiveWeight() {
    return estimate.effectiveWeight;
  }

  public double effectiveWeightError() {
    return estimate.effectiveWeightError;
  }

  /** Estimated attribute vector, a copy; shrunk towards 0 where it is near the noise. */
  public float[] attributes() {
    return attributes.clone();
  }

  /** Standard error of one attribute value: the root mean square over all of the object. */
  public double attributeError() {
    return estimate.attributeError;
  }

  /** Whether the sketch, rather than the expectation of small attributes, decides the estimate. */
  public boolean attributesDetermined() {
    return estimate.attributesDetermined;
  }

  /** Standard deviations by which the signature stands out when all other objects are taken off. */
  public double deviations() {
    return estimate.deviations;
  }

  /**
   * That the object is there: 1 less a bound on the chance that any hypothesis of a search like
   * this one would have come out as strong by accident; 0 to 1. Where the tree explains the sketch,
   * by its strength over its error; else by the least of what its signature, each position of its
   * path alone, and the difference between the forms with and without inputs show.
   */
  public double confidence() {
    return estimate.confidence;
  }

  @Override
  public String toString() {
    return "BlindObject[parent="
        + parent
        + ", position="
        + position
        + ", module="
        + module
        + (inner ? ", inner" : ", leaf")
        + ", effectiveWeight="
        + effectiveWeight()
        + " ± "
        + effectiveWeightError()
        + ", deviations="
        + deviations()
        + ", attributes="
        + Arrays.toString(attributes)
        + "]";
  }
}
