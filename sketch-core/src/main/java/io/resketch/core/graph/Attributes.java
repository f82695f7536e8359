package io.resketch.core.graph;

import io.resketch.core.InvalidInputException;
import java.util.Arrays;

/**
 * An immutable attribute vector, dense or sparse. Values are finite; a Euclidean norm of at most 1
 * keeps objects comparable, but is not enforced: the sketch is linear.
 */
public sealed interface Attributes {

  /** Length of the vector. */
  int dimension();

  /** Number of stored values: the length if dense, the number of given entries if sparse. */
  int entries();

  /** Position of the i-th stored value, strictly increasing in i. */
  int index(int i);

  /** The i-th stored value. */
  float value(int i);

  /** A new array of {@link #dimension()} values. */
  default float[] toArray() {
    float[] out = new float[dimension()];
    for (int i = 0; i < entries(); i++) {
      out[index(i)] = value(i);
    }
    return out;
  }

  /** The vector of no attributes: its object has a signature only. */
  static Attributes none() {
    return new Dense(new float[0]);
  }

  /** Copies {@code values}. */
  static Attributes dense(float... values) {
    return new Dense(values.clone());
  }

  /**
   * Copies both arrays.
   *
   * @param indices strictly increasing, 0 to dimension − 1
   * @param values as many as indices
   * @throws InvalidInputException if the indices break these rules
   */
  static Attributes sparse(int dimension, int[] indices, float[] values) {
    if (dimension < 0) {
      throw new InvalidInputException(
          "attributes.sparse.dimension",
          Integer.toUnsignedString(dimension) + " is above 2,147,483,647");
    }
    if (indices.length != values.length) {
      throw new InvalidInputException(
          "attributes.sparse.values",
          values.length + " values for " + indices.length + " indices; give one value per index");
    }
    int previous = -1;
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] <= previous || indices[i] >= dimension) {
        throw new InvalidInputException(
            "attributes.sparse.indices[" + i + "]",
            indices[i]
                + " must be above the index before it ("
                + previous
                + ") and below dimension="
                + dimension);
      }
      previous = indices[i];
    }
    return new Sparse(dimension, indices.clone(), values.clone());
  }

  /** Every value, in order. */
  final class Dense implements Attributes {
    private final float[] values;

    private Dense(float[] values) {
      this.values = values;
    }

    @Override
    public int dimension() {
      return values.length;
    }

    @Override
    public int entries() {
      return values.length;
    }

    @Override
    public int index(int i) {
      return i;
    }

    @Override
    public float value(int i) {
      return values[i];
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Dense other && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }
  }

  /** Given entries, all others zero. */
  final class Sparse implements Attributes {
    private final int dimension;
    private final int[] indices;
    private final float[] values;

    private Sparse(int dimension, int[] indices, float[] values) {
      this.dimension = dimension;
      this.indices = indices;
      this.values = values;
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public int entries() {
      return indices.length;
    }

    @Override
    public int index(int i) {
      return indices[i];
    }

    @Override
    public float value(int i) {
      return values[i];
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Sparse other
          && dimension == other.dimension
          && Arrays.equals(indices, other.indices)
          && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * dimension + Arrays.hashCode(indices)) + Arrays.hashCode(values);
    }
  }
}
