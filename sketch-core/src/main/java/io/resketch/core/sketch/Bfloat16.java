package io.resketch.core.sketch;

/** The upper half of a float32: 8 significant bits, the same range of exponents. */
final class Bfloat16 {
  private static final int INFINITY = 0x7f80;

  private Bfloat16() {}

  /** To nearest, ties to even; beyond the largest finite number, that number. */
  static short round(float finite) {
    int bits = Float.floatToRawIntBits(finite);
    int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
    return (short) ((rounded & INFINITY) == INFINITY ? rounded - 1 : rounded);
  }

  static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Distance of the bfloat16 numbers around a value. */
  static double step(float value) {
    return 0x1p16 * Math.ulp(value);
  }
}
