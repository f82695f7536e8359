package io.resketch.core.decode;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PreciseGraphOperator;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.LeastSquares;

/**
 * Recovers the attributes of every object of one skeleton from sketches of any prefix length. Keeps
 * its set-up from sketch to sketch of the same length. Holds workspace: not thread-safe.
 */
public final class GraphDecoder {
  private final Operators operators;
  private final GraphOperator operator;
  private final PreciseGraphOperator precise;
  private final double[] signatures;
  private final boolean often;
  private final Grouping grouping;
  private DecodingProblem problem;
  private MatchedEstimator matched;
  private JointEstimator joint;
  private SparseEstimator sparse;
  private SparseEstimator nonNegative;

  /** A decoder for few sketches of a skeleton. */
  public GraphDecoder(Operators operators, Skeleton skeleton) {
    this(operators, skeleton, false);
  }

  private GraphDecoder(Operators operators, Skeleton skeleton, boolean often) {
    this.often = often;
    this.operators = operators;
    PreciseGraphOperator whole = new PreciseGraphOperator(operators, skeleton);
    this.grouping = Grouping.of(skeleton, operators.spec().family(), whole);
    Skeleton reduced = grouping.reduced();
    this.operator = new GraphOperator(operators, reduced);
    this.precise = reduced == skeleton ? whole : new PreciseGraphOperator(operators, reduced);
    this.signatures = new double[operators.spec().dimension()];
    whole.signatures(signatures);
  }

  /**
   * A decoder for many sketches of a skeleton, from about ten on. For {@link Decoder#JOINT} it
   * factors the system first where that has at most 4,096 unknowns or floats, which takes up to
   * half a minute and 128 MiB, and each sketch after that takes a few applications of the map
   * instead of hundreds. Its answers and those of the other decoder differ by less than a third of
   * the stated error.
   */
  public static GraphDecoder forMany(Operators operators, Skeleton skeleton) {
    return new GraphDecoder(operators, skeleton, true);
  }

  /**
   * Whether {@link #forMany} does anything else for whole sketches: smaller systems are factored at
   * once, larger ones never.
   */
  public static boolean gainsFromMany(Operators operators, Skeleton skeleton) {
    return LeastSquares.gainsFromMany(skeleton.totalDimension(), operators.spec().dimension());
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
      problem = new DecodingProblem(operator, precise, signatures, sketch.prefixLength(), often);
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
    return grouping.expand(solve(measurement, decoder));
  }

  private Decoded solve(Measurement measurement, Decoder decoder) {
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
