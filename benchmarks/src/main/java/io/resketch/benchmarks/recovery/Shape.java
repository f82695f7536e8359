package io.resketch.benchmarks.recovery;

import io.resketch.core.spec.Family;
import java.util.List;

/**
 * Size of a teacher network.
 *
 * @param inputs number of input objects
 * @param levels number of hidden objects of every level
 * @param dimension floats of a sketch d
 * @param family of the operators
 */
public record Shape(int inputs, List<Integer> levels, int dimension, Family family) {
  /** Of the family that is the default. */
  public Shape(int inputs, List<Integer> levels, int dimension) {
    this(inputs, levels, dimension, new Family.BlockSparse(16));
  }

  /** Columns of the dictionary n, 16 for every object. */
  public int columns() {
    return Trial.ATTRIBUTES * (inputs + levels.stream().mapToInt(Integer::intValue).sum());
  }
}
