package io.resketch.server.query;

import java.math.BigInteger;
import java.time.Instant;

/**
 * Buckets of one length that start at its multiples since 1970-01-01T00:00:00Z.
 *
 * @param length nanoseconds, above 0
 */
record FixedBuckets(BigInteger length) implements TimeBuckets {
  @Override
  public Bucket at(Instant time) {
    BigInteger nanos = Nanos.of(time);
    BigInteger start = nanos.subtract(nanos.mod(length));
    return new Bucket(Nanos.instant(start), Nanos.instant(start.add(length)));
  }
}
