package io.resketch.server.grpc;

import com.google.protobuf.MessageLite;
import io.resketch.core.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/** Page sizes, and page tokens that hold only for the request they came from. */
final class Pages {
  private static final int MAX_SIZE = 1000;
  private static final int DEFAULT_SIZE = 100;

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
    ByteBuffer bytes = ByteBuffer.allocate(4 + position.length);
    bytes.putInt(Arrays.hashCode(scope.toByteArray())).put(position);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** The position in a token, null if there is no token. */
  static byte[] position(MessageLite scope, String token) {
    if (token.isEmpty()) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
    if (bytes.length <= 4
        || ByteBuffer.wrap(bytes).getInt() != Arrays.hashCode(scope.toByteArray())) {
      throw invalid();
    }
    return Arrays.copyOfRange(bytes, 4, bytes.length);
  }

  private static InvalidInputException invalid() {
    return new InvalidInputException(
        "page_token",
        "is not a token of this request; take next_page_token of the page before, and change"
            + " nothing else");
  }
}
