package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What an object does with its inputs: every function that its codes allow is tried on the pairs
 * learned from, the simpler ones first.
 */
final class FunctionFit {
  /** What a simpler function may miss more than the best. */
  private static final double AS_GOOD = 1.05;

  /** Of 1: how far the length of unit vectors may be from it. */
  private static final double LENGTH_TOLERANCE = 0.05;

  /** Share of what noise makes: pairs with more attributes than are kept, values below 0. */
  private static final double OUTLIERS = 0.01;

  private final List<double[]> inputs;
  private final double[][] codes;

  /** Codes without what may be rounding. */
  private final double[][] clear;

  private final boolean rectified;
  private final int[] keptMost;
  private final LinearMaps maps;
  private final Optional<double[]> steps;

  /**
   * @param inputs attributes of all inputs of the object, one after the other
   * @param codes by attribute
   * @param columns of the attributes in the sketch
   */
  FunctionFit(List<double[]> inputs, double[][] codes, List<double[]> columns) {
    this.inputs = inputs;
    this.codes = codes;
    this.clear = Arrays.stream(codes).map(FunctionFit::withoutRounding).toArray(double[][]::new);
    int n = codes[0].length;
    int[] active = new int[n];
    int all = 0;
    int negative = 0;
    for (double[] code : clear) {
      for (int i = 0; i < n; i++) {
        active[i] += code[i] != 0 ? 1 : 0;
        all += code[i] != 0 ? 1 : 0;
        negative += code[i] < 0 ? 1 : 0;
      }
    }
    Arrays.sort(active);
    rectified = negative <= OUTLIERS * all;
    keptMost =
        Arrays.stream(new int[] {active[n - 1], active[(int) ((n - 1) * (1 - OUTLIERS))]})
            .filter(kept -> kept > 0 && kept < codes.length)
            .distinct()
            .toArray();
    maps = new LinearMaps(inputs, clear);
    steps = OrderScales.ofSteps(columns);
  }

  /** Where all but nothing is left of an attribute, its value says nothing about the map. */
  private static double[] withoutRounding(double[] code) {
    double most = Arrays.stream(code).map(Math::abs).max().orElse(0);
    return Arrays.stream(code).map(x -> Math.abs(x) > Agreement.ZERO * most ? x : 0).toArray();
  }

  /** The function that explains the codes best, measured on the pairs it was learned from. */
  ObjectFunction best() {
    List<ObjectFunction> tried = new ArrayList<>();
    double[] ones = new double[codes.length];
    Arrays.fill(ones, 1);
    double[][] direct = maps.direct();
    tried.add(measured(direct, ones, codes.length, false));
    for (int kept : keptMost) {
      steps.ifPresent(scales -> tried.add(measured(direct, scales, kept, false)));
      double[] scales = OrderScales.of(outputs(direct), clear, rectified);
      tried.add(measured(direct, scales, kept, false));
    }
    Optional<double[]> lengths = lengthScales();
    Optional<double[][]> scaled = lengths.isPresent() ? maps.scaled() : Optional.empty();
    if (scaled.isPresent()) {
      tried.add(measured(scaled.get(), lengths.get(), codes.length, true));
      for (int kept : keptMost) {
        tried.add(measured(scaled.get(), lengths.get(), kept, true));
      }
    }
    double least =
        tried.stream().mapToDouble(ObjectFunction::heldOutRelativeError).min().orElseThrow();
    return tried.stream()
        .filter(function -> function.heldOutRelativeError() <= AS_GOOD * least)
        .findFirst()
        .orElseThrow();
  }

  private ObjectFunction measured(double[][] seen, double[] scales, int kept, boolean unit) {
    double[][] map = rectified ? maps.completed(seen, scales, kept) : seen;
    double[][] scaled = new double[map.length][];
    double squares = 0;
    for (int j = 0; j < map.length; j++) {
      scaled[j] = map[j].clone();
      for (int a = 0; a < scaled[j].length; a++) {
        scaled[j][a] /= scales[j];
        squares += scaled[j][a] * scaled[j][a];
      }
    }
    for (int j = 0; unit && squares > 0 && j < map.length; j++) {
      for (int a = 0; a < scaled[j].length; a++) {
        scaled[j][a] *= Math.sqrt(map.length / squares); // any factor will do: rows of length 1
      }
    }
    ObjectFunction function =
        new ObjectFunction(scaled, scales, kept, rectified, unit, Double.NaN, Double.NaN);
    return function.measured(Agreement.of(codes, predicted(function, inputs)));
  }

  /**
   * The codes that a function makes.
   *
   * @param inputs by attribute
   * @return by attribute
   */
  static double[][] predicted(ObjectFunction function, List<double[]> inputs) {
    int n = inputs.get(0).length;
    double[][] out = new double[function.map().length][n];
    double[] u = new double[inputs.size()];
    for (int i = 0; i < n; i++) {
      for (int a = 0; a < u.length; a++) {
        u[a] = inputs.get(a)[i];
      }
      double[] x = function.codes(u);
      for (int j = 0; j < x.length; j++) {
        out[j][i] = x[j];
      }
    }
    return out;
  }

  private double[][] outputs(double[][] map) {
    int n = codes[0].length;
    double[][] out = new double[map.length][n];
    for (int j = 0; j < map.length; j++) {
      for (int a = 0; a < inputs.size(); a++) {
        double c = map[j][a];
        double[] u = inputs.get(a);
        for (int i = 0; i < n; i++) {
          out[j][i] += c * u[i];
        }
      }
    }
    return out;
  }

  /** Scales at which the codes have length 1 in every pair; empty if there are none. */
  private Optional<double[]> lengthScales() {
    int a = codes.length;
    int n = codes[0].length;
    double[] system = new double[n * (a + 1)];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < a; j++) {
        system[i * (a + 1) + j] = codes[j][i] * codes[j][i];
      }
      system[i * (a + 1) + a] = 1;
    }
    return DenseSystems.ifSolvable(() -> LinearMaps.leastSquares(system, n, a, LinearMaps.RIDGE))
        .flatMap(inverse -> lengthScales(system, inverse));
  }

  private Optional<double[]> lengthScales(double[] system, double[] inverse) {
    int a = codes.length;
    int n = codes[0].length;
    double missed = 0;
    for (int i = 0; i < n; i++) {
      double length = Kernels.dot(inverse, 0, system, i * (a + 1), a);
      missed += (length - 1) * (length - 1) / n;
    }
    if (Math.sqrt(missed) > LENGTH_TOLERANCE) {
      return Optional.empty();
    }
    double[] out = new double[a];
    for (int j = 0; j < a; j++) {
      // 0 where the attribute was never seen above 0; then its row of the map is 0, too.
      out[j] = inverse[j] > 0 ? 1 / Math.sqrt(inverse[j]) : 1;
    }
    return Optional.of(out);
  }
}
