package io.resketch.core.recovery;

import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Learns the functions of objects whose inputs are known, and measures them on pairs held out. */
final class Functions {
  /** Of the variation of an object's codes: a function that misses more is not understood. */
  private static final double MOST_ERROR = 0.1;

  private final int inputWidth;
  private final List<double[][]> trainInputs;
  private final List<double[]> columns;
  private final List<double[]> trainCodes;
  private final List<double[][]> heldOutInputs;
  private final double[][] heldOutCodes;
  private final DataParallel engine;

  /**
   * @param columns hidden ones
   * @param trainCodes of those
   * @param heldOutCodes likewise, fitted to the sketches
   */
  Functions(
      PairSample train,
      List<double[]> columns,
      List<double[]> trainCodes,
      PairSample heldOut,
      double[][] heldOutCodes,
      DataParallel engine) {
    this.inputWidth = train.inputWidth();
    this.trainInputs = Assembly.inputObjects(train);
    this.columns = columns;
    this.trainCodes = trainCodes;
    this.heldOutInputs = Assembly.inputObjects(heldOut);
    this.heldOutCodes = heldOutCodes;
    this.engine = engine;
  }

  /**
   * Gives objects their functions.
   *
   * @param objects in order, so that none comes before its inputs
   * @param unidentified gets a line for every object whose function is not understood
   */
  List<HiddenObject> learn(List<HiddenObject> objects, List<String> unidentified) {
    double[][] codes = trainCodes.toArray(double[][]::new);
    List<Optional<ObjectFunction>> best =
        engine.map(
            objects,
            object ->
                object.level() == 0
                    ? Optional.empty()
                    : Optional.of(
                        best(object, inputs(object, objects, trainInputs, codes), codes)));
    double[][] predicted = heldOutCodes.clone();
    List<HiddenObject> out = new ArrayList<>();
    for (int o = 0; o < objects.size(); o++) {
      HiddenObject object = objects.get(o);
      Optional<ObjectFunction> function = Optional.empty();
      if (best.get(o).isPresent()) {
        double[][] made =
            FunctionFit.predicted(
                best.get(o).get(), inputs(object, objects, heldOutInputs, predicted));
        Agreement agreement = Agreement.of(own(object, heldOutCodes), made);
        if (agreement.error() <= MOST_ERROR) {
          function = Optional.of(best.get(o).get().measured(agreement));
          for (int k = 0; k < made.length; k++) {
            predicted[object.columns().get(k) - inputWidth] = made[k];
          }
        } else {
          unidentified.add(notUnderstood(object, agreement));
        }
      }
      out.add(
          new HiddenObject(
              object.id(), object.columns(), object.level(), object.inputs(), function));
    }
    return out;
  }

  private ObjectFunction best(HiddenObject object, List<double[]> inputs, double[][] codes) {
    List<double[]> own = object.columns().stream().map(c -> columns.get(c - inputWidth)).toList();
    return new FunctionFit(inputs, own(object, codes), own).best();
  }

  private static String notUnderstood(HiddenObject object, Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "%s: what it does with its inputs; the best of the functions tried misses %.2g of its"
            + " codes' variation on held-out pairs, and is not kept",
        object.id(),
        agreement.error());
  }

  private List<double[]> inputs(
      HiddenObject object,
      List<HiddenObject> objects,
      List<double[][]> inputObjects,
      double[][] codes) {
    List<double[]> out = new ArrayList<>();
    for (Edge edge : object.inputs()) {
      double[][] attributes =
          edge.source() < inputObjects.size()
              ? inputObjects.get(edge.source())
              : own(objects.get(edge.source() - inputObjects.size()), codes);
      out.addAll(Arrays.asList(attributes));
    }
    return out;
  }

  /** The codes of an object. */
  private double[][] own(HiddenObject object, double[][] codes) {
    return object.columns().stream().map(c -> codes[c - inputWidth]).toArray(double[][]::new);
  }
}
