package io.resketch.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SketchImageTest {
  /** The example of docs/mechanism.md. */
  private static Sketch example() {
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
    return new Sketcher(new SketchSpec(4096, 16, 7)).sketch(graph);
  }

  @Test
  void imageOfTheExample_isTheWrittenOne() throws Exception {
    byte[] image = SketchImage.write(example());
    assertThat(image).hasSize(4096 * 4 + SketchImage.overheadBytes());
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image)))
        .isEqualTo("0d3999577752150d44d9f9645a6464fbde243d3567814b27f3bddfd67a7e1709");
    assertThat(Float.floatToRawIntBits(example().value(0))).isEqualTo(0x3a033333);
    assertThat(Float.floatToRawIntBits(example().value(3))).isEqualTo(0xba080000);
  }

  @Test
  void roundTrip_keepsEverything() {
    Sketch sketch = example().truncate(160);
    assertThat(SketchImage.read(SketchImage.write(sketch))).isEqualTo(sketch);
  }

  @Test
  void everyFlippedBit_isNoticed() {
    byte[] image = SketchImage.write(example().truncate(16));
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
      assertThatThrownBy(() -> SketchImage.read(cut)).isInstanceOf(InvalidInputException.class);
    }
    assertThatThrownBy(() -> SketchImage.read(Arrays.copyOf(image, image.length + 1)))
        .hasMessageContaining("133 bytes, but the header announces 132");
  }

  @Test
  void randomBytes_neverDoAnythingElse() {
    SplittableRandom random = new SplittableRandom(77);
    byte[] head = SketchImage.write(example().truncate(16));
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      System.arraycopy(head, 0, bytes, 0, Math.min(bytes.length, random.nextInt(64)));
      assertThatThrownBy(() -> SketchImage.read(bytes))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageFindingMatch("sketch.image|prefixLength");
    }
  }

  @Test
  void foreignAndNewer_areToldApart() {
    byte[] image = SketchImage.write(example().truncate(16));
    image[4] = 2;
    assertThatThrownBy(() -> SketchImage.read(image))
        .hasMessageContaining("format version 2 is unknown; this release reads version 1");
    image[0] = 'X';
    assertThatThrownBy(() -> SketchImage.read(image)).hasMessageContaining("not a sketch image");
  }
}
