package io.resketch.core.sketch;

import io.resketch.core.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How the values of a sketch are stored. Every encoding works on blocks of 16 values, so that a
 * prefix of the values is a prefix of the bytes. Rounding is specified to the bit in
 * docs/mechanism.md, section 6.
 *
 * <p>Each encoding is canonical: it has one form of bytes for the values it can hold, and rounding
 * what it can hold changes nothing.
 */
public enum Encoding {
  /** float32, exact. 4 bytes a value. */
  F32(1, 64) {
    @Override
    double round(float[] values, int from, float[] out) {
      for (int i = from; i < from + BLOCK; i++) {
        out[i] = values[i];
      }
      return 0;
    }

    @Override
    void write(float[] values, int from, ByteBuffer out) {
      for (int i = from; i < from + BLOCK; i++) {
        out.putFloat(values[i]);
      }
    }

    @Override
    void check(ByteBuffer in, int at, int from) {
      int largest = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, in.getInt(at + 4 * i) & Integer.MAX_VALUE);
      }
      if (largest >= INFINITY) {
        for (int i = 0; i < BLOCK; i++) {
          Sketch.requireFinite(in.getFloat(at + 4 * i), from + i);
        }
      }
    }

    @Override
    void read(ByteBuffer in, float[] values) {
      in.asFloatBuffer().get(values);
    }
  },

  /** bfloat16, to nearest, ties to even; relative error at most 2⁻⁸. 2 bytes a value. */
  BF16(2, 32) {
    @Override
    double round(float[] values, int from, float[] out) {
      double squares = 0;
      for (int i = from; i < from + BLOCK; i++) {
        out[i] = Bfloat16.toFloat(Bfloat16.round(values[i]));
        double step = out[i] == values[i] ? 0 : Bfloat16.step(values[i]);
        squares += step * step;
      }
      return squares;
    }

    @Override
    void write(float[] values, int from, ByteBuffer out) {
      for (int i = from; i < from + BLOCK; i++) {
        out.putShort(Bfloat16.round(values[i]));
      }
    }

    @Override
    void check(ByteBuffer in, int at, int from) {
      for (int i = 0; i < BLOCK; i++) {
        Sketch.requireFinite(Bfloat16.toFloat(in.getShort(at + 2 * i)), from + i);
      }
    }

    @Override
    void read(ByteBuffer in, float[] values) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Bfloat16.toFloat(in.getShort(2 * i));
      }
    }
  },

  /**
   * Levels of −127 to 127 times a bfloat16 scale for each block of 16; error at most half a scale.
   * 18 bytes a block.
   *
   * <p>A scale has 8 significant bits and a level 7, so their product is exact in float32. The
   * scale, rounded to nearest, is within 1/257 of a 127th of the largest magnitude, which therefore
   * always takes level 127: that makes rounding idempotent.
   */
  I8_BLOCK(3, 18) {
    @Override
    double round(float[] values, int from, float[] out) {
      float scale = scale(values, from);
      double squares = 0;
      for (int i = from; i < from + BLOCK; i++) {
        out[i] = level(values[i], scale) * scale;
        squares += out[i] == values[i] ? 0 : (double) scale * scale;
      }
      return squares;
    }

    @Override
    void write(float[] values, int from, ByteBuffer out) {
      float scale = scale(values, from);
      out.putShort(Bfloat16.round(scale));
      for (int i = from; i < from + BLOCK; i++) {
        out.put((byte) level(values[i], scale));
      }
    }

    @Override
    void check(ByteBuffer in, int at, int from) {
      int scale = Short.toUnsignedInt(in.getShort(at));
      int largest = 0;
      for (int i = 0; i < BLOCK; i++) {
        largest = Math.max(largest, Math.abs(in.get(at + 2 + i)));
      }
      if (!canonical(scale, largest)) {
        throw new InvalidInputException(
            "sketch.blocks[" + from / BLOCK + "]",
            String.format(
                Locale.ROOT,
                "scale 0x%04x with levels up to %d must be 0x%04x to 0x%04x with levels up to just"
                    + " 127 (fewer for the least scale), or all zero; write it anew",
                scale,
                largest,
                LEAST_SCALE,
                LARGEST_SCALE));
      }
    }

    @Override
    void read(ByteBuffer in, float[] values) {
      int at = 0;
      for (int from = 0; from < values.length; from += BLOCK) {
        float scale = Bfloat16.toFloat(in.getShort(at));
        for (int i = 0; i < BLOCK; i++) {
          values[from + i] = in.get(at + 2 + i) * scale;
        }
        at += bytes(BLOCK);
      }
    }
  };

  /** Values of a block; every prefix length is a multiple of it. */
  static final int BLOCK = 16;

  /** Bits of the least float magnitude that is not finite. */
  private static final int INFINITY = 0x7f800000;

  private static final int LEVELS = 127;

  /** 2⁻¹²⁶, the least normal number, as bfloat16. */
  private static final int LEAST_SCALE = 0x0080;

  /** The largest bfloat16 that is at most a 127th of the largest float. */
  private static final int LARGEST_SCALE = 0x7c01;

  private final int number;
  private final int blockBytes;

  Encoding(int number, int blockBytes) {
    this.number = number;
    this.blockBytes = blockBytes;
  }

  /** The number that stands for this encoding in the image of a sketch. */
  public int number() {
    return number;
  }

  /** The encoding of a number, if this release knows it. */
  public static Optional<Encoding> ofNumber(int number) {
    return Arrays.stream(values()).filter(e -> e.number == number).findFirst();
  }

  /**
   * Bytes of the first {@code prefixLength} values.
   *
   * @param prefixLength a multiple of 16
   */
  public int bytes(int prefixLength) {
    return prefixLength / BLOCK * blockBytes;
  }

  /**
   * Rounds the block that starts at {@code from}.
   *
   * @param values finite; not modified
   * @param out receives the block at the same place
   * @return Σ Δ² over the values that the rounding changed, Δ the distance of neighbours around
   *     them
   */
  abstract double round(float[] values, int from, float[] out);

  /** Writes a block that is rounded already. */
  abstract void write(float[] values, int from, ByteBuffer out);

  /**
   * Checks the bytes of the block that starts with value {@code from}.
   *
   * @throws InvalidInputException if they are not what {@link #write} writes
   */
  abstract void check(ByteBuffer in, int at, int from);

  /** Reads all blocks, from the start of the buffer, once they are checked. */
  abstract void read(ByteBuffer in, float[] values);

  private static boolean canonical(int scale, int largestLevel) {
    if (scale == 0) {
      return largestLevel == 0;
    }
    if (scale == LEAST_SCALE) {
      return largestLevel >= 1 && largestLevel <= LEVELS;
    }
    return scale > LEAST_SCALE && scale <= LARGEST_SCALE && largestLevel == LEVELS;
  }

  private static float scale(float[] values, int from) {
    float largest = 0;
    for (int i = from; i < from + BLOCK; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    float scale = Bfloat16.toFloat(Bfloat16.round(largest / LEVELS));
    return largest == 0 ? 0 : Math.max(scale, Float.MIN_NORMAL);
  }

  /** The quotient in double precision is a tie only where the exact one is. */
  private static int level(float value, float scale) {
    return value == 0 ? 0 : (int) Math.rint((double) value / scale);
  }
}
