package io.resketch.client;

import io.resketch.core.stats.ModuleCount;
import io.resketch.wire.Sketches;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Module counts over one bucket of time.
 *
 * @param start first moment of the bucket, absent where the range is open and no run has a time
 * @param end first moment behind the bucket, likewise
 * @param sketches sketches in the bucket
 * @param counts estimated totals, one per module
 */
public record StatisticsBucket(
    Optional<Instant> start, Optional<Instant> end, long sketches, List<ModuleCount> counts) {

  static StatisticsBucket of(io.resketch.v1.StatisticsBucket message) {
    return new StatisticsBucket(
        message.hasStart() ? Optional.of(Times.instant(message.getStart())) : Optional.empty(),
        message.hasEnd() ? Optional.of(Times.instant(message.getEnd())) : Optional.empty(),
        message.getSketches(),
        message.getEstimatesList().stream().map(Sketches::estimate).toList());
  }
}
