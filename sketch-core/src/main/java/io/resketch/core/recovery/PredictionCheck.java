package io.resketch.core.recovery;

import java.util.Arrays;

/**
 * How well a network predicts pairs from their inputs alone, over any number of pairs, in memory of
 * d doubles. Sums are in double; the order of pairs changes them by rounding only. Not thread-safe:
 * threads take a check each, which are then added.
 */
public final class PredictionCheck {
  /** Of the length of a sketch less the offset: what is missed of a pair that is predicted. */
  public static final double TOLERANCE = 0.01;

  private final SketchFunction function;
  private final double[] offset;

  /** Σ (y − offset), so that nothing is lost where the mean is large against what varies. */
  private final double[] sum;

  /** Σ ‖y − offset‖². */
  private double squares;

  /** Σ ‖y − ŷ‖². */
  private double missed;

  private long pairs;
  private long predicted;

  /** A check of no pairs. */
  public PredictionCheck(SketchFunction function) {
    this.function = function;
    this.offset = function.offset();
    this.sum = new double[offset.length];
  }

  /**
   * Predicts some pairs and counts them in.
   *
   * @param inputs attributes of the input objects, row by row
   * @param sketches d floats for every row
   * @throws io.resketch.core.InvalidInputException if an attribute is not finite
   * @throws io.resketch.core.MismatchException if {@link SketchFunction#unknown} is not empty
   */
  public void predict(float[] inputs, float[] sketches) {
    int d = offset.length;
    int rows = sketches.length / d;
    for (int i = 0; i < rows; i++) {
      int p = inputs.length / rows;
      float[] made = function.predict(Arrays.copyOfRange(inputs, i * p, (i + 1) * p));
      double length = 0;
      double away = 0;
      for (int b = 0; b < d; b++) {
        double y = sketches[i * d + b];
        double varying = y - offset[b];
        sum[b] += varying;
        length += varying * varying;
        away += (y - made[b]) * (y - made[b]);
      }
      squares += length;
      missed += away;
      predicted += away <= TOLERANCE * TOLERANCE * length ? 1 : 0;
      pairs++;
    }
  }

  /** Counts in the pairs of another check of the same network. */
  public void add(PredictionCheck other) {
    for (int b = 0; b < sum.length; b++) {
      sum[b] += other.sum[b];
    }
    squares += other.squares;
    missed += other.missed;
    predicted += other.predicted;
    pairs += other.pairs;
  }

  /** Pairs counted in. */
  public long pairs() {
    return pairs;
  }

  /** ‖Y − Ŷ‖ / ‖Y − mean‖; at least two pairs must differ. */
  public double relativeError() {
    double mean = Kernels.dot(sum, 0, sum, 0, sum.length) / pairs;
    return Math.sqrt(missed / (squares - mean));
  }

  /** Share of pairs, 0 to 1, with ‖y − ŷ‖ at most {@link #TOLERANCE} of ‖y − offset‖. */
  public double predictedShare() {
    return predicted / (double) pairs;
  }
}
