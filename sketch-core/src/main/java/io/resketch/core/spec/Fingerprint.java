package io.resketch.core.spec;

import io.resketch.core.InvalidInputException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 of the canonical form of a spec. Sketches of different fingerprints never mix. */
public final class Fingerprint {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Fingerprint(byte[] bytes) {
    this.bytes = bytes;
  }

  static Fingerprint of(byte[] canonical) {
    try {
      return new Fingerprint(MessageDigest.getInstance("SHA-256").digest(canonical));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * A fingerprint from its bytes, copied.
   *
   * @throws InvalidInputException unless there are 32 bytes
   */
  public static Fingerprint ofBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new InvalidInputException(
          "fingerprint", bytes.length + " bytes, must be " + BYTES + " (a SHA-256)");
    }
    return new Fingerprint(bytes.clone());
  }

  /** A copy of the 32 bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Fingerprint other && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
