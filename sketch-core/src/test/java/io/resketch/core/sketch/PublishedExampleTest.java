package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.PublishedExamples;
import io.resketch.core.graph.Computation;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples that end section 5 of docs/mechanism.md. */
class PublishedExampleTest {
  private static final SketchSpec BLOCK_SPARSE = new SketchSpec(4096, 16, 7);
  private static final SketchSpec HADAMARD = new SketchSpec(1024, new Family.Hadamard(), 7);

  private static String hash(SketchSpec spec, Computation example) throws NoSuchAlgorithmException {
    Sketch sketch = new Sketcher(spec).sketch(example);
    ByteBuffer bytes = ByteBuffer.allocate(4 * spec.dimension()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : sketch.toArray()) {
      bytes.putFloat(value);
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }

  @Test
  void blockSparse_hasThePublishedBytes() throws NoSuchAlgorithmException {
    assertThat(hash(BLOCK_SPARSE, PublishedExamples.plain()))
        .isEqualTo("3d0d679e7a1777b4a1e09f4a2a75868df72c9a7a6caf0b801414824ea30577dc");
  }

  @Test
  void hadamard_hasThePublishedBytes() throws NoSuchAlgorithmException {
    assertThat(hash(HADAMARD, PublishedExamples.plain()))
        .isEqualTo("54fe34f96218bc506bea02d8ee4787305d80af8a321851c3de8e101dfc0120c0");
  }

  @Test
  void positionsOwnWeightsAndTransparency_haveThePublishedBytes() throws NoSuchAlgorithmException {
    assertThat(hash(BLOCK_SPARSE, PublishedExamples.placed()))
        .isEqualTo("431e9ece263ee803d72ba742d627fb8f2b07e4efab152b92f59c17f7f7c5dd16");
    assertThat(hash(BLOCK_SPARSE.withTransparency(0.75), PublishedExamples.placed()))
        .isEqualTo("b7d87ce6991f1133bef83ce2330e059b1180610e62c2f4eed73ccfd286536d31");
    assertThat(hash(HADAMARD.withTransparency(0.75), PublishedExamples.placed()))
        .isEqualTo("e84c209397c20c171d22a307dcc6bc86e4846ab05b35edcc6da32d46c2374a88");
  }

  @Test
  void skeletons_haveThePublishedHashes() {
    assertThat(HexFormat.of().formatHex(PublishedExamples.plain().skeleton().contentHash()))
        .isEqualTo("9fbe390b1755dfd2e59adec41591b57f68297882c317d6502bfd92e18addfe4c");
    assertThat(HexFormat.of().formatHex(PublishedExamples.placed().skeleton().contentHash()))
        .isEqualTo("9707e6610a436ca0f45fb72cacf113c1a82da0ac88193e88e2e85e8e7eef8b95");
  }

  @Test
  void fingerprintsWithTransparency_areThePublishedOnes() {
    assertThat(BLOCK_SPARSE.withTransparency(0.75).fingerprint().toString())
        .isEqualTo("2114cf7d5a1af8c8d032b6a60e26ddffe9b22bce3268185f8680cc5c27277bdb");
    assertThat(HADAMARD.withTransparency(0.75).fingerprint().toString())
        .isEqualTo("6be38cf5f98a633d44b22389e1e92503e9c56e717e6f7d0a46af8beb62646c16");
  }
}
