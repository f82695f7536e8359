package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A recovered network as a function: the sketch of inputs that were never seen, and the codes in a
 * sketch that was never seen. Needs no codes of the pairs. Thread-safe.
 */
public final class SketchFunction {
  private final RecoveredNetwork network;
  private final List<String> unknown;
  private Decoding decoding;

  SketchFunction(RecoveredNetwork network) {
    this.network = network;
    this.unknown = unknown(network);
  }

  private static List<String> unknown(RecoveredNetwork network) {
    List<String> out = new ArrayList<>();
    Set<Integer> loose = new TreeSet<>();
    IntStream.range(network.inputWidth(), network.columns()).forEach(loose::add);
    for (HiddenObject object : network.objects()) {
      object.columns().forEach(loose::remove);
      if (object.function().isEmpty()) {
        out.add(object.id());
      }
    }
    loose.forEach(column -> out.add("column " + column));
    return List.copyOf(out);
  }

  /**
   * Why {@link #predict} cannot be called: objects whose function is not known, and columns that
   * belong to no object. Empty if it can.
   */
  public List<String> unknown() {
    return unknown;
  }

  /** What is the same in every sketch, d values; not to be modified. */
  double[] offset() {
    return network.offset();
  }

  /**
   * The sketch of a run.
   *
   * @param inputs p attributes of the input objects, one after the other
   * @return d floats
   * @throws InvalidInputException if there are more or fewer, or one is not finite
   * @throws MismatchException if {@link #unknown} is not empty
   */
  public float[] predict(float[] inputs) {
    if (!unknown.isEmpty()) {
      throw new MismatchException(
          MismatchException.Reason.FUNCTION_UNKNOWN,
          "function: what computes "
              + String.join(", ", unknown)
              + " is not known, so a sketch cannot be predicted from inputs; decoding a sketch works"
              + " without");
    }
    return sketch(codes(inputs));
  }

  /**
   * The sketch that codes make.
   *
   * @param codes n, as {@link #decode} gives
   * @return d floats: offset + dictionary · codes
   */
  public float[] sketch(double[] codes) {
    double[] out = network.offset().clone();
    for (int j = 0; j < codes.length; j++) {
      add(out, codes[j], network.dictionary().get(j));
    }
    float[] sketch = new float[out.length];
    for (int b = 0; b < sketch.length; b++) {
      sketch[b] = (float) out[b];
    }
    return sketch;
  }

  /** All codes from inputs; 0 for objects that are not known. */
  private double[] codes(float[] inputs) {
    double[] out = inputCodes(inputs);
    for (HiddenObject object : network.objects()) {
      if (object.function().isPresent()) {
        double[] x = object.function().get().codes(attributes(object, inputs, out));
        for (int k = 0; k < x.length; k++) {
          out[object.columns().get(k)] = x[k];
        }
      }
    }
    return out;
  }

  private double[] inputCodes(float[] inputs) {
    check("inputs", inputs, network.inputWidth());
    double[] out = new double[network.columns()];
    for (int j = 0; j < inputs.length; j++) {
      out[j] = inputs[j] * network.inputScales()[j];
    }
    return out;
  }

  /** Attributes of all inputs of an object. */
  private double[] attributes(HiddenObject object, float[] inputs, double[] codes) {
    int inputObjects = network.inputSizes().size();
    List<Double> out = new ArrayList<>();
    for (Edge edge : object.inputs()) {
      if (edge.source() < inputObjects) {
        int first = network.inputSizes().subList(0, edge.source()).stream().mapToInt(i -> i).sum();
        for (int j = 0; j < network.inputSizes().get(edge.source()); j++) {
          out.add((double) inputs[first + j]);
        }
      } else {
        for (int column : network.objects().get(edge.source() - inputObjects).columns()) {
          out.add(codes[column]);
        }
      }
    }
    return out.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * The codes in a sketch whose inputs are not known, by least squares, then once more on those
   * that the functions of objects can keep.
   *
   * @param sketch d floats
   * @return n codes, those of the input attributes first
   * @throws InvalidInputException if there are more or fewer floats, or one is not finite
   */
  public double[] decode(float[] sketch) {
    return decode(sketch, new double[network.columns()], 0);
  }

  /**
   * The codes in a sketch whose inputs are known; otherwise like {@link #decode(float[])}.
   *
   * @param inputs p attributes of the input objects, one after the other
   */
  public double[] decode(float[] sketch, float[] inputs) {
    return decode(sketch, inputCodes(inputs), network.inputWidth());
  }

  private double[] decode(float[] sketch, double[] codes, int first) {
    check("sketch", sketch, network.dimension());
    double[] rest = new double[sketch.length];
    for (int b = 0; b < rest.length; b++) {
      rest[b] = sketch[b] - network.offset()[b];
    }
    for (int j = 0; j < first; j++) {
      add(rest, -codes[j], network.dictionary().get(j));
    }
    return decoding().codes(rest, codes, first);
  }

  private synchronized Decoding decoding() {
    if (decoding == null) {
      decoding = new Decoding(network);
    }
    return decoding;
  }

  static void add(double[] to, double factor, double[] column) {
    for (int b = 0; factor != 0 && b < to.length; b++) {
      to[b] += factor * column[b];
    }
  }

  private static void check(String field, float[] values, int length) {
    if (values.length != length) {
      throw new InvalidInputException(field, values.length + " values; this network has " + length);
    }
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidInputException(
            field + "[" + i + "]", values[i] + " is not finite; leave it out");
      }
    }
  }
}
