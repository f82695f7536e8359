package io.resketch.core.graph;

/**
 * A reference to an object of the same computation, with its importance and its place.
 *
 * @param object id of the object
 * @param weight at least 0; the weights of one list sum to 1 within 1e-4
 * @param position which tuple operator it goes through, 0 to {@link #MAX_POSITION}; {@link #INDEX}
 *     for its index in the list. Inputs of one position are a bag: their order has no effect but on
 *     rounding, and of objects of one module at one position only the weighted sum can be seen
 */
public record WeightedInput(String object, float weight, int position) {
  /** The position of an input that does not state one: its index in the list, from 0. */
  public static final int INDEX = -1;

  public static final int MAX_POSITION = 1 << 20;

  /** At its index in the list. */
  public WeightedInput(String object, float weight) {
    this(object, weight, INDEX);
  }
}
