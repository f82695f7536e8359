package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockKernelTest {
  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 3);

  @Test
  void theTestsRunWithTheVectorApi() {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
    assertThat(BlockKernel.BEST.getClass().getSimpleName()).isEqualTo("VectorKernel");
  }

  @Test
  void vectorAndPlain_addTheSameBits_andSumTheSame() {
    AttributeOperator plain = columns(new PlainKernel());
    AttributeOperator vector = columns(BlockKernel.BEST);
    SplittableRandom random = new SplittableRandom(5);
    float[] x = RandomGraphs.unit(random, 100);
    float[] y = RandomGraphs.unit(random, 2048);
    float[] a = new float[2048];
    float[] b = new float[2048];
    plain.add(a, x, 0, new float[2048]);
    vector.add(b, x, 0, new float[2048]);
    float[] dotsPlain = new float[100];
    float[] dotsVector = new float[100];
    plain.adjoint(y, dotsPlain, 0, new float[2048]);
    vector.adjoint(y, dotsVector, 0, new float[2048]);
    for (int j = 0; j < 100; j++) {
      assertThat(dotsVector[j]).isCloseTo(dotsPlain[j], within(1e-6f));
    }
    for (int i = 0; i < 2048; i++) {
      assertThat(Float.floatToRawIntBits(b[i])).isEqualTo(Float.floatToRawIntBits(a[i]));
    }
  }

  private static AttributeOperator columns(BlockKernel kernel) {
    return new BlockSparseAttributes(SPEC, new Family.BlockSparse(16), "m", 100, kernel);
  }

  @Test
  void vectorAndPlain_addTheSameRotation() {
    SplittableRandom random = new SplittableRandom(6);
    float[] in = RandomGraphs.unit(random, 64);
    int[] source = {32, 0, 48, 16};
    float[] sign = {-1, 1, -1, 1};
    float[] a = RandomGraphs.unit(random, 64);
    float[] b = a.clone();
    new PlainKernel().addTransparent(a, 0.3f, in, source, sign, new float[64]);
    BlockKernel.BEST.addTransparent(b, 0.3f, in, source, sign, new float[64]);
    assertThat(b).isEqualTo(a);
  }

  @Test
  void transparent_setsWhatAddingToZerosLeaves() {
    float[] in = RandomGraphs.unit(new SplittableRandom(7), 64);
    in[17] = -0f;
    in[33] = -0f; // in block 1 and in the block that comes to it
    int[] source = {0, 32, 48, 16};
    float[] sign = {-1, 1, -1, 1};
    float[] added = new float[64];
    new PlainKernel().addTransparent(added, 0.3f, in, source, sign, new float[64]);
    assertThat(Float.floatToRawIntBits(added[17])).isZero();
    for (BlockKernel kernel : List.of(new PlainKernel(), BlockKernel.BEST)) {
      float[] set = RandomGraphs.unit(new SplittableRandom(8), 64);
      kernel.transparent(set, 0.3f, in, source, sign, new float[64]);
      for (int i = 0; i < 64; i++) {
        assertThat(Float.floatToRawIntBits(set[i])).isEqualTo(Float.floatToRawIntBits(added[i]));
      }
    }
  }

  @Test
  void inDoublePrecision_vectorAndPlainAgree() {
    AttributeOperator plain = columns(new PlainKernel());
    AttributeOperator vector = columns(BlockKernel.BEST);
    SplittableRandom random = new SplittableRandom(9);
    double[] x = random.doubles(100, -1, 1).toArray();
    double[] y = random.doubles(2048, -1, 1).toArray();
    double[] a = new double[2048];
    double[] b = new double[2048];
    plain.add(a, x, 0, new double[2048]);
    vector.add(b, x, 0, new double[2048]);
    assertThat(b).containsExactly(a, within(1e-14));
    double[] dotsPlain = new double[100];
    double[] dotsVector = new double[100];
    plain.adjoint(y, dotsPlain, 0, new double[2048]);
    vector.adjoint(y, dotsVector, 0, new double[2048]);
    assertThat(dotsVector).containsExactly(dotsPlain, within(1e-14));
    int[] source = {32, 0, 48, 16};
    float[] sign = {-1, 1, -1, 1};
    double[] in = random.doubles(64, -1, 1).toArray();
    double[] c = random.doubles(64, -1, 1).toArray();
    double[] e = c.clone();
    new PlainKernel().addTransparent(c, 0.3, in, source, sign);
    BlockKernel.BEST.addTransparent(e, 0.3, in, source, sign);
    assertThat(e).containsExactly(c, within(1e-15));
  }
}
