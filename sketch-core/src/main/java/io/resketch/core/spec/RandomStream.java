package io.resketch.core.spec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Counter-based random numbers: draw n of a stream is a pure function of its key and n, so any
 * language and any order of evaluation gives the same numbers. The draws of a stream are those of
 * SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) started at the key. {@code docs/mechanism.md}
 * specifies the derivation with test vectors.
 */
public final class RandomStream {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private final long key;

  private RandomStream(long key) {
    this.key = key;
  }

  /** What a stream is used for; the numbers are part of the format. */
  public enum Role {
    /** Column {@code index} of a module's attribute operator. */
    ATTRIBUTE(1),
    /** A module's signature column. */
    SIGNATURE(2),
    /** Tuple operator of position {@code index}. */
    POSITION(3),
    /** An object's own two positions: index 0 its attributes, index 1 its inputs. */
    OWN_POSITION(4);

    private final long number;

    Role(long number) {
      this.number = number;
    }
  }

  /**
   * The stream keyed by seed, role, module and index.
   *
   * @param moduleHash {@link #moduleHash} of the module's name, 0 where the role has no module
   * @param index column or position, at least 0
   */
  public static RandomStream of(long seed, Role role, long moduleHash, long index) {
    long key = absorb(0, seed);
    key = absorb(key, role.number);
    key = absorb(key, moduleHash);
    return new RandomStream(absorb(key, index));
  }

  /** First eight bytes, little-endian, of the SHA-256 of the UTF-8 name. */
  public static long moduleHash(String module) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(module.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Draw {@code n} ≥ 0: 64 random bits. */
  public long bits(long n) {
    return mix(key + (n + 1) * GAMMA);
  }

  /** An integer of 0 to bound − 1 made from the upper 32 bits of a draw. */
  public static int below(long bits, int bound) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  private static long absorb(long state, long value) {
    return mix((state ^ value) + GAMMA);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
