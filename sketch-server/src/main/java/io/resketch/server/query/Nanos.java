package io.resketch.server.query;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import java.math.BigInteger;
import java.util.Optional;

/** Times and lengths in nanoseconds, of which a long holds 292 years only. */
final class Nanos {
  private static final int MAX_BUCKETS = 100_000;
  private static final BigInteger SECOND = BigInteger.valueOf(1_000_000_000);

  private Nanos() {}

  private static BigInteger of(long seconds, int nanos) {
    return BigInteger.valueOf(seconds).multiply(SECOND).add(BigInteger.valueOf(nanos));
  }

  static BigInteger of(Timestamp time) {
    return of(time.getSeconds(), time.getNanos());
  }

  /**
   * The length of a bucket.
   *
   * @throws InvalidInputException unless it is above 0
   */
  static BigInteger ofBucket(Duration bucket) {
    if (!Durations.isValid(bucket) || !Durations.isPositive(bucket)) {
      throw new InvalidInputException(
          "bucket",
          "seconds=" + bucket.getSeconds() + ", nanos=" + bucket.getNanos() + " must be above 0");
    }
    return of(bucket.getSeconds(), bucket.getNanos());
  }

  /**
   * Holds a number of buckets to the limit.
   *
   * @throws InvalidInputException if there are too many
   */
  static void checkBuckets(BigInteger buckets, BigInteger length) {
    if (buckets.compareTo(BigInteger.valueOf(MAX_BUCKETS)) > 0) {
      BigInteger[] parts = length.divideAndRemainder(SECOND);
      Duration bucket =
          Duration.newBuilder()
              .setSeconds(parts[0].longValueExact())
              .setNanos(parts[1].intValueExact())
              .build();
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

  /** Empty if it lies behind the last time that a Timestamp can hold. */
  static Optional<Timestamp> timestamp(BigInteger nanos) {
    BigInteger[] parts = nanos.divideAndRemainder(SECOND);
    if (parts[1].signum() < 0) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(SECOND);
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
}
