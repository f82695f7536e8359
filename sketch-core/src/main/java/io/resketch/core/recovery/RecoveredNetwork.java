package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A network learned from pairs. Sketch = offset + Σ_j code_j · column_j, the first columns those of
 * the input attributes, whose codes are the inputs in the scale of a unit column.
 *
 * @param dimension floats of a sketch d
 * @param inputSizes attributes of every input object
 * @param inputScales of every input attribute: its code for a value of 1, the length of its column
 * @param dictionary n columns of d values and length 1; 0 for an input attribute that never varies
 * @param offset d values that are the same in every sketch
 * @param codes n rows of N values, the pairs in the order given; empty where they were not kept,
 *     which nothing else needs
 * @param objects hidden objects, each after its inputs
 * @param unidentified what could not be recovered, and why, in words
 * @param snapped columns that are exact, bit for bit, being whole multiples of one magnitude
 * @param heldOutRelativeError ‖Y − Ŷ‖ / ‖Y − mean‖ over the pairs held out, Ŷ what offset, inputs
 *     and codes fitted to them make
 * @param heldOutPredictionRelativeError the same with Ŷ from the inputs alone; empty where {@link
 *     SketchFunction#unknown} says why they cannot be made
 * @param setAside pairs that nothing was learned from, and why; their codes are NaN, or those of
 *     the pair that they repeat
 */
public record RecoveredNetwork(
    int dimension,
    List<Integer> inputSizes,
    double[] inputScales,
    List<double[]> dictionary,
    double[] offset,
    List<double[]> codes,
    List<HiddenObject> objects,
    List<String> unidentified,
    int snapped,
    double heldOutRelativeError,
    OptionalDouble heldOutPredictionRelativeError,
    List<SetAside> setAside) {
  /**
   * A hidden object.
   *
   * @param id {@code hidden-0}, {@code hidden-1}, …
   * @param columns of its attributes in the dictionary
   * @param level 1 for one that is computed from input objects alone; 0 if not identified
   * @param inputs what it is computed from; empty if not identified
   * @param function what it does with the attributes of its inputs, in their order; empty if not
   *     identified
   */
  public record HiddenObject(
      String id,
      List<Integer> columns,
      int level,
      List<Edge> inputs,
      Optional<ObjectFunction> function) {}

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

  /** Attributes of all input objects p. */
  public int inputWidth() {
    return inputScales.length;
  }

  /** In one sentence, what was found and what may not be concluded from it. */
  public String summary() {
    int hidden = columns() - inputWidth();
    int owned = objects.stream().mapToInt(object -> object.columns().size()).sum();
    long unwired = objects.stream().filter(object -> object.inputs().isEmpty()).count();
    int without = setAside.stream().mapToInt(SetAside::count).sum();
    List<String> open = new ArrayList<>();
    if (owned < hidden) {
      open.add(
          (hidden - owned)
              + " of the columns belong to no object, so that objects may be missing, or lack"
              + " attributes and edges");
    }
    if (unwired > 0) {
      open.add("the inputs of " + unwired + " of the objects are not known");
    }
    if (heldOutPredictionRelativeError.isEmpty()) {
      open.add("sketches cannot be predicted from inputs");
    }
    if (!unidentified.isEmpty()) {
      open.add(unidentified.size() + " things are named as not identified");
    }
    return hidden
        + " hidden columns, "
        + snapped
        + " of them exact; "
        + objects.size()
        + " objects, "
        + objects.stream().mapToInt(object -> object.inputs().size()).sum()
        + " edges; "
        + (open.isEmpty() ? "complete" : "not complete: " + String.join(", ", open))
        + (without == 0 ? "" : "; of the pairs that are left when " + without + " are set aside");
  }

  /** The network as a function from inputs to sketches, and back to codes. */
  public SketchFunction function() {
    return new SketchFunction(this);
  }

  /** The same with an error of predictions. */
  RecoveredNetwork predicting(double error) {
    return new RecoveredNetwork(
        dimension,
        inputSizes,
        inputScales,
        dictionary,
        offset,
        codes,
        objects,
        unidentified,
        snapped,
        heldOutRelativeError,
        OptionalDouble.of(error),
        setAside);
  }

  /**
   * The same with the codes of all pairs.
   *
   * @param places of the codes of every pair, -1 for one that has none
   */
  RecoveredNetwork ofAll(int[] places, List<SetAside> without) {
    if (without.isEmpty()) {
      return this;
    }
    List<double[]> all = codes.stream().map(code -> code(code, places)).toList();
    return new RecoveredNetwork(
        dimension,
        inputSizes,
        inputScales,
        dictionary,
        offset,
        all,
        objects,
        unidentified,
        snapped,
        heldOutRelativeError,
        heldOutPredictionRelativeError,
        without);
  }

  private static double[] code(double[] code, int[] places) {
    return Arrays.stream(places).mapToDouble(k -> k < 0 ? Double.NaN : code[k]).toArray();
  }

  /** The same without the codes of the pairs, which are most of it. */
  public RecoveredNetwork withoutCodes() {
    return new RecoveredNetwork(
        dimension,
        inputSizes,
        inputScales,
        dictionary,
        offset,
        List.of(),
        objects,
        unidentified,
        snapped,
        heldOutRelativeError,
        heldOutPredictionRelativeError,
        setAside);
  }
}
