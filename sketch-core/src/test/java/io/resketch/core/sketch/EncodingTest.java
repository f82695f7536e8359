package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodingTest {
  private static final SketchSpec SPEC = new SketchSpec(4096, 16, 7);

  private static Sketch sketch(float... values) {
    return Sketch.of(SPEC.fingerprint(), 4096, Arrays.copyOf(values, 4096), 1, 1);
  }

  private static float[] round(Encoding encoding, float... values) {
    return Arrays.copyOf(sketch(values).encode(encoding).toArray(), values.length);
  }

  private static byte[] firstBlock(Encoding encoding, float... values) {
    Sketch encoded = sketch(values).truncate(16).encode(encoding);
    ByteBuffer out = ByteBuffer.allocate(encoding.bytes(16));
    encoded.putValues(out);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  /** Blocks whose magnitudes lie within a factor 2^{12} of each other, over all of float32. */
  private static float[] wide(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[4096];
    for (int from = 0; from < values.length; from += 16) {
      int exponent = random.nextInt(-160, 128);
      for (int i = from; i < from + 16; i++) {
        double v = Math.scalb(random.nextDouble(-2, 2), exponent - random.nextInt(12));
        values[i] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, v));
      }
    }
    return values;
  }

  @Test
  void wireNumbersAndSizes_areFixed() {
    assertThat(Encoding.F32.number()).isEqualTo(1);
    assertThat(Encoding.BF16.number()).isEqualTo(2);
    assertThat(Encoding.I8_BLOCK.number()).isEqualTo(3);
    assertThat(Encoding.F32.bytes(4096)).isEqualTo(16384);
    assertThat(Encoding.BF16.bytes(4096)).isEqualTo(8192);
    assertThat(Encoding.I8_BLOCK.bytes(4096)).isEqualTo(4608);
    for (Encoding encoding : Encoding.values()) {
      assertThat(Encoding.ofNumber(encoding.number())).contains(encoding);
    }
    assertThat(Encoding.ofNumber(0)).isEmpty();
    assertThat(Encoding.ofNumber(4)).isEmpty();
  }

  @Test
  void bf16_isTheNearest_tiesToEven_overAllOfFloat32() {
    for (int seed = 0; seed < 8; seed++) {
      float[] values = wide(seed);
      float[] expected = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        int bits = Float.floatToRawIntBits(values[i]);
        values[i] = i % 3 == 0 ? Float.intBitsToFloat((bits & 0xffff0000) | 0x8000) : values[i];
        expected[i] = LiteralEncoding.bfloat16(values[i]);
      }
      assertThat(round(Encoding.BF16, values)).containsExactly(expected);
    }
  }

  @Test
  void i8Block_isTheLiteralOne_overAllOfFloat32() {
    for (int seed = 0; seed < 8; seed++) {
      float[] values = wide(seed);
      for (int from = 0; from < values.length; from += 48) {
        putTies(values, from);
      }
      float[] rounded = round(Encoding.I8_BLOCK, values);
      for (int from = 0; from < values.length; from += 16) {
        assertThat(Arrays.copyOfRange(rounded, from, from + 16))
            .containsExactly(LiteralEncoding.i8Block(Arrays.copyOfRange(values, from, from + 16)));
      }
    }
  }

  /** Odd multiples of half the scale. */
  private static void putTies(float[] values, int from) {
    float scale = LiteralEncoding.scale(Arrays.copyOfRange(values, from, from + 16));
    values[from] = 127 * scale;
    for (int i = 1; i < 16; i++) {
      values[from + i] = scale / 2 * (2 * i + 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void encoding_isIdempotent(Encoding encoding) {
    for (int seed = 100; seed < 140; seed++) {
      Sketch once = sketch(wide(seed)).encode(encoding);
      assertThat(once.encode(encoding)).isEqualTo(once);
      assertThat(once.encode(Encoding.F32).encode(encoding)).isEqualTo(once);
    }
  }

  @Test
  void i8Block_givesTheLargestMagnitudeLevel127_forEveryMantissa() {
    for (int mantissa = 0; mantissa < 1 << 23; mantissa += 16 * 61) {
      float largest = Float.intBitsToFloat(Float.floatToRawIntBits(1) | mantissa);
      byte[] block = firstBlock(Encoding.I8_BLOCK, -largest);
      assertThat(block[2]).as("largest %a", largest).isEqualTo((byte) -127);
    }
  }

  @ParameterizedTest
  @EnumSource
  void largestFloats_stayFinite_andDenormalsAndZerosAreNoTrouble(Encoding encoding) {
    float max = Float.MAX_VALUE;
    float[] rounded = round(encoding, max, -max, 1, 0, -0f, Float.MIN_VALUE, max / 2);
    for (float v : rounded) {
      assertThat(v).isFinite();
    }
    assertThat(rounded[0]).isBetween(max * 0.99f, max).isEqualTo(-rounded[1]);
    float[] tiny = {Float.MIN_VALUE, -Float.MIN_VALUE, 0, 0x1p-130f, Float.MIN_NORMAL};
    float[] tinyRounded = round(encoding, tiny);
    for (int i = 0; i < tiny.length; i++) {
      assertThat(Math.abs(tinyRounded[i] - tiny[i])).isLessThanOrEqualTo(0x1p-127f);
    }
    assertThat(round(encoding, new float[32])).containsOnly(0f);
    assertThat(sketch(new float[32]).encode(encoding).noiseVariance()).isZero();
  }

  /** The vectors of docs/mechanism.md. */
  @Test
  void writtenVectors_hold() {
    float[] values = {1, -0.5f, 0.004f, 0.0625f, -0.3f};
    assertThat(HexFormat.of().formatHex(firstBlock(Encoding.BF16, values)))
        .isEqualTo("803f00bf833b803d9abe" + "0000".repeat(11));
    assertThat(HexFormat.of().formatHex(firstBlock(Encoding.I8_BLOCK, values)))
        .isEqualTo("013c7fc00108da" + "00".repeat(11));
  }

  @ParameterizedTest
  @EnumSource
  void truncating_andEncoding_commute(Encoding encoding) {
    Sketch full = sketch(wide(5));
    Sketch cutLast = full.encode(encoding).truncate(512);
    assertThat(cutLast.encoding()).isEqualTo(encoding);
    assertThat(cutLast.toArray()).isEqualTo(full.truncate(512).encode(encoding).toArray());
  }

  @Test
  void bytesThatNoWriterWrites_areRefused() {
    SketchHeader i8 = new SketchHeader(SPEC.fingerprint(), 4096, 16, Encoding.I8_BLOCK, 1, 1, 0);
    byte[] block = firstBlock(Encoding.I8_BLOCK, 1, -0.5f);
    assertThat(Sketch.of(i8, ByteBuffer.wrap(block)).value(1)).isBetween(-0.51f, -0.49f);
    refuse(i8, block, 2, 126); // the largest level is not 127
    refuse(i8, block, 3, -128);
    refuse(i8, block, 1, 0x80); // a negative scale
    refuse(i8, block, 1, 0x7f); // a scale whose 127-fold is infinite
    refuse(i8, block, 1, 0x00); // a denormal scale
    refuse(i8, new byte[18], 2, 1); // levels without a scale
    refuse(i8, new byte[18], 0, 1);
    SketchHeader bf16 = new SketchHeader(SPEC.fingerprint(), 4096, 16, Encoding.BF16, 1, 1, 0);
    byte[] infinite = firstBlock(Encoding.BF16, 1);
    infinite[0] = (byte) 0x80;
    refuse(bf16, infinite, 1, 0x7f);
    assertThatThrownBy(() -> Sketch.of(bf16, ByteBuffer.wrap(new byte[31])))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("sketch.values: 31 bytes must be 32");
  }

  private static void refuse(SketchHeader header, byte[] block, int at, int changed) {
    byte[] bytes = block.clone();
    bytes[at] = (byte) changed;
    assertThatThrownBy(() -> Sketch.of(header, ByteBuffer.wrap(bytes)))
        .as("byte %d = %d", at, changed)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageFindingMatch("sketch\\.(values|blocks)\\[0\\]");
  }
}
