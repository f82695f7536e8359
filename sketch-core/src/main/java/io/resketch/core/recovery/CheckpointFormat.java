package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * States in bytes: a version, a SHA-256 of the pairs and options they belong to, the state, and a
 * SHA-256 of all before. Another version, other pairs or options, and damage are refused, each with
 * what to do.
 */
final class CheckpointFormat {
  private static final int VERSION = 0x52530003;
  private static final int HASH = 32;

  private final byte[] owner;

  CheckpointFormat(PairSample pairs, RecoveryOptions options) {
    MessageDigest digest = sha256();
    ByteBuffer header = ByteBuffer.allocate(36 + 4 * pairs.inputSizes().size());
    header.putInt(pairs.rows()).putInt(pairs.dimension());
    pairs.inputSizes().forEach(header::putInt);
    header.put((byte) (options.nonnegative() ? 1 : 0));
    header.putDouble(options.holdOut()).putLong(options.seed()).putInt(options.rank().orElse(0));
    digest.update(header.flip());
    update(digest, pairs.inputs());
    update(digest, pairs.sketches());
    owner = digest.digest();
  }

  private static void update(MessageDigest digest, float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    for (float value : values) {
      if (!buffer.hasRemaining()) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      buffer.putFloat(value);
    }
    digest.update(buffer.flip());
  }

  byte[] write(SearchState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(VERSION);
      out.write(owner);
      state.write(out);
      out.write(sha256().digest(bytes.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a state.
   *
   * @throws InvalidInputException if it is damaged, or of another version, other pairs or options
   */
  SearchState read(byte[] bytes) {
    int content = bytes.length - HASH;
    if (content < 4 + HASH
        || !Arrays.equals(
            sha256().digest(Arrays.copyOf(bytes, content)),
            Arrays.copyOfRange(bytes, content, bytes.length))) {
      throw refused("is damaged");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, content))) {
      int version = in.readInt();
      if (version != VERSION) {
        throw refused("is of another version of the program, " + Integer.toHexString(version));
      }
      if (!Arrays.equals(in.readNBytes(HASH), owner)) {
        throw refused("belongs to other pairs or options");
      }
      return SearchState.read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InvalidInputException refused(String what) {
    return new InvalidInputException(
        "checkpoint", "the state saved last " + what + "; remove it to start anew");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
