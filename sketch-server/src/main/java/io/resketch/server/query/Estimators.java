package io.resketch.server.query;

import io.resketch.core.operator.Operators;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.BlindStatistics;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleProfile;
import java.util.List;

/**
 * Operators and count estimators, which are costly to set up and good for many calls. Thread-safe.
 */
public final class Estimators {
  private static final int MAX_SPECS = 8;
  private static final int MAX_ESTIMATORS = 16;

  private record Key(SketchSpec spec, List<ModuleProfile> modules, int prefixLength) {}

  private final BoundedCache<SketchSpec, Operators> operators = new BoundedCache<>(MAX_SPECS);
  private final BoundedCache<Key, CountEstimator> estimators = new BoundedCache<>(MAX_ESTIMATORS);
  private final BoundedCache<Key, BlindStatistics> statistics = new BoundedCache<>(MAX_ESTIMATORS);

  /** The statistics of these modules, in this order, for sketches of this length. */
  public BlindStatistics statistics(Operators of, List<ModuleProfile> modules, int prefixLength) {
    return statistics.get(
        new Key(of.spec(), List.copyOf(modules), prefixLength),
        () -> new BlindStatistics(estimator(of, modules, prefixLength)));
  }

  /** The operators of a spec. */
  public Operators operators(SketchSpec spec) {
    return operators.get(spec, () -> new Operators(spec));
  }

  /** The estimator of these modules, in this order, for sketches of this length. */
  public CountEstimator estimator(Operators of, List<ModuleProfile> modules, int prefixLength) {
    return estimators.get(
        new Key(of.spec(), List.copyOf(modules), prefixLength),
        () -> new CountEstimator(of, modules, prefixLength));
  }
}
