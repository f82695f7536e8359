package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.spec.SketchSpec;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockKernelTest {
  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 3);

  @Test
  void theTestsRunWithTheVectorApi() {
    assertThat(BlockKernel.BEST.getClass().getSimpleName()).isEqualTo("VectorKernel");
  }

  @Test
  void vectorAndPlain_addTheSameBits_andSumTheSame() {
    AttributeColumns plain = new AttributeColumns(SPEC, "m", 100, new PlainKernel());
    AttributeColumns vector = new AttributeColumns(SPEC, "m", 100, BlockKernel.BEST);
    SplittableRandom random = new SplittableRandom(5);
    float[] y = RandomGraphs.unit(random, 2048);
    float[] a = new float[2048];
    float[] b = new float[2048];
    for (int j = 0; j < 100; j++) {
      float x = (float) random.nextDouble(-1, 1);
      plain.addColumn(a, j, x);
      vector.addColumn(b, j, x);
      assertThat(vector.dotColumn(y, j)).isCloseTo(plain.dotColumn(y, j), within(1e-6f));
    }
    for (int i = 0; i < 2048; i++) {
      assertThat(Float.floatToRawIntBits(b[i])).isEqualTo(Float.floatToRawIntBits(a[i]));
    }
  }

  @Test
  void vectorAndPlain_addTheSameRotation() {
    SplittableRandom random = new SplittableRandom(6);
    float[] in = RandomGraphs.unit(random, 64);
    int[] source = {32, 0, 48, 16};
    float[] sign = new float[64];
    for (int i = 0; i < 64; i++) {
      sign[i] = i / 16 % 2 == 0 ? -1f : 1f;
    }
    float[] a = RandomGraphs.unit(random, 64);
    float[] b = a.clone();
    new PlainKernel().addTransparent(a, 0.3f, in, source, sign, new float[64]);
    BlockKernel.BEST.addTransparent(b, 0.3f, in, source, sign, new float[64]);
    assertThat(b).isEqualTo(a);
  }
}
