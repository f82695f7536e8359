package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The example that ends section 5 of docs/mechanism.md. */
class PublishedExampleTest {
  private static Computation example() {
    return Computation.builder()
        .object("frame", "camera", Attributes.dense(0.6f, 0.8f))
        .object(
            "a",
            "cat",
            Attributes.sparse(8, new int[] {1, 5}, new float[] {0.5f, -0.25f}),
            new WeightedInput("frame", 1f))
        .object(
            "b",
            "cat",
            Attributes.sparse(8, new int[] {7}, new float[] {1f}),
            new WeightedInput("frame", 0.75f),
            new WeightedInput("a", 0.25f))
        .root("a", 0.5f)
        .root("b", 0.5f)
        .build();
  }

  private static String hash(SketchSpec spec) throws NoSuchAlgorithmException {
    Sketch sketch = new Sketcher(spec).sketch(example());
    ByteBuffer bytes = ByteBuffer.allocate(4 * spec.dimension()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : sketch.toArray()) {
      bytes.putFloat(value);
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }

  @Test
  void blockSparse_hasThePublishedBytes() throws NoSuchAlgorithmException {
    assertThat(hash(new SketchSpec(4096, 16, 7)))
        .isEqualTo("3d0d679e7a1777b4a1e09f4a2a75868df72c9a7a6caf0b801414824ea30577dc");
  }

  @Test
  void hadamard_hasThePublishedBytes() throws NoSuchAlgorithmException {
    assertThat(hash(new SketchSpec(1024, new Family.Hadamard(), 7)))
        .isEqualTo("54fe34f96218bc506bea02d8ee4787305d80af8a321851c3de8e101dfc0120c0");
  }
}
