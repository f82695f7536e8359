package io.resketch.core.bounds;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;

/**
 * How far attributes recovered by the MATCHED decoder, x̃_θ = C_θᵀ(s − b)/e_θ, can be from the true
 * ones, for BLOCK_SPARSE: the theorem of [GPW19], section 4, with constants. Not thread-safe.
 */
public final class MatchedBounds {
  private static final int REFINEMENTS = 3;

  /** Part of the failures that is left to the noise, whose tail is the thinner one. */
  private static final double NOISE_SHARE = 0.2;

  private final SketchSpec spec;
  private final int blocksPerColumn;
  private final GraphOperator operator;
  private final Skeleton skeleton;
  private final Reach reach;

  /**
   * Bounds for one skeleton.
   *
   * @throws InvalidInputException unless the family is BLOCK_SPARSE
   */
  public MatchedBounds(Operators operators, Skeleton skeleton) {
    this.spec = operators.spec();
    this.blocksPerColumn = SimilarityBounds.blocksPerColumn(spec);
    this.operator = new GraphOperator(operators, skeleton);
    this.skeleton = skeleton;
    this.reach = new Reach(skeleton, spec.transparency());
  }

  /**
   * Standard deviation of the noise of a recovered attribute at most, for own weights and a
   * transparency of ½, as a multiple of ‖s − b‖/√d: 4·8^(depth−1)/w for an object without inputs,
   * four times that for one with.
   *
   * @param depth 1 for roots
   * @param weight product of the weights on the path
   */
  public static double noiseFactor(int depth, boolean inputs, double weight) {
    return (inputs ? 16 : 4) * Math.pow(8, depth - 1) / weight;
  }

  /**
   * e with |x̃_j − x_j| ≤ e for all attributes j of an object together. Holds with the confidence
   * over the columns of the object's module; from the second level on, one small term of it rests
   * on a measured constant ({@code docs/mechanism.md}).
   *
   * @param object number of the object; its attributes have a norm of at most 1
   * @param sketch of this skeleton, or a prefix
   * @param confidence above 0, below 1
   * @throws InvalidInputException if another object has the same module: its attributes come
   *     through the same columns, and MATCHED mixes them
   */
  public double error(int object, Sketch sketch, double confidence) {
    sketch.requireFingerprint(spec.fingerprint());
    SimilarityBounds.checkConfidence(confidence);
    requireAlone(object);
    int d = spec.dimension();
    int prefix = sketch.prefixLength();
    double energy = operator.columnEnergies(prefix)[object];
    double failure = 1 - confidence;
    double most = 0.5 * reach.most[object];
    float[] data = data(sketch);
    double norm = norm(data);
    double perAttribute = NOISE_SHARE * failure / Math.max(1, skeleton.dimension(object));
    double block =
        Math.sqrt(SimilarityBounds.largestBlock(data)) + most / Math.sqrt(blocksPerColumn);
    double scale = most / energy;
    double peak = scale * scale * block * block / (32.0 * blocksPerColumn);
    // All but attribute j is noise: N ≤ ‖data‖ + ½ω, and N² ≤ ‖data‖² + 2 e · (the noise at N).
    double longest = norm + most;
    double noise = ColumnTail.bound(scale * scale * longest * longest / d, peak, perAttribute);
    for (int i = 0; i < REFINEMENTS; i++) {
      longest = Math.min(longest, Math.sqrt(norm * norm + 2 * energy * noise));
      noise = ColumnTail.bound(scale * scale * longest * longest / d, peak, perAttribute);
    }
    return noise + Math.sqrt(gainVariance(object, prefix) / ((1 - NOISE_SHARE) * failure));
  }

  /** Relative variance of a column's energy, and of its estimate, about the mean. */
  private double gainVariance(int object, int prefix) {
    double d = spec.dimension();
    double kept = prefix / d;
    double ratio = reach.most[object] * reach.most[object] / reach.energy[object];
    double fixed = SimilarityBounds.fixedPoints(reach.depth[object]) * SketchSpec.BLOCK_SIZE / d;
    return 4 * ratio / prefix
        + ((1 - kept) / kept + ratio * ratio * fixed / (kept * kept)) / blocksPerColumn;
  }

  private float[] data(Sketch sketch) {
    float[] data = sketch.toPaddedArray();
    float[] signatures = new float[data.length];
    operator.signatures(signatures);
    for (int i = 0; i < sketch.prefixLength(); i++) {
      data[i] -= signatures[i];
    }
    return data;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  private void requireAlone(int object) {
    for (int i = 0; i < skeleton.size(); i++) {
      if (i != object && skeleton.module(i).equals(skeleton.module(object))) {
        throw new InvalidInputException(
            "objects[" + skeleton.id(object) + "].module",
            "\""
                + skeleton.module(object)
                + "\" is also the module of \""
                + skeleton.id(i)
                + "\", and MATCHED mixes their attributes; decode with JOINT and take its standard"
                + " error");
      }
    }
  }
}
