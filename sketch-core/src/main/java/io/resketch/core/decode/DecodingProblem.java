package io.resketch.core.decode;

import io.resketch.core.MismatchException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.PreciseGraphOperator;
import io.resketch.core.solve.LeastSquares;
import io.resketch.core.spec.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** What all sketches of one skeleton and prefix length share. Not thread-safe. */
final class DecodingProblem {
  /** Any fixed number: decoding is a pure function of its arguments. */
  private static final long PROBE_SEED = 2;

  private final GraphOperator operator;
  private final int dimension;
  private final int prefixLength;
  private final double[] energies;
  private final float[] image;
  private final PreciseGraphOperator precise;
  private final double[] signatures;
  private final boolean often;
  private boolean[] rowsReached;

  /**
   * @param signatures b, d values, not modified
   * @param often whether so many sketches are decoded that a factorisation is worth its time
   */
  DecodingProblem(
      GraphOperator operator,
      PreciseGraphOperator precise,
      double[] signatures,
      int prefixLength,
      boolean often) {
    this.operator = operator;
    this.precise = precise;
    this.signatures = signatures;
    this.dimension = precise.dimension();
    this.prefixLength = prefixLength;
    this.often = often;
    this.energies = operator.columnEnergies(prefixLength);
    this.image = new float[dimension];
  }

  GraphOperator operator() {
    return operator;
  }

  /** The same map in double precision. */
  PreciseGraphOperator precise() {
    return precise;
  }

  /**
   * What float32 rounds off in a sketch of these attributes, P(s − A x − b): the errors of all
   * steps, which go through the same operators as attributes do, and so are not seen whole in a
   * residual.
   *
   * @param x n values, not modified
   * @return d values; zeros where a value is so large that there is no sketch
   */
  double[] rounding(float[] x) {
    List<Attributes> attributes = new ArrayList<>();
    for (int i = 0; i < skeleton().size(); i++) {
      attributes.add(
          Attributes.dense(Arrays.copyOfRange(x, skeleton().offset(i), skeleton().offset(i + 1))));
    }
    float[] sketch = new float[dimension];
    operator.sketch(Computation.of(skeleton(), attributes), sketch);
    double[] exact = new double[x.length];
    Arrays.setAll(exact, j -> x[j]);
    double[] image = new double[dimension];
    precise.apply(exact, image);
    double[] out = new double[dimension];
    for (int i = 0; i < prefixLength; i++) {
      double off = sketch[i] - (image[i] + signatures[i]);
      out[i] = Double.isFinite(off) ? off : 0;
    }
    return out;
  }

  /**
   * Whether any attribute reaches a float, one for each of those kept. The others are exact in a
   * sketch as made, and say nothing of the noise that the attributes meet.
   */
  boolean[] rowsReached() {
    if (rowsReached == null) {
      RandomStream stream = RandomStream.of(PROBE_SEED, RandomStream.Role.POSITION, 0, 0);
      double[] x = new double[precise.unknowns()];
      Arrays.setAll(x, j -> 1 + (stream.bits(j) >>> 11) * 0x1p-53);
      double[] y = new double[dimension];
      precise.apply(x, y);
      rowsReached = new boolean[prefixLength];
      for (int i = 0; i < prefixLength; i++) {
        rowsReached[i] = y[i] != 0;
      }
    }
    return rowsReached;
  }

  Skeleton skeleton() {
    return operator.skeleton();
  }

  /** Floats of a full sketch. */
  int dimension() {
    return dimension;
  }

  /** Floats kept. */
  int prefixLength() {
    return prefixLength;
  }

  /** Mean energy of a column of object {@code i}. */
  double energy(int i) {
    return energies[i];
  }

  /** Energy of every unknown's column. */
  double[] unknownEnergies() {
    return perUnknown(i -> energies[i]);
  }

  /** Least squares over all unknowns, with the ridge of every object. */
  LeastSquares leastSquares(IntToDoubleFunction ridge) {
    return new LeastSquares(precise, prefixLength, unknownEnergies(), perUnknown(ridge), often);
  }

  private double[] perUnknown(IntToDoubleFunction perObject) {
    double[] out = new double[skeleton().totalDimension()];
    for (int i = 0; i < skeleton().size(); i++) {
      double value = perObject.applyAsDouble(i);
      Arrays.fill(out, skeleton().offset(i), skeleton().offset(i + 1), value);
    }
    return out;
  }

  /** Number of unknowns of which the floats hold anything. */
  int unknownsHeld() {
    int held = 0;
    for (int i = 0; i < skeleton().size(); i++) {
      held += energies[i] > 0 ? skeleton().dimension(i) : 0;
    }
    return held;
  }

  /** ‖P(A x − y)‖². */
  double residualEnergy(float[] data, float[] x) {
    return residualEnergy(data, x, 0);
  }

  /** The same over the floats from {@code first} on. */
  double residualEnergy(float[] data, float[] x, int first) {
    operator.apply(x, image);
    double sum = 0;
    for (int i = first; i < prefixLength; i++) {
      double difference = (double) data[i] - image[i];
      sum += difference * difference;
    }
    return sum;
  }

  static MismatchException mismatch(double relativeResidual) {
    return new MismatchException(
        MismatchException.Reason.SKELETON_MISMATCH,
        String.format(
            Locale.ROOT,
            "relativeResidual=%.3f: the sketch does not hold the computation of this skeleton;"
                + " decode it with the skeleton that was made with it",
            relativeResidual));
  }

  static double energy(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) values[i] * values[i];
    }
    return sum;
  }
}
