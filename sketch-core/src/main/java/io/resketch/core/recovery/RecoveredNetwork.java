package io.resketch.core.recovery;

import java.util.List;

/**
 * A network learned from pairs. Sketch = offset + Σ_j code_j · column_j, the first columns those of
 * the input attributes, whose codes are the inputs in the scale of a unit column.
 *
 * @param dimension floats of a sketch d
 * @param inputSizes attributes of every input object
 * @param dictionary n columns of d values and length 1; 0 for an input attribute that never varies
 * @param offset d values that are the same in every sketch
 * @param codes n rows of N values, the pairs in the order given
 * @param objects hidden objects, those of lower levels first
 * @param unidentified what could not be recovered, and why, in words
 * @param snapped columns that are exact, bit for bit, being whole multiples of one magnitude
 * @param heldOutRelativeError ‖Y − Ŷ‖ / ‖Y − mean‖ over the pairs held out, Ŷ what offset, inputs
 *     and codes fitted to them make
 */
public record RecoveredNetwork(
    int dimension,
    List<Integer> inputSizes,
    List<double[]> dictionary,
    double[] offset,
    List<double[]> codes,
    List<HiddenObject> objects,
    List<String> unidentified,
    int snapped,
    double heldOutRelativeError) {
  /**
   * A hidden object.
   *
   * @param id {@code hidden-0}, {@code hidden-1}, …
   * @param columns of its attributes in the dictionary
   * @param level 1 for one that is computed from input objects alone; 0 if not identified
   * @param inputs what it is computed from
   */
  public record HiddenObject(String id, List<Integer> columns, int level, List<Edge> inputs) {}

  /**
   * An edge of the wiring.
   *
   * @param source index of the input object, or number of the input objects plus the position of
   *     the hidden object
   * @param confidence 0 to 1: 1 less the share of the evidence that the edge does not explain
   */
  public record Edge(int source, double confidence) {}

  /** Columns of the dictionary n. */
  public int columns() {
    return dictionary.size();
  }
}
