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
   * Checks sizes. Values may be any; pairs that nothing can be learned from are set aside later.
   *
   * @throws InvalidInputException if sizes do not agree
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
  }

  /** All attributes of the input objects. */
  public int inputWidth() {
    return inputSizes.stream().mapToInt(Integer::intValue).sum();
  }

  /** Some of the pairs, copied. */
  PairSample rows(int[] some) {
    int p = inputWidth();
    float[] in = new float[some.length * p];
    float[] out = new float[some.length * dimension];
    for (int k = 0; k < some.length; k++) {
      System.arraycopy(inputs, some[k] * p, in, k * p, p);
      System.arraycopy(sketches, some[k] * dimension, out, k * dimension, dimension);
    }
    return new PairSample(some.length, inputSizes, in, dimension, out);
  }

  /** Whether all sketches are equal. */
  boolean isConstant() {
    for (int i = dimension; i < sketches.length; i++) {
      if (sketches[i] != sketches[i - dimension]) {
        return false;
      }
    }
    return true;
  }
}
