package io.resketch.benchmarks.recovery;

import java.util.List;

/**
 * Size of a teacher network.
 *
 * @param inputs number of input objects
 * @param levels number of hidden objects of every level
 * @param dimension floats of a sketch d
 */
public record Shape(int inputs, List<Integer> levels, int dimension) {
  /** Columns of the dictionary n, 16 for every object. */
  public int columns() {
    return Trial.ATTRIBUTES * (inputs + levels.stream().mapToInt(Integer::intValue).sum());
  }
}
