package io.resketch.server.storage;

import com.google.protobuf.Timestamp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keys that sort as the records should. A collection's keys start with its id and a zero byte,
 * which no id contains; behind it the sketch id, the module name, the skeleton's hash, the time, or
 * the number of a change (8 bytes, big-endian).
 *
 * <pre>
 * time key: collection 0 | 0 | sketch id                                    without a time, first
 *           collection 0 | 1 | seconds (8 bytes, sign flipped, big-endian) | nanos (4) | sketch id
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

  /** Key of a change. */
  static byte[] sequence(String collection, long sequence) {
    return in(collection, ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
