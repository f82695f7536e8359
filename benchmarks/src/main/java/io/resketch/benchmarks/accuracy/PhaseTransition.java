package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The phase transition: how many non-zero attributes the sparse decoders recover from a sketch of
 * the tree, beside what ℓ1 minimisation does on independent columns.
 */
final class PhaseTransition implements Part {
  private static final double SUCCESS = 0.01;
  private static final int UNKNOWNS = 84 * Trees.ATTRIBUTES;
  private static final int[] DIMENSIONS = {1280, 2048, 2816, 4096};

  /** Trees a point, at most: the search is over many points. */
  private static final int MAX_TREES = 4;

  @Override
  public String name() {
    return "phase-transition";
  }

  @Override
  public List<String> run(int seeds, Path plots) throws IOException {
    List<String> table = new ArrayList<>();
    table.add("| attributes | d | n/d | k/d recovered | Donoho–Tanner | ratio |");
    table.add("| --- | --- | --- | --- | --- | --- |");
    Map<String, double[]> curves = new LinkedHashMap<>();
    double[] share = Arrays.stream(DIMENSIONS).mapToDouble(d -> (double) d / UNKNOWNS).toArray();
    int trees = Math.min(seeds, MAX_TREES);
    for (boolean negative : new boolean[] {false, true}) {
      String sign = negative ? "either sign" : "not negative";
      double[] theory = Arrays.stream(share).map(s -> donohoTanner(s, negative)).toArray();
      curves.put("Donoho–Tanner, " + sign, theory);
      for (boolean equal : new boolean[] {false, true}) {
        String attributes = sign + ", " + (equal ? "of one size" : "Gaussian");
        double[] recovered =
            Arrays.stream(DIMENSIONS)
                .parallel()
                .mapToDouble(d -> transition(d, negative, equal, trees))
                .toArray();
        curves.put(attributes, recovered);
        for (int i = 0; i < DIMENSIONS.length; i++) {
          table.add(
              String.format(
                  Locale.ROOT,
                  "| %s | %d | %.2f | %.3f | %.3f | %.2f |",
                  attributes,
                  DIMENSIONS[i],
                  1 / share[i],
                  recovered[i],
                  theory[i],
                  recovered[i] / theory[i]));
        }
      }
    }
    Plots.curves(
        plots.resolve("phase-transition.svg"),
        "Non-zero attributes recovered",
        "floats per unknown, d/n",
        "non-zeros per float, k/d",
        share,
        curves);
    return table;
  }

  /** k/d at the largest k that is recovered, growing from well below the curve. */
  private static double transition(int dimension, boolean negative, boolean equal, int trees) {
    double curve = donohoTanner((double) dimension / UNKNOWNS, negative);
    int nonZero = Math.max(1, (int) (0.6 * curve * dimension / 84));
    while (nonZero < Trees.ATTRIBUTES && recovers(dimension, nonZero + 1, negative, equal, trees)) {
      nonZero++;
    }
    return 84.0 * nonZero / dimension;
  }

  /** Whether at least half of the trees come out with an error below 1 % at every depth. */
  private static boolean recovers(
      int dimension, int nonZero, boolean negative, boolean equal, int trees) {
    Decoder decoder = negative ? Decoder.SPARSE : Decoder.SPARSE_NONNEGATIVE;
    int successes = 0;
    for (int seed = 0; seed < trees; seed++) {
      Computation tree = Trees.sparseTree(seed, nonZero, negative, equal);
      successes += recovers(tree, new Operators(new SketchSpec(dimension, 16, seed)), decoder);
    }
    return 2 * successes >= trees;
  }

  private static int recovers(Computation tree, Operators operators, Decoder decoder) {
    try {
      Decoded decoded =
          new GraphDecoder(operators, tree.skeleton())
              .decode(new Sketcher(operators).sketch(tree), decoder);
      double[] errors = Trees.relativeErrors(tree, decoded);
      return Arrays.stream(errors).allMatch(e -> e < SUCCESS) ? 1 : 0;
    } catch (MismatchException e) {
      return 0; // nothing in the sketch was explained
    }
  }

  /**
   * k/d up to which ℓ1 minimisation recovers k of n values from d = δ n independent Gaussian rows,
   * for large n: the weak threshold (Donoho, Tanner, 2009) as the fixed point of approximate
   * message passing (Donoho, Maleki, Montanari, 2009), the ε/δ with min over τ of ε (1 + τ²) + (1 −
   * ε) s [(1 + τ²) Φ(−τ) − τ φ(τ)] = δ, s = 2, or 1 where x ≥ 0.
   */
  private static double donohoTanner(double delta, boolean negative) {
    if (delta >= 1) {
      return 1;
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (minimaxRisk(middle, negative) < delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low / delta;
  }

  private static double minimaxRisk(double epsilon, boolean negative) {
    double least = Double.POSITIVE_INFINITY;
    double step = 0.001;
    double tail = 0.5; // Φ(−τ), integrated along the way
    for (double tau = 0; tau < 5; tau += step) {
      double density = density(tau);
      double square = 1 + tau * tau;
      double zeros = (negative ? 2 : 1) * (square * tail - tau * density);
      least = Math.min(least, epsilon * square + (1 - epsilon) * zeros);
      tail -= step * density(tau + step / 2);
    }
    return least;
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
