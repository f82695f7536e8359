package io.resketch.core.recovery;

import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Learns the functions of objects whose inputs are known, and measures them on pairs held out. */
final class Functions {
  /** Of the variation of an object's codes: a function that misses more is not understood. */
  private static final double MOST_ERROR = 0.1;

  /**
   * Confidence of inputs that no function confirms, at least: where the true inputs are not among
   * the objects, others have up to 0.76.
   */
  private static final double LEAST_UNCONFIRMED = 0.9;

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

  /** What the function of an object is learned from; as in {@link FunctionFit}. */
  private record Lesson(List<double[]> inputs, double[][] codes, List<double[]> columns)
      implements Serializable {
    ObjectFunction best() {
      return new FunctionFit(inputs, codes, columns).best();
    }
  }

  /**
   * Gives objects their functions.
   *
   * @param objects in order, so that none comes before its inputs
   * @param unidentified gets a line for every object whose function is not understood
   */
  List<HiddenObject> learn(List<HiddenObject> objects, List<String> unidentified) {
    double[][] codes = trainCodes.toArray(double[][]::new);
    List<Lesson> lessons =
        objects.stream()
            .filter(object -> object.level() > 0)
            .map(
                object ->
                    new Lesson(
                        inputs(object, objects, trainInputs, codes),
                        own(object, codes),
                        object.columns().stream().map(c -> columns.get(c - inputWidth)).toList()))
            .toList();
    Iterator<ObjectFunction> best = engine.map(lessons, Lesson::best).iterator();
    double[][] predicted = heldOutCodes.clone();
    List<HiddenObject> out = new ArrayList<>();
    for (HiddenObject object : objects) {
      if (object.level() == 0) {
        out.add(object);
        continue;
      }
      ObjectFunction found = best.next();
      double[][] made =
          FunctionFit.predicted(found, inputs(object, objects, heldOutInputs, predicted));
      Agreement agreement = Agreement.of(own(object, heldOutCodes), made);
      Optional<ObjectFunction> function = Optional.empty();
      List<Edge> edges = object.inputs();
      if (agreement.error() <= MOST_ERROR) {
        function = Optional.of(found.measured(agreement));
        for (int k = 0; k < made.length; k++) {
          predicted[object.columns().get(k) - inputWidth] = made[k];
        }
      } else if (edges.get(0).confidence() >= LEAST_UNCONFIRMED) {
        unidentified.add(notUnderstood(object, agreement));
      } else {
        unidentified.add(notConfirmed(object, agreement));
        edges = List.of();
      }
      int level = edges.isEmpty() ? 0 : object.level();
      if (edges.stream().anyMatch(edge -> isUnplaced(edge, out))) {
        level = 0;
        unidentified.add(object.id() + ": its level, as that of one of its inputs is not known");
      }
      out.add(new HiddenObject(object.id(), object.columns(), level, edges, function));
    }
    return out;
  }

  private boolean isUnplaced(Edge edge, List<HiddenObject> objects) {
    int hidden = edge.source() - trainInputs.size();
    return hidden >= 0 && objects.get(hidden).level() == 0;
  }

  private static String notConfirmed(HiddenObject object, Agreement agreement) {
    return String.format(
            Locale.ROOT,
            "%s: what it is computed from; the likeliest inputs have a confidence of %.2g only, and ",
            object.id(),
            object.inputs().get(0).confidence())
        + missed(agreement);
  }

  private static String notUnderstood(HiddenObject object, Agreement agreement) {
    return object.id()
        + ": what it does with its inputs; "
        + missed(agreement)
        + ", and is not kept";
  }

  private static String missed(Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "the best of the functions tried misses %.2g of its codes' variation on held-out pairs",
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
