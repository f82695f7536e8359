package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import java.util.List;

/**
 * Pairs of what went into a network and the sketch that came out, in memory. Not copied; not to be
 * modified.
 *
 * @param rows number of pairs N
 * @param inputSizes attributes of every input object, in order; they sum to p
 * @param inputs N × p attributes of the input objects, row by row
 * @param dimension floats of a sketch d
 * @param sketches N × d floats, row by row
 */
public record PairSample(
    int rows, List<Integer> inputSizes, float[] inputs, int dimension, float[] sketches) {
  /**
   * Checks sizes and values.
   *
   * @throws InvalidInputException if sizes do not agree, a value is not finite, or all sketches are
   *     equal
   */
  public PairSample {
    inputSizes = List.copyOf(inputSizes);
    int p = 0;
    for (int i = 0; i < inputSizes.size(); i++) {
      if (inputSizes.get(i) < 1) {
        throw new InvalidInputException(
            "input_sizes[" + i + "]", inputSizes.get(i) + " must be at least 1");
      }
      p += inputSizes.get(i);
    }
    if (dimension < 1 || sketches.length != (long) rows * dimension) {
      throw new InvalidInputException(
          "sketches",
          sketches.length + " values are not " + rows + " rows of " + dimension + " floats");
    }
    if (inputs.length != (long) rows * p) {
      throw new InvalidInputException(
          "inputs",
          inputs.length
              + " values are not "
              + rows
              + " rows of "
              + p
              + ", the sum of the input sizes; there must be one row for every sketch");
    }
    requireFinite("inputs", inputs, p);
    requireFinite("sketches", sketches, dimension);
    boolean constant = true;
    for (int i = dimension; i < sketches.length && constant; i++) {
      constant = sketches[i] == sketches[i - dimension];
    }
    if (constant) {
      throw new InvalidInputException(
          "sketches",
          "all "
              + rows
              + " rows are equal; nothing can be learned from a constant sketch, give pairs of"
              + " runs that differ");
    }
  }

  /** All attributes of the input objects. */
  public int inputWidth() {
    return rows == 0 ? 0 : inputs.length / rows;
  }

  private static void requireFinite(String field, float[] values, int width) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidInputException(
            field + "[" + i / width + "][" + i % width + "]",
            values[i] + " is not finite; leave out such pairs");
      }
    }
  }
}
