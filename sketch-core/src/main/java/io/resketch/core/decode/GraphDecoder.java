package io.resketch.core.decode;

import io.resketch.core.MismatchException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * Recovers the attributes of every object of one skeleton from sketches of any prefix length. Keeps
 * its set-up from sketch to sketch. Holds workspace: not thread-safe.
 */
public final class GraphDecoder {
  /**
   * A sketch of this skeleton leaves a residual of rounding size; one of another graph leaves about
   * √(1 − unknowns/floats) of itself. Tested where that is well above this limit.
   */
  private static final double MISMATCH_RESIDUAL = 0.2;

  private static final double MISMATCH_MAX_LOAD = 0.75;

  private static final double TOLERANCE = 1e-12;
  private static final int MAX_ITERATIONS = 300;

  /** Any fixed number: decoding is a pure function of its arguments. */
  private static final long BOOTSTRAP_SEED = 1;

  private final Operators operators;
  private final GraphOperator operator;
  private final Skeleton skeleton;
  private int prefixLength = -1;
  private double[] energies;

  public GraphDecoder(Operators operators, Skeleton skeleton) {
    this.operators = operators;
    this.skeleton = skeleton;
    this.operator = new GraphOperator(operators, skeleton);
  }

  /**
   * Recovers all attributes.
   *
   * @throws MismatchException if the sketch was made with another spec, or, with {@link
   *     Decoder#JOINT} and fewer unknowns than three quarters of the floats kept, cannot be a
   *     sketch of this skeleton
   */
  public Decoded decode(Sketch sketch, Decoder decoder) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    if (sketch.prefixLength() != prefixLength) {
      prefixLength = sketch.prefixLength();
      energies = operator.columnEnergies(prefixLength);
    }
    float[] data = sketch.toPaddedArray();
    float[] signatures = new float[data.length];
    operator.signatures(signatures);
    for (int i = 0; i < prefixLength; i++) {
      data[i] -= signatures[i];
    }
    return switch (decoder) {
      case MATCHED -> matched(sketch, data);
      case JOINT -> joint(sketch, data);
    };
  }

  private Decoded matched(Sketch sketch, float[] data) {
    float[] x = new float[skeleton.totalDimension()];
    operator.adjoint(data, x);
    double noise = energy(data, 0, prefixLength) / prefixLength;
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < skeleton.size(); i++) {
      errors[i] = Math.sqrt(noise / energies[i]);
      for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
        x[j] = (float) (x[j] / energies[i]);
      }
    }
    return new Decoded(skeleton, x, errors, relativeResidual(sketch, data, x));
  }

  private Decoded joint(Sketch sketch, float[] data) {
    RidgeSolver solver = solver();
    float[] x = solver.solve(data);
    double residual = relativeResidual(sketch, data, x);
    if (residual > MISMATCH_RESIDUAL
        && skeleton.totalDimension() < MISMATCH_MAX_LOAD * prefixLength) {
      throw new MismatchException(
          MismatchException.Reason.SKELETON_MISMATCH,
          String.format(
              Locale.ROOT,
              "relativeResidual=%.3f: the sketch does not hold the computation of this skeleton;"
                  + " decode it with the skeleton that was made with it",
              residual));
    }
    return new Decoded(
        skeleton, x, bootstrapErrors(solver, x, residual * Math.sqrt(sketch.energy())), residual);
  }

  private double relativeResidual(Sketch sketch, float[] data, float[] x) {
    float[] model = new float[data.length];
    operator.apply(x, model);
    double sum = 0;
    for (int i = 0; i < prefixLength; i++) {
      double difference = (double) data[i] - model[i];
      sum += difference * difference;
    }
    double energy = sketch.energy();
    return energy == 0 ? 0 : Math.sqrt(sum / energy);
  }

  /**
   * The ridge only has to fix what the sketch leaves open. While unknowns are few it lies far below
   * the weakest column; near and above one unknown per float it is half a percent of the weakest
   * column among as many as there are floats, which is where the iteration settles on the smallest
   * attributes that explain the sketch.
   */
  private RidgeSolver solver() {
    int n = skeleton.totalDimension();
    double[] perUnknown = new double[n];
    for (int i = 0; i < skeleton.size(); i++) {
      Arrays.fill(perUnknown, skeleton.offset(i), skeleton.offset(i + 1), energies[i]);
    }
    double[] ascending = perUnknown.clone();
    Arrays.sort(ascending);
    double weakest = n == 0 ? 0 : ascending[Math.max(0, n - prefixLength)];
    double[] ridge = new double[n];
    Arrays.fill(ridge, weakest * (n <= MISMATCH_MAX_LOAD * prefixLength ? 1e-6 : 5e-3));
    return new RidgeSolver(operator, prefixLength, perUnknown, ridge, TOLERANCE, MAX_ITERATIONS);
  }

  /**
   * Standard errors by a parametric bootstrap: attributes of random signs with the recovered norms
   * are sketched, given noise of the size of the residual, and decoded in the same way; how far the
   * answer is off is the error. It covers rounding, noise and what the ridge leaves undetermined.
   */
  private double[] bootstrapErrors(RidgeSolver solver, float[] x, double residual) {
    RandomStream stream = RandomStream.of(BOOTSTRAP_SEED, RandomStream.Role.POSITION, 0, 0);
    int n = skeleton.totalDimension();
    float[] truth = new float[n];
    for (int i = 0; i < skeleton.size(); i++) {
      int from = skeleton.offset(i);
      int to = skeleton.offset(i + 1);
      float scale = (float) Math.sqrt(energy(x, from, to) / Math.max(1, to - from));
      for (int j = from; j < to; j++) {
        truth[j] = (stream.bits(j) & 1) == 0 ? scale : -scale;
      }
    }
    float[] data = new float[operators.spec().dimension()];
    operator.apply(truth, data);
    // Near one unknown a float the residual says little of the noise; do not blow it up.
    double freedom = Math.max(prefixLength - n, prefixLength / 16.0);
    float noise = (float) (residual / Math.sqrt(freedom));
    for (int i = 0; i < data.length; i++) {
      boolean plus = (stream.bits((long) n + i) & 1) == 0;
      data[i] = i < prefixLength ? data[i] + (plus ? noise : -noise) : 0f;
    }
    float[] again = solver.solve(data);
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < errors.length; i++) {
      int from = skeleton.offset(i);
      int to = skeleton.offset(i + 1);
      double sum = 0;
      for (int j = from; j < to; j++) {
        double off = (double) again[j] - truth[j];
        sum += off * off;
      }
      // The recovered norms are themselves too small by what the ridge takes away, as again shows.
      double kept = energy(again, from, to) / Math.max(Float.MIN_NORMAL, energy(truth, from, to));
      double shrinkage = Math.min(1, Math.max(0.05, kept));
      errors[i] = Math.sqrt(sum / Math.max(1, to - from) / shrinkage);
    }
    return errors;
  }

  private static double energy(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) values[i] * values[i];
    }
    return sum;
  }
}
