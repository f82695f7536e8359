package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.graph.Skeleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Count, presence, mean and second moment of the attributes of all objects of every module, roots
 * or not, over decoded runs: from sketches together with their skeletons.
 *
 * <p>Counts come from the skeletons: they are exact, and no estimates from a sketch. Values come
 * from the sketches. Over n objects with decoded values x̂_i, errors σ_i and weights w_i:
 *
 * <pre>
 * mean           Σ w x̂ / Σ w
 * second moment  Σ w (x̂² − σ²) / Σ w
 * </pre>
 *
 * <p>Errors of different objects are taken as independent, with variances σ² and σ²(4 x̂² + 2 σ²),
 * plus, of the mean, what regularised decoders may shrink in common: a share σ²/(x̂² + σ²) of the
 * object's norm. There is no error of sampling: the question is about these objects.
 *
 * <p>An object whose error is above a fifth of its norm is below the noise floor, and so are then
 * the mean and second moment of its module: an average over the rest would be another quantity.
 *
 * <p>Accumulates; not thread-safe.
 */
public final class GuidedStatistics {
  private static final double NOISE_FLOOR = 0.2;

  private final Map<String, Sums> modules = new LinkedHashMap<>();

  private static final class Sums {
    final double[] values;
    final double[] shrinkage;
    final double[] squares;
    final double[] squareVariances;
    double valueVariance;
    double weight;
    long objects;
    long drowned;

    Sums(int dimension) {
      values = new double[dimension];
      shrinkage = new double[dimension];
      squares = new double[dimension];
      squareVariances = new double[dimension];
    }
  }

  /** Adds a run once. */
  public void add(Decoded run) {
    add(run, 1);
  }

  /**
   * Adds the objects of a run.
   *
   * @param weight of each of its objects, finite and above 0; counts add up to weighted counts
   * @throws InvalidInputException if the weight is out of range or a module's objects differ in
   *     their number of attributes
   */
  public void add(Decoded run, double weight) {
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new InvalidInputException("weight", weight + " must be finite and above 0");
    }
    Skeleton skeleton = run.skeleton();
    for (int i = 0; i < skeleton.size(); i++) {
      int dimension = skeleton.dimension(i);
      Sums sums = modules.computeIfAbsent(skeleton.module(i), name -> new Sums(dimension));
      if (sums.values.length != dimension) {
        throw new InvalidInputException(
            "modules[" + skeleton.module(i) + "].dimension",
            dimension
                + " attributes, but the module had "
                + sums.values.length
                + " before; a module's attribute vectors have one length");
      }
      add(sums, run.attributes(i), run.standardError(i), weight);
    }
  }

  private static void add(Sums sums, float[] values, double error, double weight) {
    double norm = 0;
    for (float v : values) {
      norm += (double) v * v;
    }
    double variance = error * error;
    double errors = variance * values.length;
    double shrunk = norm == 0 ? 0 : errors / (norm + errors);
    for (int j = 0; j < values.length; j++) {
      double square = (double) values[j] * values[j];
      sums.values[j] += weight * values[j];
      sums.shrinkage[j] += weight * shrunk * values[j];
      sums.squares[j] += weight * (square - variance);
      sums.squareVariances[j] += weight * weight * variance * (4 * square + 2 * variance);
    }
    sums.valueVariance += weight * weight * variance;
    sums.weight += weight;
    sums.objects++;
    if (!ModuleStatistics.aboveNoise(norm, errors, NOISE_FLOOR)) {
      sums.drowned++;
    }
  }

  /** Statistics of every module met, in order of first occurrence. */
  public List<ModuleStatistics> statistics() {
    return modules.entrySet().stream().map(e -> statistics(e.getKey(), e.getValue())).toList();
  }

  private static ModuleStatistics statistics(String module, Sums sums) {
    Estimate count = Estimate.of(sums.weight, 0);
    int dimension = sums.values.length;
    if (sums.drowned > 0) {
      List<Estimate> none =
          ModuleStatistics.none(
              dimension,
              sums.drowned + " of " + sums.objects + " objects are below the noise floor");
      return new ModuleStatistics(module, count, Presence.PRESENT, none, none);
    }
    Estimate[] mean = new Estimate[dimension];
    Estimate[] squares = new Estimate[dimension];
    for (int j = 0; j < dimension; j++) {
      double error = Math.hypot(Math.sqrt(sums.valueVariance), sums.shrinkage[j]);
      mean[j] = Estimate.of(sums.values[j] / sums.weight, error / sums.weight);
      squares[j] =
          Estimate.of(
              sums.squares[j] / sums.weight, Math.sqrt(sums.squareVariances[j]) / sums.weight);
    }
    return new ModuleStatistics(
        module, count, Presence.PRESENT, List.of(mean), List.of(squares));
  }
}
