package io.resketch.benchmarks;

import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints the phase transition of docs/accuracy.md: how many non-zero attributes the sparse decoders
 * recover from a sketch of the tree, beside what ℓ1 minimisation does on independent columns.
 * Seeded; takes some minutes.
 */
public final class PhaseTransition {
  private static final int TREES = 4;
  private static final double SUCCESS = 0.01;
  private static final int UNKNOWNS = 84 * Trees.ATTRIBUTES;

  private PhaseTransition() {}

  /** Prints the table. */
  public static void main(String[] arguments) {
    System.out.println("attributes            d     n/d    k/d recovered   Donoho-Tanner   ratio");
    for (int dimension : new int[] {1280, 2048, 2816, 4096}) {
      for (boolean negative : new boolean[] {true, false}) {
        for (boolean equal : new boolean[] {false, true}) {
          System.out.println(row(dimension, negative, equal));
        }
      }
    }
  }

  private static String row(int dimension, boolean negative, boolean equal) {
    double curve = donohoTanner((double) dimension / UNKNOWNS, negative);
    int nonZero = Math.max(1, (int) (0.6 * curve * dimension / 84));
    while (nonZero < Trees.ATTRIBUTES && recovers(dimension, nonZero + 1, negative, equal)) {
      nonZero++;
    }
    double recovered = 84.0 * nonZero / dimension;
    return String.format(
        Locale.ROOT,
        "%-8s %-9s %7d  %6.2f  %14.3f  %14.3f  %6.2f",
        negative ? "signed" : "positive",
        equal ? "equal" : "Gaussian",
        dimension,
        (double) UNKNOWNS / dimension,
        recovered,
        curve,
        recovered / curve);
  }

  /** Whether at least half of the trees come out with an error below 1 % at every depth. */
  private static boolean recovers(int dimension, int nonZero, boolean negative, boolean equal) {
    Decoder decoder = negative ? Decoder.SPARSE : Decoder.SPARSE_NONNEGATIVE;
    int successes = 0;
    for (int seed = 0; seed < TREES; seed++) {
      Computation tree = Trees.sparseTree(seed, nonZero, negative, equal);
      successes += recovers(tree, new Operators(new SketchSpec(dimension, 16, seed)), decoder);
    }
    return 2 * successes >= TREES;
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
