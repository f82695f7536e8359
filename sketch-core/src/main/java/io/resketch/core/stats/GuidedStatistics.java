package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.ObjectGroup;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Count, presence, mean and second moment of the attributes of all objects of every module, roots
 * or not, over decoded runs: from sketches together with their skeletons.
 *
 * <p>Counts come from the skeletons: they are exact, and no estimates from a sketch. Values come
 * from the sketches. Over objects with decoded values x̂_i, errors σ_i and weights w_i:
 *
 * <pre>
 * mean           Σ w x̂ / Σ w            variance  Σ w_i w_k σ_i σ_k r_ik         / (Σ w)²
 * second moment  Σ w (x̂² − σ²) / Σ w    variance  Σ w_i w_k (4 x̂_i x̂_k c − 2 c²) / (Σ w)²
 * </pre>
 *
 * <p>with c = σ_i σ_k r_ik, and the second variance at least Σ w_i w_k 2 c² / (Σ w)², that of
 * values which are 0. Objects of one module share the part of their columns that is seen through
 * the identities: their columns' Gram matrix G, which follows from the skeleton, is not diagonal. r
 * is the correlation that goes with G⁻¹, of errors of least squares, or with G itself, of errors of
 * MATCHED. Errors of different runs are independent. There is no error of sampling: the question is
 * about these objects.
 *
 * <p>An object whose error is above a fifth of its norm is below the noise floor, and so are then
 * the mean and second moment of its module: an average over the rest would be another quantity.
 *
 * <p>Objects that the sketch holds only the sum of ({@link ObjectGroup}) count as that sum: it adds
 * to the mean as its objects do, if their weights are equal, and the second moment is not
 * determined.
 *
 * <p>Accumulates; not thread-safe.
 */
public final class GuidedStatistics {
  private static final double NOISE_FLOOR = 0.2;

  /** A Gram matrix of that size takes as long as decoding; beyond, r is that of independence. */
  private static final int MAX_CORRELATED = 256;

  /** Relative error of a Gram matrix from one probe, added to the diagonal. */
  private static final double GRAM_ERROR = 0.01;

  private static final String ERRORS = "the correlations of the errors of objects of a module";

  private final Operators operators;
  private final Map<String, Sums> modules = new LinkedHashMap<>();

  private static final class Sums {
    final double[] values;
    final double[] squares;
    final double[] squareVariances;
    double valueVariance;

    /** Of the squares of values that are 0. */
    double leastSquareVariance;

    double weight;
    long objects;
    long drowned;

    /** Objects whose errors go together nobody knows how. */
    long entangled;

    /** Objects known by the sum of several. */
    long summed;

    /** Of these, those whose weights in the sum differ. */
    long unevenlySummed;

    Sums(int dimension) {
      values = new double[dimension];
      squares = new double[dimension];
      squareVariances = new double[dimension];
    }
  }

  /** Statistics of runs sketched with the spec of {@code operators}. */
  public GuidedStatistics(Operators operators) {
    this.operators = operators;
  }

  /**
   * Adds the objects of a run.
   *
   * @param decoder what it was decoded with
   * @param prefixLength floats of the sketch it was decoded from
   * @param weight of each of its objects, finite and above 0; counts add up to weighted counts
   * @throws InvalidInputException if an argument is out of range or a module's objects differ in
   *     their number of attributes
   */
  public void add(Decoded run, Decoder decoder, int prefixLength, double weight) {
    operators.spec().checkPrefix(prefixLength);
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new InvalidInputException("weight", weight + " must be finite and above 0");
    }
    Skeleton skeleton = run.skeleton();
    Map<String, List<Integer>> byModule = new LinkedHashMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      byModule.computeIfAbsent(skeleton.module(i), name -> new ArrayList<>()).add(i);
    }
    GraphOperator operator = new GraphOperator(operators, skeleton);
    byModule.forEach(
        (module, list) -> {
          Sums sums = sums(module, skeleton, list.stream().mapToInt(i -> i).toArray());
          List<Seen> seen = seen(run, list);
          add(sums, seen, weight);
          int[] objects = seen.stream().mapToInt(Seen::object).toArray();
          DenseSystems.ifSolvable(() -> correlations(operator, decoder, prefixLength, objects))
              .ifPresentOrElse(
                  correlations -> addVariances(sums, seen, correlations, weight),
                  () -> sums.entangled += objects.length);
        });
  }

  private Sums sums(String module, Skeleton skeleton, int[] objects) {
    Sums sums = modules.computeIfAbsent(module, name -> new Sums(skeleton.dimension(objects[0])));
    for (int i : objects) {
      if (skeleton.dimension(i) != sums.values.length) {
        throw new InvalidInputException(
            "modules[" + module + "].dimension",
            skeleton.dimension(i)
                + " attributes, but the module had "
                + sums.values.length
                + " before; a module's attribute vectors have one length");
      }
    }
    return sums;
  }

  /**
   * An object, or a group of them by the number of one.
   *
   * @param values its attributes, or the group's sum
   * @param number of objects
   */
  private record Seen(int object, float[] values, double standardError, int number, boolean even) {}

  private static List<Seen> seen(Decoded run, List<Integer> objects) {
    Map<Integer, ObjectGroup> groups = new HashMap<>();
    for (ObjectGroup group : run.groups()) {
      group.members().forEach(member -> groups.put(member, group));
    }
    List<Seen> out = new ArrayList<>();
    for (int i : objects) {
      ObjectGroup group = groups.get(i);
      if (group == null) {
        out.add(new Seen(i, run.attributes(i), run.standardError(i), 1, true));
      } else if (group.members().get(0) == i) {
        int number = group.members().size();
        out.add(new Seen(i, group.sum(), group.standardError(), number, group.evenly()));
      }
    }
    return out;
  }

  private static void add(Sums sums, List<Seen> objects, double weight) {
    for (Seen seen : objects) {
      double variance = seen.standardError * seen.standardError;
      float[] x = seen.values;
      double norm = 0;
      for (int j = 0; j < x.length; j++) {
        double square = (double) x[j] * x[j];
        norm += square;
        sums.values[j] += weight * x[j];
        sums.squares[j] += weight * (square - variance);
      }
      if (!ModuleStatistics.aboveNoise(norm, variance * x.length, NOISE_FLOOR)) {
        sums.drowned += seen.number;
      }
      sums.summed += seen.number > 1 ? seen.number : 0;
      sums.unevenlySummed += seen.even ? 0 : seen.number;
      sums.weight += weight * seen.number;
      sums.objects += seen.number;
    }
  }

  private static void addVariances(
      Sums sums, List<Seen> objects, double[] correlations, double weight) {
    int n = objects.size();
    float[][] x = new float[n][];
    for (int a = 0; a < n; a++) {
      x[a] = objects.get(a).values;
      for (int b = 0; b <= a; b++) {
        double covariance =
            objects.get(a).standardError * objects.get(b).standardError * correlations[a * n + b];
        double pairs = (a == b ? 1 : 2) * weight * weight;
        sums.valueVariance += pairs * covariance;
        sums.leastSquareVariance += pairs * 2 * covariance * covariance;
        for (int j = 0; j < x[a].length; j++) {
          double products = (double) x[a][j] * x[b][j];
          sums.squareVariances[j] += pairs * covariance * (4 * products - 2 * covariance);
        }
      }
    }
  }

  /** r of the errors of objects of one module; row-major. */
  private static double[] correlations(
      GraphOperator operator, Decoder decoder, int prefixLength, int[] objects) {
    int n = objects.length;
    DMatrixRMaj matrix = CommonOps_DDRM.identity(n);
    if (n > 1 && n <= MAX_CORRELATED) {
      matrix.setTo(DMatrixRMaj.wrap(n, n, operator.columnGram(prefixLength, objects)));
      normalise(matrix);
      if (decoder != Decoder.MATCHED) {
        for (int a = 0; a < n; a++) {
          matrix.add(a, a, GRAM_ERROR);
        }
        DenseSystems.invert(matrix, ERRORS);
        normalise(matrix);
      }
    }
    return matrix.data;
  }

  /**
   * Makes the diagonal 1.
   *
   * @throws io.resketch.core.solve.UnsolvableException if a value of it is not above 0
   */
  private static void normalise(DMatrixRMaj matrix) {
    int n = matrix.numRows;
    boolean positive = IntStream.range(0, n).allMatch(a -> matrix.get(a, a) > 0);
    DenseSystems.requireSolved(positive, Optional.of(matrix), ERRORS);
    double[] scale = new double[n];
    for (int a = 0; a < n; a++) {
      scale[a] = 1 / Math.sqrt(matrix.get(a, a));
    }
    for (int a = 0; a < n; a++) {
      for (int b = 0; b < n; b++) {
        matrix.set(a, b, matrix.get(a, b) * scale[a] * scale[b]);
      }
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
    if (sums.entangled > 0) {
      List<Estimate> none =
          ModuleStatistics.none(
              dimension,
              "how the errors of "
                  + sums.entangled
                  + " of "
                  + sums.objects
                  + " objects go together cannot be told");
      return new ModuleStatistics(module, count, Presence.PRESENT, none, none);
    }
    if (sums.unevenlySummed > 0) {
      List<Estimate> none =
          ModuleStatistics.none(
              dimension,
              sums.unevenlySummed
                  + " of "
                  + sums.objects
                  + " objects are known only by sums in which their weights differ");
      return new ModuleStatistics(module, count, Presence.PRESENT, none, none);
    }
    List<Estimate> mean = new ArrayList<>();
    List<Estimate> squares = new ArrayList<>();
    double error = Math.sqrt(sums.valueVariance) / sums.weight;
    for (int j = 0; j < dimension; j++) {
      mean.add(Estimate.of(sums.values[j] / sums.weight, error));
      double squareError =
          Math.sqrt(Math.max(sums.leastSquareVariance, sums.squareVariances[j])) / sums.weight;
      squares.add(Estimate.of(sums.squares[j] / sums.weight, squareError));
    }
    if (sums.summed > 0) {
      squares =
          ModuleStatistics.none(
              dimension,
              sums.summed + " of " + sums.objects + " objects are known only by their sum");
    }
    return new ModuleStatistics(module, count, Presence.PRESENT, mean, squares);
  }
}
