package io.resketch.server.query;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/** Times and lengths in nanoseconds, of which a long holds 292 years only. */
final class Nanos {
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
          "seconds="
              + bucket.getSeconds()
              + ", nanos="
              + bucket.getNanos()
              + " must be above 0 and at most 315576000000 seconds, which are 10,000 years");
    }
    return of(bucket.getSeconds(), bucket.getNanos());
  }

  static BigInteger of(Instant time) {
    return of(time.getEpochSecond(), time.getNano());
  }

  static Instant instant(BigInteger nanos) {
    BigInteger second = nanos.subtract(nanos.mod(SECOND)).divide(SECOND);
    return Instant.ofEpochSecond(second.longValueExact(), nanos.mod(SECOND).longValueExact());
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** Empty if no Timestamp holds it. */
  static Optional<Timestamp> timestamp(Instant time) {
    Timestamp out =
        Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()).build();
    return Timestamps.isValid(out) ? Optional.of(out) : Optional.empty();
  }
}
