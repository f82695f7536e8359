package io.resketch.server.grpc;

import com.google.protobuf.MessageLite;
import io.resketch.core.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Page sizes, and page tokens that hold only for the request they came from. */
final class Pages {
  private static final int MAX_SIZE = 1000;
  private static final int DEFAULT_SIZE = 100;
  private static final int CHECK_BYTES = 8;

  private Pages() {}

  static int size(int requested) {
    if (requested < 0 || requested > MAX_SIZE) {
      throw new InvalidInputException("page_size", requested + " must be 0 to " + MAX_SIZE);
    }
    return requested == 0 ? DEFAULT_SIZE : requested;
  }

  /**
   * A token.
   *
   * @param scope the request without its page
   * @param position where the page ended
   */
  static String token(MessageLite scope, byte[] position) {
    ByteBuffer bytes = ByteBuffer.allocate(CHECK_BYTES + position.length);
    bytes.put(check(scope, position)).put(position);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** The position in a token, null if there is no token. */
  static byte[] position(MessageLite scope, String token) {
    try {
      return positionOf(scope, token);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "page_token",
          "is not a token of this request; take next_page_token of the page before, and change"
              + " nothing else");
    }
  }

  /** The name of the position in a token, empty if there is no token. */
  static String after(MessageLite scope, String token) {
    byte[] position = position(scope, token);
    return position == null ? "" : new String(position, StandardCharsets.UTF_8);
  }

  /** A token behind a name. */
  static String token(MessageLite scope, String last) {
    return token(scope, last.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #position}, for the cursor of an export. */
  static byte[] cursor(MessageLite scope, String token) {
    try {
      return positionOf(scope, token);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "after_cursor",
          "is not a cursor of this export; take one of the same parent, range and filter");
    }
  }

  private static byte[] positionOf(MessageLite scope, String token) {
    if (token.isEmpty()) {
      return null;
    }
    byte[] bytes = Base64.getUrlDecoder().decode(token);
    if (bytes.length <= CHECK_BYTES) {
      throw new IllegalArgumentException("too short");
    }
    byte[] position = Arrays.copyOfRange(bytes, CHECK_BYTES, bytes.length);
    if (!Arrays.equals(check(scope, position), Arrays.copyOf(bytes, CHECK_BYTES))) {
      throw new IllegalArgumentException("of another request");
    }
    return position;
  }

  /** Over the position too: a changed one could lie outside the request's range. */
  private static byte[] check(MessageLite scope, byte[] position) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(scope.toByteArray());
      return Arrays.copyOf(digest.digest(position), CHECK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
