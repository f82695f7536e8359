package io.resketch.core.sketch;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** The encodings of docs/mechanism.md, section 6, in exact arithmetic. */
final class LiteralEncoding {
  private LiteralEncoding() {}

  static float bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    float inner = Float.intBitsToFloat(bits & 0xffff0000);
    float outer = Float.intBitsToFloat((bits & 0xffff0000) + 0x10000);
    if (inner == value || Float.isInfinite(outer)) {
      return inner;
    }
    BigDecimal toInner = new BigDecimal(value).subtract(new BigDecimal(inner)).abs();
    BigDecimal toOuter = new BigDecimal(outer).subtract(new BigDecimal(value)).abs();
    int order = toInner.compareTo(toOuter);
    boolean innerIsEven = (bits & 0x10000) == 0;
    return order < 0 || (order == 0 && innerIsEven) ? inner : outer;
  }

  static float scale(float[] block) {
    float largest = 0;
    for (float v : block) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest == 0 ? 0 : Math.max(0x1p-126f, bfloat16(largest / 127));
  }

  static float[] i8Block(float[] block) {
    float scale = scale(block);
    float[] out = new float[block.length];
    for (int i = 0; i < block.length && scale > 0; i++) {
      BigDecimal quotient =
          new BigDecimal(block[i]).divide(new BigDecimal(scale), 0, RoundingMode.HALF_EVEN);
      out[i] = quotient.multiply(new BigDecimal(scale)).floatValue();
    }
    return out;
  }
}
