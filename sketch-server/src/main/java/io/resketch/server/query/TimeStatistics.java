package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Module counts and means per bucket of time, hour of the day, day of the week or label. The
 * sketches of a bucket are summed, hours that lie inside it from their roll-ups, and the sum is
 * counted: counting is linear, so that is the sum of the single counts, and its error takes into
 * account that sketches of similar runs err alike. Thread-safe.
 */
public final class TimeStatistics {
  private static final Logger LOG = LoggerFactory.getLogger(TimeStatistics.class);

  private final Repository repository;
  private final RollUps rollUps;
  private final Estimators estimators;

  public TimeStatistics(Repository repository, RollUps rollUps, Estimators estimators) {
    this.repository = repository;
    this.rollUps = rollUps;
    this.estimators = estimators;
  }

  /**
   * Answers a request.
   *
   * @param left whether nobody waits for the answer any more
   * @throws java.util.concurrent.CancellationException if so
   */
  public AggregateStatisticsResponse aggregate(
      SketchCollection collection, AggregateStatisticsRequest request, BooleanSupplier left) {
    check(request);
    ModuleCounter counter =
        new ModuleCounter(estimators, collection, request.getModulesList(), left);
    Aggregation aggregation = new Aggregation(repository, collection, request, counter);
    if (aggregation.takesRollUps()) {
      Span span = Span.of(request.getRange());
      roll(collection, span);
    }
    AggregateStatisticsResponse answer = aggregation.run();
    if (answer.getBucketsList().stream().anyMatch(bucket -> !bucket.getDominanceKnown())) {
      Span span = Span.of(request.getRange());
      rollUps.renew(collection, span.firstHour(), span.hoursEnd());
    }
    return answer;
  }

  private void roll(SketchCollection collection, Span span) {
    try {
      rollUps.roll(collection, span.firstWholeHour(), span.wholeHoursEnd());
    } catch (StorageException e) {
      if (e.reason() != StorageException.Reason.DISK_FULL) {
        throw e;
      }
      LOG.warn("roll-ups wait for space on the disk: single sketches are read meanwhile", e);
    }
  }

  private static void check(AggregateStatisticsRequest request) {
    TimeRanges.check(request.getRange());
    Groupings.check(request);
    double error = request.getMaxStandardError();
    if (!(error >= 0 && error < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "max_standard_error", error + " must be 0, for no demand, or above, and finite");
    }
  }
}
