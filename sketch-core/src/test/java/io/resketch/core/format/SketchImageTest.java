package io.resketch.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SketchImageTest {
  /** The example of docs/mechanism.md. */
  static Sketch example() {
    return example(new SketchSpec(4096, 16, 7));
  }

  static Sketch example(SketchSpec spec) {
    Computation graph =
        Computation.builder()
            .object("frame", "camera", Attributes.dense(0.6f, 0.8f))
            .object(
                "a",
                "cat",
                Attributes.sparse(8, new int[] {1, 5}, new float[] {0.5f, -0.25f}),
                new WeightedInput("frame", 1f))
            .object(
                "b",
                "cat",
                Attributes.dense(0, 0, 0, 0, 0, 0, 0, 1f),
                new WeightedInput("frame", 0.75f),
                new WeightedInput("a", 0.25f))
            .root("a", 0.5f)
            .root("b", 0.5f)
            .build();
    return new Sketcher(spec).sketch(graph);
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 16460, 3ed1bd5a3b0ad0a4366e7c5a5a2a98c4a22f7605dd2cb8ebd62f101a1e98f051",
    "BF16, 8268, 82a92f41504719c8a5ca7c5e5b9f50902b9692fe31d080a2309295dbf4413dbd",
    "I8_BLOCK, 4684, a1149cdafa35dba6e61a168e3c36f8495f507a3d51d515b7b2d5c9e3a8d99578",
  })
  void imageOfTheExample_isTheWrittenOne(Encoding encoding, int bytes, String hash)
      throws Exception {
    byte[] image = SketchImage.write(example().encode(encoding));
    assertThat(image).hasSize(bytes).hasSize(SketchImage.bytes(encoding, 4096));
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image)))
        .isEqualTo(hash);
  }

  @Test
  void valuesOfTheExample_areTheWrittenOnes() {
    assertThat(Float.floatToRawIntBits(example().value(0))).isEqualTo(0x3a033333);
    assertThat(Float.floatToRawIntBits(example().value(3))).isEqualTo(0xba080000);
  }

  @ParameterizedTest
  @EnumSource
  void roundTrip_keepsEverything(Encoding encoding) {
    Sketch sketch = example().truncate(160).encode(encoding);
    Sketch read = SketchImage.read(SketchImage.write(sketch));
    assertThat(read).isEqualTo(sketch);
    assertThat(read.encoding()).isEqualTo(encoding);
    assertThat(read.noiseVariance()).isEqualTo(sketch.noiseVariance());
    Sketch sum = Sketch.weightedSum(List.of(read, read), new double[] {1, 2});
    assertThat(SketchImage.read(SketchImage.write(sum))).isEqualTo(sum);
  }

  @ParameterizedTest
  @EnumSource
  void everyFlippedBit_isNoticed(Encoding encoding) {
    byte[] image = SketchImage.write(example().truncate(16).encode(encoding));
    for (int bit = 0; bit < image.length * 8; bit++) {
      byte[] changed = image.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> SketchImage.read(changed))
          .as("bit %d", bit)
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void everyCut_isNoticed() {
    byte[] image = SketchImage.write(example().truncate(16));
    for (int length = 0; length < image.length; length++) {
      byte[] cut = Arrays.copyOf(image, length);
      assertThatThrownBy(() -> SketchImage.read(cut))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("cut short: " + length + " bytes");
    }
    refused(Arrays.copyOf(image, 141), "too long: 141 bytes, but the header announces 140");
  }

  @Test
  void foreignNewerAndDamaged_areToldApart() {
    byte[] image = SketchImage.write(example().truncate(16));
    refused(changed(image, 80, 1), "damaged: the checksum does not match");
    refused(changed(image, 6, 9), "damaged: the checksum does not match");
    refused(changed(image, 4, 2), "format version 2 is too new; this release reads version 1");
    refused(changed(image, 5, 1), "format version 257 is too new");
    refused(changed(image, 4, 0), "format version 0 never was");
    refused(changed(image, 0, 'X'), "not a sketch image");
    refused(new byte[] {'{'}, "not a sketch image");
  }

  /** Faults of a writer: the checksum holds. */
  @Test
  void fieldsOutOfRange_areNamed() {
    writtenWrong(
        b -> b.put(6, (byte) 9), "encoding 9 is unknown; this release reads F32 (1), BF16");
    writtenWrong(b -> b.put(7, (byte) 3), "reserved byte 7 is 3, must be 0");
    writtenWrong(b -> b.putInt(40, 24), "sketch.dimension: 24 must be a multiple of 16");
    writtenWrong(b -> b.putInt(40, -16), "sketch.dimension: 4294967280 must be");
    writtenWrong(b -> b.putInt(40, 1 << 23), "sketch.dimension: 8388608 must be");
    writtenWrong(b -> b.putInt(44, 0), "prefixLength: 0 must be a multiple of 16 from 16 to 4096");
    writtenWrong(b -> b.putInt(44, 17), "prefixLength: 17 must be");
    writtenWrong(b -> b.putInt(44, 4112), "prefixLength: 4112 must be");
    writtenWrong(b -> b.putInt(44, 32), "cut short: 140 bytes, but the header announces 204");
    writtenWrong(b -> b.put(6, (byte) 2), "too long: 140 bytes, but the header announces 108");
    writtenWrong(b -> b.putLong(48, 0), "sketch.runs: 0 must be 1 to 2^53");
    writtenWrong(b -> b.putLong(48, (1L << 53) + 1), "sketch.runs: 9007199254740993 must be");
    writtenWrong(b -> b.putDouble(56, 0), "sketch.mass: 0.0 must be finite and not 0");
    writtenWrong(b -> b.putDouble(56, Double.NaN), "sketch.mass: NaN must be");
    writtenWrong(
        b -> b.putDouble(64, -1), "sketch.noiseVariance: -1.0 must be finite and at least");
    writtenWrong(b -> b.putDouble(64, -0.0), "sketch.noiseVariance: -0.0 must be");
    writtenWrong(b -> b.putDouble(64, 1 / 0.0), "sketch.noiseVariance: Infinity must be");
    writtenWrong(b -> b.putFloat(76, Float.NaN), "sketch.values[1]: NaN is not finite");
  }

  @Test
  void description_showsTheHeader_andWhatIsWrong() {
    byte[] image = SketchImage.write(example().truncate(32).encode(Encoding.I8_BLOCK));
    String header =
        """
        bytes           112
        format version  1
        encoding        3 I8_BLOCK
        fingerprint     bc9c57ed9ce5916698405f3fee4a1c6b617f59a8b08c5edb1c6b350cf42d73d4
        dimension       4096
        prefix length   32
        runs            1
        mass            2.0
        noise variance  %s
        """
            .formatted(SketchImage.read(image).noiseVariance());
    assertThat(SketchImage.describe(image))
        .isEqualTo(header + "checksum        holds\nstate           valid\n");
    assertThat(SketchImage.describe(changed(image, 75, 1)))
        .isEqualTo(
            header
                + "checksum        does not match\n"
                + "fault           sketch.image: damaged: the checksum does not match;"
                + " fetch or copy the image again\n");
    assertThat(SketchImage.describe(Arrays.copyOf(image, 100)))
        .contains("prefix length   32\n")
        .endsWith("cut short: 100 bytes, but the header announces 112\n");
    assertThat(SketchImage.describe(new byte[] {'{', '}'}))
        .isEqualTo(
            "bytes           2\nfault           sketch.image: does not start with the magic"
                + " \"RSKT\": not a sketch image\n");
  }

  private static byte[] changed(byte[] image, int at, int value) {
    byte[] changed = image.clone();
    changed[at] = (byte) value;
    return changed;
  }

  private static void writtenWrong(Consumer<ByteBuffer> fault, String message) {
    byte[] image = SketchImage.write(example().truncate(16));
    fault.accept(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN));
    repairChecksum(image);
    refused(image, message);
    assertThat(SketchImage.describe(image))
        .contains("checksum        holds\nfault")
        .contains(message);
  }

  static void repairChecksum(byte[] image) {
    CRC32C crc = new CRC32C();
    crc.update(image, 0, image.length - 4);
    ByteBuffer.wrap(image)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(image.length - 4, (int) crc.getValue());
  }

  private static void refused(byte[] image, String message) {
    assertThatThrownBy(() -> SketchImage.read(image))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
