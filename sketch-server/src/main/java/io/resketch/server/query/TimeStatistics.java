package io.resketch.server.query;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Sketches;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Module counts per bucket of time. The sketches of a bucket are summed, and the sum is counted:
 * counting is linear, so that is the sum of the single counts, and its error takes into account
 * that sketches of similar runs err alike. Thread-safe.
 */
public final class TimeStatistics {
  private static final int MAX_BUCKETS = 100_000;
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  private final Repository repository;
  private final Estimators estimators;

  public TimeStatistics(Repository repository, Estimators estimators) {
    this.repository = repository;
    this.estimators = estimators;
  }

  /** Counts what the request asks for. */
  public AggregateStatisticsResponse aggregate(
      SketchCollection collection, AggregateStatisticsRequest request) {
    TimeRanges.check(request.getRange());
    BigInteger bucket = request.hasBucket() ? checkBucket(request) : null;
    return new Aggregation(collection, request.getRange(), bucket, request.getModulesList()).run();
  }

  private static BigInteger checkBucket(AggregateStatisticsRequest request) {
    Duration bucket = request.getBucket();
    if (!Durations.isValid(bucket) || !Durations.isPositive(bucket)) {
      throw new InvalidInputException(
          "bucket",
          "seconds=" + bucket.getSeconds() + ", nanos=" + bucket.getNanos() + " must be above 0");
    }
    BigInteger nanos = nanos(bucket.getSeconds(), bucket.getNanos());
    TimeRange range = request.getRange();
    if (range.hasStart() && range.hasEnd()) {
      BigInteger length = nanos(range.getEnd()).subtract(nanos(range.getStart()));
      checkCount(length.add(nanos).subtract(BigInteger.ONE).divide(nanos), bucket);
    }
    return nanos;
  }

  private static void checkCount(BigInteger buckets, Duration bucket) {
    if (buckets.compareTo(BigInteger.valueOf(MAX_BUCKETS)) > 0) {
      throw new InvalidInputException(
          "bucket",
          Durations.toString(bucket)
              + " makes "
              + buckets
              + " buckets, at most "
              + MAX_BUCKETS
              + " are allowed; take a longer bucket or a shorter range");
    }
  }

  private static BigInteger nanos(long seconds, int nanos) {
    return BigInteger.valueOf(seconds).multiply(NANOS).add(BigInteger.valueOf(nanos));
  }

  private static BigInteger nanos(Timestamp time) {
    return nanos(time.getSeconds(), time.getNanos());
  }

  /** A time in nanoseconds, empty if it lies behind the last that a Timestamp can hold. */
  private static Optional<Timestamp> timestamp(BigInteger nanos) {
    BigInteger[] parts = nanos.divideAndRemainder(NANOS);
    if (parts[1].signum() < 0) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(NANOS);
    }
    if (parts[0].compareTo(BigInteger.valueOf(Timestamps.MAX_VALUE.getSeconds())) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        Timestamp.newBuilder()
            .setSeconds(parts[0].longValueExact())
            .setNanos(parts[1].intValueExact())
            .build());
  }

  /** One request under way: holds the sums of one bucket at a time. */
  private final class Aggregation {
    private final SketchCollection collection;
    private final TimeRange range;
    private final BigInteger bucket;
    private final List<String> names;
    private final List<ModuleProfile> profiles;
    private final AggregateStatisticsResponse.Builder out =
        AggregateStatisticsResponse.newBuilder();
    private BigInteger origin;
    private BigInteger index;
    private SketchSums sums = new SketchSums();
    private Timestamp first;
    private Timestamp last;

    /**
     * @param bucket length in nanoseconds, null for one bucket over all
     */
    Aggregation(
        SketchCollection collection, TimeRange range, BigInteger bucket, List<String> requested) {
      this.collection = collection;
      this.range = range;
      this.bucket = bucket;
      this.origin = range.hasStart() ? nanos(range.getStart()) : null;
      Map<String, ModuleProfile> seen = collection.modules();
      Map<String, ModuleProfile> known = new LinkedHashMap<>();
      for (ModuleProfile profile : seen.values()) {
        if (profile.root()) {
          known.put(profile.name(), profile);
        }
      }
      for (String name : requested) {
        Names.checkModule("modules", name);
        known.putIfAbsent(name, seen.getOrDefault(name, ModuleProfile.unseen(name)));
      }
      if (requested.stream().distinct().count() != requested.size()) {
        throw new InvalidInputException("modules", "a name stands twice; ask for it once");
      }
      this.names = requested.isEmpty() ? List.copyOf(known.keySet()) : requested;
      this.profiles = List.copyOf(known.values());
    }

    AggregateStatisticsResponse run() {
      boolean timed = bucket != null || range.hasStart() || range.hasEnd();
      repository.visit(
          collection,
          TimeRanges.start(range),
          TimeRanges.end(range),
          null,
          (position, id, record) -> {
            if (record.hasTime() || !timed) {
              add(record.hasTime() ? record.getTime() : null, Repository.sketch(record));
            }
            return true;
          });
      finishBucket();
      return out.build();
    }

    private void add(Timestamp time, Sketch sketch) {
      if (bucket != null) {
        if (origin == null) {
          origin = nanos(time);
        }
        BigInteger at = nanos(time).subtract(origin).divide(bucket);
        checkCount(
            at.add(BigInteger.ONE),
            Durations.fromNanos(bucket.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact()));
        if (!at.equals(index)) {
          finishBucket();
          index = at;
        }
      }
      if (time != null) {
        first = first == null ? time : first;
        last = time;
      }
      sums.add(sketch);
    }

    private void finishBucket() {
      if (sums.count() == 0) {
        return;
      }
      StatisticsBucket.Builder done = StatisticsBucket.newBuilder().setSketches(sums.count());
      if (bucket != null) {
        BigInteger start = origin.add(index.multiply(bucket));
        timestamp(start).ifPresent(done::setStart);
        timestamp(start.add(bucket)).ifPresent(done::setEnd);
      } else {
        setIfKnown(done);
      }
      for (ModuleCount count : counts(sums.sums())) {
        done.addEstimates(Sketches.estimate(count));
      }
      out.addBuckets(done);
      sums = new SketchSums();
    }

    private void setIfKnown(StatisticsBucket.Builder done) {
      if (range.hasStart()) {
        done.setStart(range.getStart());
      } else if (first != null) {
        done.setStart(first);
      }
      if (range.hasEnd()) {
        done.setEnd(range.getEnd());
      } else if (last != null) {
        timestamp(nanos(last).add(BigInteger.ONE)).ifPresent(done::setEnd);
      }
    }

    /** Counts of the requested modules, sums of different prefix lengths taken together. */
    private List<ModuleCount> counts(List<Sketch> bySize) {
      Map<String, ModuleCount> total = new LinkedHashMap<>();
      for (Sketch sum : bySize) {
        for (ModuleCount count : counts(sum)) {
          total.merge(count.module(), count, TimeStatistics::plus);
        }
      }
      List<ModuleCount> requested = new ArrayList<>();
      names.forEach(name -> requested.add(total.get(name)));
      return requested;
    }

    private List<ModuleCount> counts(Sketch sum) {
      CountEstimator estimator;
      try {
        estimator = estimators.estimator(collection.operators(), profiles, sum.prefixLength());
      } catch (InvalidInputException e) { // too short for so many modules
        return profiles.stream()
            .map(profile -> new ModuleCount(profile.name(), 0, 0, false, e.getMessage()))
            .toList();
      }
      return estimator.estimate(sum);
    }
  }

  private static ModuleCount plus(ModuleCount a, ModuleCount b) {
    if (!a.determined() || !b.determined()) {
      return a.determined() ? b : a;
    }
    return new ModuleCount(
        a.module(),
        a.count() + b.count(),
        Math.hypot(a.standardError(), b.standardError()),
        true,
        "");
  }
}
