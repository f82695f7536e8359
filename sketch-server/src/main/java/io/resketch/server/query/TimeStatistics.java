package io.resketch.server.query;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.AggregateStatisticsResponse;
import java.math.BigInteger;
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
  private static final int MAX_OFFSET_HOURS = 14;
  private static final int HOUR_SECONDS = 3600;

  private final Repository repository;
  private final RollUps rollUps;
  private final Estimators estimators;

  public TimeStatistics(Repository repository, RollUps rollUps, Estimators estimators) {
    this.repository = repository;
    this.rollUps = rollUps;
    this.estimators = estimators;
  }

  /** Answers a request. */
  public AggregateStatisticsResponse aggregate(
      SketchCollection collection, AggregateStatisticsRequest request) {
    check(request);
    ModuleCounter counter = new ModuleCounter(estimators, collection, request.getModulesList());
    Aggregation aggregation = new Aggregation(repository, collection, request, counter);
    if (aggregation.takesRollUps()) {
      Span span = Span.of(request.getRange());
      roll(collection, span);
    }
    return aggregation.run();
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
    if (request.hasBucket()) {
      checkBucket(request);
    }
    if (request.hasCycle()
        && request.getCycle() != Cycle.CYCLE_HOUR_OF_DAY
        && request.getCycle() != Cycle.CYCLE_DAY_OF_WEEK) {
      throw new InvalidInputException(
          "cycle",
          request.getCycleValue() + " must be CYCLE_HOUR_OF_DAY (1) or CYCLE_DAY_OF_WEEK (2)");
    }
    if (request.hasLabel() && request.getLabel().isEmpty()) {
      throw new InvalidInputException("label", "is empty; give the key of a label");
    }
    checkOffset(request);
    double error = request.getMaxStandardError();
    if (!(error >= 0 && error < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          "max_standard_error", error + " must be 0, for no demand, or above, and finite");
    }
  }

  private static void checkBucket(AggregateStatisticsRequest request) {
    BigInteger length = Nanos.ofBucket(request.getBucket());
    if (request.getRange().hasStart() && request.getRange().hasEnd()) {
      BigInteger range =
          Nanos.of(request.getRange().getEnd()).subtract(Nanos.of(request.getRange().getStart()));
      Nanos.checkBuckets(range.add(length).subtract(BigInteger.ONE).divide(length), length);
    }
  }

  private static void checkOffset(AggregateStatisticsRequest request) {
    Duration offset = request.getUtcOffset();
    if (!Durations.isValid(offset)
        || offset.getNanos() != 0
        || offset.getSeconds() % HOUR_SECONDS != 0
        || Math.abs(offset.getSeconds()) > MAX_OFFSET_HOURS * HOUR_SECONDS) {
      throw new InvalidInputException(
          "utc_offset",
          "seconds="
              + offset.getSeconds()
              + ", nanos="
              + offset.getNanos()
              + " must be whole hours, -14 to 14; take the nearest");
    }
    if (offset.getSeconds() != 0 && !request.hasCycle()) {
      throw new InvalidInputException(
          "utc_offset", "goes with cycle only; shift range.start to shift buckets of time");
    }
  }
}
