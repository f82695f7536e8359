package io.resketch.core.decode;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PreciseGraphOperator;
import io.resketch.core.sketch.Sketch;

/**
 * Recovers the attributes of every object of one skeleton from sketches of any prefix length. Keeps
 * its set-up from sketch to sketch of the same length. Holds workspace: not thread-safe.
 */
public final class GraphDecoder {
  private final Operators operators;
  private final GraphOperator operator;
  private final PreciseGraphOperator precise;
  private final double[] signatures;
  private DecodingProblem problem;
  private MatchedEstimator matched;
  private JointEstimator joint;
  private SparseEstimator sparse;
  private SparseEstimator nonNegative;

  public GraphDecoder(Operators operators, Skeleton skeleton) {
    this.operators = operators;
    this.operator = new GraphOperator(operators, skeleton);
    this.precise = new PreciseGraphOperator(operators, skeleton);
    this.signatures = new double[operators.spec().dimension()];
    precise.signatures(signatures);
  }

  /**
   * Recovers all attributes, knowing of no noise but that of the sketch's encodings.
   *
   * @throws MismatchException if the sketch was made with another spec, or cannot be a sketch of
   *     this skeleton, as far as the decoder can tell: {@link Decoder#JOINT} with fewer unknowns
   *     than three quarters of the floats kept, the sparse decoders where they find no explanation
   */
  public Decoded decode(Sketch sketch, Decoder decoder) {
    return decode(sketch, decoder, sketch.noiseVariance());
  }

  /**
   * Recovers all attributes.
   *
   * @param noiseVariance variance of the noise on every value of the sketch, that of its encodings
   *     included; 0 for an exact sketch
   * @throws MismatchException as above
   */
  public Decoded decode(Sketch sketch, Decoder decoder, double noiseVariance) {
    if (!(noiseVariance >= 0) || Double.isInfinite(noiseVariance)) {
      throw new InvalidInputException(
          "noiseVariance", noiseVariance + " must be finite and at least 0");
    }
    sketch.requireFingerprint(operators.fingerprint());
    if (problem == null || sketch.prefixLength() != problem.prefixLength()) {
      problem = new DecodingProblem(operator, precise, signatures, sketch.prefixLength());
      matched = null;
      joint = null;
      sparse = null;
      nonNegative = null;
    }
    double[] data = new double[signatures.length];
    for (int i = 0; i < problem.prefixLength(); i++) {
      data[i] = sketch.value(i) - signatures[i];
    }
    Measurement measurement = new Measurement(data, sketch.energy(), noiseVariance);
    return switch (decoder) {
      case MATCHED -> matched().decode(measurement);
      case JOINT -> joint().decode(measurement);
      case SPARSE -> sparse().decode(measurement);
      case SPARSE_NONNEGATIVE -> nonNegative().decode(measurement);
    };
  }

  private MatchedEstimator matched() {
    if (matched == null) {
      matched = new MatchedEstimator(problem);
    }
    return matched;
  }

  private JointEstimator joint() {
    if (joint == null) {
      joint = new JointEstimator(problem);
    }
    return joint;
  }

  private SparseEstimator sparse() {
    if (sparse == null) {
      sparse = new SparseEstimator(problem, false);
    }
    return sparse;
  }

  private SparseEstimator nonNegative() {
    if (nonNegative == null) {
      nonNegative = new SparseEstimator(problem, true);
    }
    return nonNegative;
  }
}
