package io.resketch.server.storage;

import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Keys that sort as the records should. A collection's keys start with its id and a zero byte,
 * which no id contains; behind it the sketch id, the module name, the skeleton's hash, the time, or
 * the number of a change (8 bytes, big-endian).
 *
 * <pre>
 * time key: collection 0 | 0 | sketch id                                    without a time, first
 *           collection 0 | 1 | seconds (8 bytes, sign flipped, big-endian) | nanos (4) | sketch id
 * cell:     collection 0 | level | hours since 1970 (8 bytes, likewise) | hour of the week, number
 *           of the label, or 0
 * dirty:    collection 0 | hours since 1970 (8 bytes, likewise), or nothing
 * request:  the UUID alone (16 bytes, big-endian)
 * chunk:    corpus 0 | its last row (8 bytes, big-endian)
 * pair:     corpus 0 | first 16 bytes of the SHA-256 of inputs and sketch
 * part:     operation 0 | number of the checkpoint (8 bytes, big-endian) | part (4)
 * arrays:   network 0
 * </pre>
 */
public final class Keys {
  private static final int TIME_BYTES = 13;

  private Keys() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] prefix(String collection) {
    return Arrays.copyOf(utf8(collection), utf8(collection).length + 1);
  }

  static byte[] in(String collection, byte[] rest) {
    byte[] prefix = prefix(collection);
    byte[] key = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, key, prefix.length, rest.length);
    return key;
  }

  static byte[] in(String collection, String rest) {
    return in(collection, utf8(rest));
  }

  /**
   * Start of the time keys at or after a time.
   *
   * @param time null for those without a time
   */
  static byte[] time(String collection, Timestamp time, String sketchId) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    if (time == null) {
      rest.write(0);
    } else {
      rest.writeBytes(
          ByteBuffer.allocate(TIME_BYTES)
              .put((byte) 1)
              .putLong(time.getSeconds() ^ Long.MIN_VALUE)
              .putInt(time.getNanos())
              .array());
    }
    rest.writeBytes(utf8(sketchId));
    return in(collection, rest.toByteArray());
  }

  /** The sketch id at the end of a time key. */
  static String sketchId(String collection, byte[] timeKey) {
    int at = prefix(collection).length;
    int skip = timeKey[at] == 0 ? 1 : TIME_BYTES;
    return new String(timeKey, at + skip, timeKey.length - at - skip, StandardCharsets.UTF_8);
  }

  /** The seconds and nanos of a time key, null if it has none. */
  static Timestamp time(String collection, byte[] timeKey) {
    ByteBuffer rest = rest(collection, timeKey);
    return rest.get() == 0
        ? null
        : Timestamp.newBuilder()
            .setSeconds(rest.getLong() ^ Long.MIN_VALUE)
            .setNanos(rest.getInt())
            .build();
  }

  static byte[] cell(String collection, Level level, long hour, int part) {
    return in(
        collection,
        ByteBuffer.allocate(10)
            .put(level.code())
            .putLong(hour ^ Long.MIN_VALUE)
            .put((byte) part)
            .array());
  }

  static byte[] dirty(String collection, long hour) {
    return in(collection, ByteBuffer.allocate(8).putLong(hour ^ Long.MIN_VALUE).array());
  }

  static long dirtyHour(String collection, byte[] dirtyKey) {
    return rest(collection, dirtyKey).getLong() ^ Long.MIN_VALUE;
  }

  /** What stands behind the collection. */
  static ByteBuffer rest(String collection, byte[] key) {
    int at = prefix(collection).length;
    return ByteBuffer.wrap(key, at, key.length - at);
  }

  /** Key of a change. */
  static byte[] sequence(String collection, long sequence) {
    return in(collection, ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
  }

  static byte[] part(String operation, long checkpoint, int part) {
    return in(operation, ByteBuffer.allocate(12).putLong(checkpoint).putInt(part).array());
  }

  static byte[] request(UUID id) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
