package io.resketch.core.bounds;

import io.resketch.core.InvalidInputException;
import io.resketch.core.bounds.ColumnReach.Coefficients;
import io.resketch.core.bounds.ColumnReach.Column;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.Map;

/**
 * What the inner product of two BLOCK_SPARSE sketches promises about the computations. Multiplied
 * out, a sketch is s = Σ φ_{W,j} W r_j over products W of tuple operators and random columns r_j; φ
 * is the exact feature vector that the sketch compresses, and ⟨s, s'⟩ estimates ⟨φ, φ'⟩.
 *
 * <p>Every bound holds with at least the stated confidence over the random columns (and tuple
 * operators, where said), for computations fixed before the seed was drawn. Immutable, thread-safe.
 */
public final class SimilarityBounds {
  private final int dimension;
  private final int blocksPerColumn;
  private final double transparency;

  /**
   * Bounds for a spec.
   *
   * @throws InvalidInputException unless the family is BLOCK_SPARSE, for which they are derived
   */
  public SimilarityBounds(SketchSpec spec) {
    this.dimension = spec.dimension();
    this.transparency = spec.transparency();
    this.blocksPerColumn = blocksPerColumn(spec);
  }

  static int blocksPerColumn(SketchSpec spec) {
    if (spec.family() instanceof Family.BlockSparse blockSparse) {
      return blockSparse.blocksPerColumn();
    }
    throw new InvalidInputException(
        "family",
        spec.family().label() + ": the guarantees are derived for BLOCK_SPARSE; use that family");
  }

  /**
   * The cosine that two sketches without a common module stay below in absolute value. Rigorous for
   * any depth and prefix, whatever the tuple operators and the second computation are.
   *
   * @param computation of {@code sketch}; its modules' columns are the random ones
   * @param other sketch of a computation that shares no module with it
   * @param confidence above 0, below 1
   */
  public double unrelatedCosine(
      Computation computation, Sketch sketch, Sketch other, double confidence) {
    checkConfidence(confidence);
    int prefix = Math.min(sketch.prefixLength(), other.prefixLength());
    Sketch kept = other.truncate(prefix);
    ColumnReach reach = new ColumnReach(computation, transparency);
    double variance = reach.squaredMost() * kept.energy() / dimension;
    double most = reach.largestMost();
    double peak = most * most * largestBlock(kept.toArray()) / (32.0 * blocksPerColumn);
    double norms = Math.sqrt(sketch.truncate(prefix).energy() * kept.energy());
    return norms == 0 ? 0 : ColumnTail.bound(variance, peak, 1 - confidence) / norms;
  }

  /** max_b ‖v_b‖² over the blocks of 16. */
  static double largestBlock(float[] v) {
    double largest = 0;
    for (int b = 0; b < v.length; b += SketchSpec.BLOCK_SIZE) {
      double sum = 0;
      for (int i = b; i < b + SketchSpec.BLOCK_SIZE; i++) {
        sum += (double) v[i] * v[i];
      }
      largest = Math.max(largest, sum);
    }
    return largest;
  }

  /**
   * e with |⟨s, s'⟩/f − ⟨φ, φ'⟩| ≤ e, where f is the share of the floats that is kept. By
   * Chebyshev's inequality, over columns and tuple operators.
   *
   * @param a a computation
   * @param b another, or the same
   * @param confidence above 0, below 1
   * @throws InvalidInputException if the prefix length is not one of the spec
   */
  public double innerProductError(Computation a, Computation b, int prefix, double confidence) {
    checkConfidence(confidence);
    SketchSpec.checkPrefix(prefix, dimension);
    return error(
        new ColumnReach(a, transparency), new ColumnReach(b, transparency), prefix, 1 - confidence);
  }

  private double error(ColumnReach a, ColumnReach b, int prefix, double failure) {
    double products = 0;
    double squares = 0;
    double cut = 0;
    double c = blocksPerColumn;
    double kept = (double) prefix / dimension;
    double partStratum = prefix % (dimension / blocksPerColumn) == 0 ? 0 : 1 / (2 * c * c);
    double partBlocks = partStratum == 0 ? kept * (1 - kept) / c : 2 * kept * (1 - kept) / c;
    for (Map.Entry<Column, Coefficients> entry : a.columns.entrySet()) {
      Coefficients x = entry.getValue();
      Coefficients y = b.columns.getOrDefault(entry.getKey(), ColumnReach.NONE);
      double product = x.most() * y.most();
      products += product;
      squares += product * product;
      double rotated = x.rotated() * y.rotated();
      double identity = x.identity() * y.identity();
      cut += partBlocks * rotated * rotated + partStratum * identity * identity;
    }
    double blocks = dimension / (double) SketchSpec.BLOCK_SIZE;
    double fixed = fixedPoints(Math.max(a.depth, b.depth)) / (kept * kept * blocks);
    double energies = Math.min(a.squaredMost() * b.mostEnergy(), a.mostEnergy() * b.squaredMost());
    double variance =
        2 * energies / prefix
            + cut / (kept * kept)
            + squares * fixed / c
            + products * products * fixed / blocks;
    return Math.sqrt(variance / failure);
  }

  /**
   * K: mean square of the signed number of blocks that a product Wᵀ W' ≠ I of tuple operators
   * leaves in place, on average over the products of two paths. 1 where the operators of a path are
   * distinct, as for roots; below, they repeat, and 2 bounds what is measured, not proven.
   */
  static double fixedPoints(int depth) {
    return depth == 1 ? 1 : 2;
  }

  /**
   * The cosine of the exact features, ⟨φ, φ'⟩/(‖φ‖‖φ'‖), is within this of the cosine of the
   * sketches; 2 where nothing is promised.
   *
   * <p>Attributes have norms of at most 1. Parameters as in {@link #innerProductError}.
   */
  public double cosineError(Computation a, Computation b, int prefix, double confidence) {
    checkConfidence(confidence);
    SketchSpec.checkPrefix(prefix, dimension);
    ColumnReach left = new ColumnReach(a, transparency);
    ColumnReach right = new ColumnReach(b, transparency);
    double failure = (1 - confidence) / 3; // of the inner product and of either norm
    double product =
        error(left, right, prefix, failure) / Math.sqrt(left.leastEnergy * right.leastEnergy);
    double norms =
        Math.max(
            error(left, left, prefix, failure) / left.leastEnergy,
            error(right, right, prefix, failure) / right.leastEnergy);
    return norms < 1 ? Math.min(2, (product + norms) / (1 - norms)) : 2;
  }

  /**
   * What the objects of common modules add to ⟨φ, φ'⟩ at least, whatever their positions: the part
   * through the identities, Σ_M ¼(p p' + ⟨z, z'⟩) with p the modules' summed weights and z their
   * weighted attributes. An object of norm 1 that both hold as a root of weights w and w' adds τ² w
   * w'/2. All else that common modules add is at least 0 where attributes have norms of at most 1.
   */
  public double sharedAtLeast(Computation a, Computation b) {
    ColumnReach left = new ColumnReach(a, transparency);
    ColumnReach right = new ColumnReach(b, transparency);
    double sum = 0;
    for (Map.Entry<Column, Coefficients> entry : left.columns.entrySet()) {
      Coefficients other = right.columns.getOrDefault(entry.getKey(), ColumnReach.NONE);
      sum += entry.getValue().identity() * other.identity();
    }
    return sum;
  }

  static void checkConfidence(double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new InvalidInputException(
          "confidence", confidence + " must be above 0 and below 1; try 0.95");
    }
  }
}
