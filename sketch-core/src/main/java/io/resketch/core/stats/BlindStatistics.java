package io.resketch.core.stats;

import io.resketch.core.operator.RootModules;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.solve.RidgeSolver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * Count, presence, mean and second moment of the attributes of the root objects of every module,
 * from the sketch of a run or of a weighted sum of runs alone.
 *
 * <p>The fit of {@link CountEstimator} also gives every module's summed attributes; over the count
 * they are the mean, weighted as the sketch weighs its roots. One solve per sketch gives them all.
 * The ridge shrinks them by a known factor: one solve per module at set-up measures it, and it is
 * taken out again, so that means are unbiased over the random operators. The same solve measures
 * the norm of the attributes' filters, which with the deviation of counts per norm of theirs is
 * their standard error.
 *
 * <p>The sketch of a sum holds Σ x and not Σ x². A second moment is therefore determined only where
 * it follows from the mean: in a single run, if the module has one root. Roots are taken to have
 * equal weights there.
 *
 * <p>Immutable after construction, thread-safe.
 */
public final class BlindStatistics {
  private static final double TOLERANCE = 1e-9;

  /**
   * A ratio's error is that of its parts, to first order, while the interval of the divisor reaches
   * at most a quarter of it to each side.
   */
  private static final double MIN_COUNT_ERRORS = 8;

  private static final double NOISE_FLOOR = 0.5;

  private static final String MANY =
      "means of so many modules at once would take minutes; ask for fewer of them";

  private final CountEstimator counts;

  /** Made when first asked for. */
  private final AtomicReferenceArray<Attribution> attributions;

  /**
   * How a module's attributes come out of the fit.
   *
   * @param kept for each of its root components, the share of an attribute that the ridge leaves,
   *     averaged over the attributes
   * @param norm of the filter of one attribute, after dividing by {@code kept}; root mean square
   */
  private record Attribution(double[] kept, double norm) {}

  /** Statistics of the modules of {@code counts}, on its fit. */
  public BlindStatistics(CountEstimator counts) {
    this.counts = counts;
    this.attributions = new AtomicReferenceArray<>(counts.modules().size());
  }

  /**
   * Does now what the first question about some modules would otherwise wait for: two or three
   * solves each, or a few where they are many.
   *
   * @param asked indices in the order of {@code counts}
   * @param preparation runs the steps
   */
  public void prepare(int[] asked, Preparation preparation) {
    if (counts.fit().isMany(asked.length)) {
      counts.prepare(asked, preparation);
      return;
    }
    preparation.run(
        asked.length,
        step -> {
          counts.fit().prepare(asked[step]);
          attribution(asked[step]);
        });
  }

  private Attribution attribution(int m) {
    Attribution known = attributions.get(m);
    if (known == null) {
      TransparentFit fit = counts.fit();
      RootModules map = fit.map();
      known = attribution(map, fit.solver(map, TOLERANCE), fit.rootComponents(m));
      attributions.set(m, known); // a race makes the same twice
    }
    return known;
  }

  /**
   * Probes the attributes of a module with one vector v of signs: Σ_j v_j f_j, f_j the attributes'
   * filters, has the energy of all of them, and vᵀ K v, K the response of the fit, is its trace.
   */
  private Attribution attribution(RootModules map, RidgeSolver solver, List<Integer> components) {
    int d = counts.fit().operators().spec().dimension();
    double[] kept = new double[components.size()];
    double[] sum = new double[prefixLength()];
    int dimension = 0;
    for (int c = 0; c < kept.length; c++) {
      int from = map.offset(components.get(c));
      int to = map.offset(components.get(c) + 1);
      dimension = to - from;
      float[] signs = new float[map.unknowns()];
      for (int j = from; j < to; j++) {
        signs[j] = (Integer.bitCount((j - from) * 0x9E3779B9) & 1) == 0 ? 1f : -1f;
      }
      float[] image = new float[d];
      map.apply(solver.solveNormalEquations(signs, d), image);
      Arrays.fill(image, prefixLength(), d, 0f);
      float[] back = new float[map.unknowns()];
      map.adjoint(image, back);
      for (int j = from; j < to; j++) {
        kept[c] += (double) signs[j] * back[j] / dimension;
      }
      for (int t = 0; t < sum.length; t++) {
        sum[t] += image[t] / kept[c];
      }
    }
    return new Attribution(
        kept, dimension == 0 ? 0 : Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum() / dimension));
  }

  /** Floats of the sketches that are read. */
  public int prefixLength() {
    return counts.prefixLength();
  }

  /** Statistics of every module, in the order of {@code counts}. */
  public List<ModuleStatistics> estimate(Sketch sketch) {
    return estimate(sketch, IntStream.range(0, counts.modules().size()).toArray());
  }

  /**
   * Statistics of some of the modules. Costs two solves.
   *
   * @param sketch of one run or a sum of runs; more floats than the prefix length are ignored
   * @param asked indices in the order of {@code counts}
   * @throws io.resketch.core.MismatchException if it was made with another spec
   * @throws io.resketch.core.InvalidInputException if it holds fewer floats than the prefix length
   */
  public List<ModuleStatistics> estimate(Sketch sketch, int[] asked) {
    TransparentFit fit = counts.fit();
    fit.check(sketch);
    TransparentFit.Reading reading = fit.read(sketch, asked);
    List<ModuleCount> found = counts.counts(sketch, asked, reading);
    if (fit.isMany(asked.length)) {
      return found.stream().map(count -> withoutMeans(count, MANY)).toList();
    }
    RootModules map = fit.map();
    float[] data = sketch.toPaddedArray();
    Arrays.fill(data, prefixLength(), data.length, 0f);
    float[] unknowns = fit.solver(map, TOLERANCE).solve(data);
    List<ModuleStatistics> out = new ArrayList<>();
    for (int k = 0; k < asked.length; k++) {
      int m = asked[k];
      ModuleCount count = found.get(k);
      ModuleProfile module = counts.modules().get(m);
      Attribution attribution = attribution(m);
      double[] sums = new double[fit.rootComponents(m).isEmpty() ? 0 : module.dimension()];
      for (int c = 0; c < attribution.kept.length; c++) {
        int from = map.offset(fit.rootComponents(m).get(c));
        for (int j = 0; j < sums.length; j++) {
          sums[j] += sketch.mass() * unknowns[from + j] / attribution.kept[c];
        }
      }
      double error = Math.abs(sketch.mass()) * reading.perNorm()[k] * attribution.norm;
      List<Estimate> mean = mean(module, count, sums, error);
      List<Estimate> squares = secondMoment(count.estimate(), mean, sketch.runs());
      out.add(
          new ModuleStatistics(count.module(), count.estimate(), count.presence(), mean, squares));
    }
    return out;
  }

  private static ModuleStatistics withoutMeans(ModuleCount count, String reason) {
    List<Estimate> none = ModuleStatistics.none(1, reason);
    return new ModuleStatistics(count.module(), count.estimate(), count.presence(), none, none);
  }

  private static List<Estimate> mean(
      ModuleProfile module, ModuleCount count, double[] sums, double error) {
    if (!count.reason().isEmpty()) {
      return ModuleStatistics.none(module.dimension(), count.reason());
    }
    double n = count.count();
    if (n < MIN_COUNT_ERRORS * count.standardError() || n < 0.5) {
      return ModuleStatistics.none(
          sums.length, "the count is not far enough from 0 to divide by it");
    }
    List<Estimate> out = new ArrayList<>();
    double norm = 0;
    double errors = 0;
    for (double sum : sums) {
      double value = sum / n;
      double meanError = Math.hypot(error, value * count.standardError()) / n;
      norm += value * value;
      errors += meanError * meanError;
      out.add(Estimate.of(value, meanError));
    }
    return ModuleStatistics.aboveNoise(norm, errors, NOISE_FLOOR)
        ? out
        : ModuleStatistics.none(
            sums.length,
            "below the noise floor: the error of the attributes is above half of their norm");
  }

  private static List<Estimate> secondMoment(Estimate count, List<Estimate> mean, long runs) {
    if (runs != 1 || !count.determined() || Math.round(count.value()) != 1) {
      return ModuleStatistics.none(
          mean.size(),
          "a sketch holds the sum of the objects' attributes, not of their squares; blind, only one"
              + " root in a single run has a second moment");
    }
    return mean.stream().map(BlindStatistics::square).toList();
  }

  private static Estimate square(Estimate x) {
    return x.determined() ? square(x.value(), x.standardError()) : x;
  }

  /** x² without the bias of squaring a value with an error, and the error of that. */
  static Estimate square(double value, double error) {
    double variance = error * error;
    return Estimate.of(
        value * value - variance, Math.sqrt(variance * (4 * value * value + 2 * variance)));
  }
}
