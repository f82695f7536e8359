package io.resketch.server.query;

import java.time.Instant;

/** A division of all time into buckets that follow each other without a gap. */
interface TimeBuckets {
  /**
   * A bucket.
   *
   * @param start inclusive
   * @param end exclusive, behind the start
   */
  record Bucket(Instant start, Instant end) {
    boolean contains(Instant time) {
      return !time.isBefore(start) && time.isBefore(end);
    }
  }

  /** The bucket that a time lies in. */
  Bucket at(Instant time);
}
