package io.resketch.core.recovery;

import static java.util.stream.Collectors.joining;

import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Puts the recovered network together of its dictionary: objects, wiring, functions, measures. */
final class Assembly {
  /** Of one: an object whose inputs have less confidence is named as uncertain. */
  private static final double SURE = 0.999;

  private final PairSample pairs;
  private final PairSample train;
  private final int every;
  private final Dictionary dictionary;
  private final DataParallel engine;
  private final List<String> unidentified;

  /**
   * @param train pairs that the dictionary was learned from
   * @param every of so many pairs the last is held out
   */
  Assembly(
      PairSample pairs, PairSample train, int every, Dictionary dictionary, DataParallel engine) {
    this.pairs = pairs;
    this.train = train;
    this.every = every;
    this.dictionary = dictionary;
    this.engine = engine;
    this.unidentified = new ArrayList<>(dictionary.unidentified);
  }

  RecoveredNetwork network(PairSample heldOut) {
    Fit fit = new Fit(dictionary.columns, dictionary.offset, dictionary.inputColumns);
    double[][] heldOutCodes = heldOutCodes(fit, heldOut);
    List<HiddenObject> objects =
        new Functions(train, dictionary.columns, dictionary.codes, heldOut, heldOutCodes, engine)
            .learn(objects(), unidentified);
    objects.forEach(this::nameDoubts);
    int p = pairs.inputWidth();
    double[] inputScales = new double[p];
    List<double[]> columns = new ArrayList<>();
    for (int j = 0; j < p; j++) {
      double[] column = dictionary.inputColumns.get(j);
      inputScales[j] = Math.sqrt(Kernels.dot(column, 0, column, 0, column.length));
      columns.add(Symmetric.unit(column.clone()));
    }
    columns.addAll(dictionary.columns);
    RecoveredNetwork network =
        new RecoveredNetwork(
            pairs.dimension(),
            pairs.inputSizes(),
            inputScales,
            columns,
            dictionary.offset,
            allCodes(heldOutCodes, inputScales),
            objects,
            unidentified,
            (int) dictionary.exact.stream().filter(exact -> exact).count(),
            error(fit, heldOut),
            OptionalDouble.empty(),
            List.of());
    SketchFunction function = network.function();
    return function.unknown().isEmpty()
        ? network.predicting(predictionError(function, heldOut))
        : network;
  }

  /** Objects with their wiring. */
  private List<HiddenObject> objects() {
    int p = pairs.inputWidth();
    List<Integer> whole = new ArrayList<>();
    for (int j = 0; j < dictionary.columns.size(); j++) {
      if (dictionary.coordinates.get(j) != null) {
        whole.add(j);
      }
    }
    double[][] codes = whole.stream().map(j -> dictionary.codes.get(j)).toArray(double[][]::new);
    List<Integer> seldom =
        IntStream.range(0, codes.length)
            .filter(l -> !dictionary.exact.get(whole.get(l)) && Separation.isSeldom(codes[l]))
            .boxed()
            .toList();
    if (!seldom.isEmpty()) {
      unidentified.add(
          "columns "
              + seldom.stream().map(l -> Integer.toString(p + whole.get(l))).collect(joining(", "))
              + ": each is not 0 in fewer than "
              + Separation.LEAST_ROWS
              + " pairs, where it cannot be told from what else is not 0 there, so that it may have"
              + " parts of other columns in it; it belongs to no object");
    }
    Grouping.Groups groups = Grouping.of(codes, seldom);
    if (groups.relation().isEmpty()) {
      unidentified.add(
          "objects: no relation binds the hidden attributes, neither the length nor the number"
              + " above 0 of an object's; what was found of columns and codes stands, objects and"
              + " wiring do not");
      return List.of();
    }
    List<List<Integer>> bound = groups.groups().stream().filter(g -> g.size() > 1).toList();
    List<String> alone =
        groups.groups().stream()
            .filter(g -> g.size() == 1)
            .map(g -> Integer.toString(p + whole.get(g.get(0))))
            .toList();
    if (!alone.isEmpty()) {
      unidentified.add(
          "columns "
              + String.join(", ", alone)
              + ": the object they belong to; no relation binds them to others");
    }
    nameDependentInputs();
    List<double[][]> attributes =
        bound.stream()
            .map(group -> group.stream().map(j -> codes[j]).toArray(double[][]::new))
            .toList();
    List<HiddenObject> out = new ArrayList<>();
    for (Wiring.Placed place : new Wiring(inputObjects(train), engine).place(attributes)) {
      List<Integer> columns = bound.get(place.group()).stream().map(j -> p + whole.get(j)).toList();
      HiddenObject object =
          new HiddenObject(
              "hidden-" + out.size(),
              columns,
              place.level(),
              place.edges().stream().map(e -> new Edge(e.source(), e.confidence())).toList(),
              Optional.empty());
      if (place.level() == 0) {
        unidentified.add(
            object.id()
                + ": what it is computed from; its attributes are not a scaled linear map of those"
                + " of any objects found, or are together above 0 in too few pairs");
      }
      out.add(object);
    }
    return out;
  }

  /** Constants are no reason: which object has one does not matter to what reads them. */
  private void nameDependentInputs() {
    List<double[]> all =
        inputObjects(train).stream()
            .flatMap(Arrays::stream)
            .filter(x -> Arrays.stream(x).anyMatch(value -> value != x[0]))
            .toList();
    int independent = Spans.independent(all).size();
    if (all.isEmpty()) {
      unidentified.add(
          "inputs: no attribute differs between pairs, so that nothing is known to be computed from"
              + " them; give pairs of runs with inputs that differ");
    } else if (independent < all.size()) {
      unidentified.add(
          "inputs: "
              + (all.size() - independent)
              + " of "
              + all.size()
              + " attributes that differ between pairs are linear in the others; where input objects"
              + " are so in each other, which of them an object is computed from cannot be told");
    }
  }

  private void nameDoubts(HiddenObject object) {
    if (!object.inputs().isEmpty() && object.inputs().get(0).confidence() < SURE) {
      unidentified.add(object.id() + ": its inputs are not certain; see their confidence");
    }
  }

  /** Attributes of the input objects, each by attribute. */
  static List<double[][]> inputObjects(PairSample sample) {
    List<double[][]> out = new ArrayList<>();
    int p = sample.inputWidth();
    int first = 0;
    for (int size : sample.inputSizes()) {
      double[][] attributes = new double[size][sample.rows()];
      for (int j = 0; j < size; j++) {
        for (int i = 0; i < sample.rows(); i++) {
          attributes[j][i] = sample.inputs()[i * p + first + j];
        }
      }
      out.add(attributes);
      first += size;
    }
    return out;
  }

  /** Hidden codes fitted to the pairs held out, by column. */
  private double[][] heldOutCodes(Fit fit, PairSample heldOut) {
    int h = dictionary.columns.size();
    double[][] out = new double[h][heldOut.rows()];
    double[] most = new double[h];
    for (int j = 0; j < h; j++) {
      most[j] = Arrays.stream(dictionary.codes.get(j)).map(Math::abs).max().orElse(0);
    }
    for (int i = 0; i < heldOut.rows(); i++) {
      double[] codes = fit.codes(heldOut, i);
      for (int j = 0; j < h; j++) {
        out[j][i] = Math.abs(codes[j]) < 1e-3 * most[j] ? 0 : codes[j];
      }
    }
    return out;
  }

  /** Codes of all pairs: found for those that were learned from, fitted for those held out. */
  private List<double[]> allCodes(double[][] heldOut, double[] inputScales) {
    int p = pairs.inputWidth();
    int h = dictionary.columns.size();
    double[][] out = new double[p + h][pairs.rows()];
    for (int i = 0; i < pairs.rows(); i++) {
      for (int j = 0; j < p; j++) {
        out[j][i] = pairs.inputs()[i * p + j] * inputScales[j];
      }
      boolean learned = i % every != every - 1;
      for (int j = 0; j < h; j++) {
        out[p + j][i] = learned ? dictionary.codes.get(j)[i - i / every] : heldOut[j][i / every];
      }
    }
    return new ArrayList<>(Arrays.asList(out));
  }

  private double error(Fit fit, PairSample heldOut) {
    int d = heldOut.dimension();
    double missed = 0;
    for (int i = 0; i < heldOut.rows(); i++) {
      double[] rest = fit.rest(heldOut, i);
      double[] codes = fit.codes(rest);
      for (int j = 0; j < dictionary.columns.size(); j++) {
        double[] column = dictionary.columns.get(j);
        for (int b = 0; b < d; b++) {
          rest[b] -= codes[j] * column[b];
        }
      }
      missed += Kernels.dot(rest, 0, rest, 0, d);
    }
    return Math.sqrt(missed / variation(heldOut));
  }

  private static double predictionError(SketchFunction function, PairSample heldOut) {
    int p = heldOut.inputWidth();
    int d = heldOut.dimension();
    double missed = 0;
    for (int i = 0; i < heldOut.rows(); i++) {
      float[] predicted =
          function.predict(Arrays.copyOfRange(heldOut.inputs(), i * p, (i + 1) * p));
      for (int b = 0; b < d; b++) {
        double away = heldOut.sketches()[i * d + b] - (double) predicted[b];
        missed += away * away;
      }
    }
    return Math.sqrt(missed / variation(heldOut));
  }

  /** Σ ‖y − mean‖². */
  private static double variation(PairSample sample) {
    int d = sample.dimension();
    double[] mean = new double[d];
    for (int i = 0; i < sample.rows(); i++) {
      for (int b = 0; b < d; b++) {
        mean[b] += sample.sketches()[i * d + b] / sample.rows();
      }
    }
    double out = 0;
    for (int i = 0; i < sample.rows(); i++) {
      for (int b = 0; b < d; b++) {
        double away = sample.sketches()[i * d + b] - mean[b];
        out += away * away;
      }
    }
    return out;
  }
}
