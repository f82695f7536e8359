package io.resketch.client;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** Moments and lengths of time between java.time and protobuf. */
final class Times {
  private Times() {}

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  static com.google.protobuf.Duration duration(Duration length) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(length.getSeconds())
        .setNanos(length.getNano())
        .build();
  }
}
