package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecoveryPartsTest {
  /** Otherwise the test below would compare plain Java with itself. */
  @Test
  void products_theTestsRunWithTheVectorApi() {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
    assertThat(Products.BEST.getClass().getSimpleName()).isEqualTo("VectorProducts");
  }

  @Test
  void products_vectorAndPlain_agree() {
    assertThat(Products.BEST).isNotInstanceOf(PlainProducts.class);
    int dims = 37;
    int rows = 16;
    SplittableRandom random = new SplittableRandom(1);
    float[] v = floats(random, rows * dims);
    float[] w = floats(random, dims * SparseSearch.WIDTH);
    float[] z = new float[rows * SparseSearch.WIDTH];
    float[] plainZ = new float[z.length];
    Products.BEST.forward(v, 0, rows, dims, w, z);
    new PlainProducts().forward(v, 0, rows, dims, w, plainZ);
    assertClose(z, plainZ);
    float[] back = floats(random, dims * SparseSearch.WIDTH);
    float[] plainBack = back.clone();
    Products.BEST.back(v, 0, rows, dims, z, back);
    new PlainProducts().back(v, 0, rows, dims, z, plainBack);
    assertClose(back, plainBack);
  }

  private static void assertClose(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      assertThat(x[i]).isCloseTo(y[i], org.assertj.core.data.Offset.offset(2e-4f));
    }
  }

  private static float[] floats(SplittableRandom random, int n) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  @Test
  void lattice_nearWholeMultiplesOfTwoWeights_isExact() {
    SplittableRandom random = new SplittableRandom(2);
    double[] exact = new double[512];
    double[] near = new double[512];
    for (int i = 0; i < exact.length; i++) {
      exact[i] = 2 * (random.nextInt(5) - 2) + 3 * (random.nextInt(3) - 1);
    }
    Symmetric.unit(exact);
    for (int i = 0; i < exact.length; i++) {
      near[i] = exact[i] + 1e-5 * random.nextGaussian();
    }
    double[] snapped = Lattice.snap(near).orElseThrow();
    for (int i = 0; i < exact.length; i++) {
      assertThat((float) snapped[i]).isEqualTo((float) exact[i]);
    }
  }

  @Test
  void lattice_ofGaussianValues_isNone() {
    SplittableRandom random = new SplittableRandom(3);
    double[] column = new double[512];
    for (int i = 0; i < column.length; i++) {
      column[i] = random.nextGaussian();
    }
    assertThat(Lattice.snap(Symmetric.unit(column))).isEmpty();
  }

  @Test
  void grouping_ofIndependentCodes_saysThatNothingBindsThem() {
    SplittableRandom random = new SplittableRandom(4);
    double[][] codes = new double[12][2000];
    for (double[] code : codes) {
      for (int i = 0; i < code.length; i++) {
        code[i] = random.nextInt(3) == 0 ? random.nextDouble() : 0;
      }
    }
    Grouping.Groups groups = Grouping.of(codes);
    assertThat(groups.relation()).isEmpty();
    assertThat(groups.groups()).hasSize(12);
  }

  @Test
  void grouping_ofUnitVectorsAtAnyScale_findsThem() {
    SplittableRandom random = new SplittableRandom(5);
    double[][] codes = new double[12][2000];
    for (int i = 0; i < 2000; i++) {
      for (int object = 0; object < 2; object++) {
        double[] x = new double[6];
        for (int k = 0; k < 3; k++) {
          x[random.nextInt(6)] = random.nextDouble();
        }
        Symmetric.unit(x);
        for (int k = 0; k < 6; k++) {
          codes[2 * k + object][i] = x[k] * (1 + k) * 0.01;
        }
      }
    }
    assertThat(Grouping.of(codes).groups())
        .containsExactlyInAnyOrder(
            java.util.List.of(0, 2, 4, 6, 8, 10), java.util.List.of(1, 3, 5, 7, 9, 11));
  }

  @Test
  void grouping_whereObjectsLackAttributes_mixesNone() {
    // Of four objects of 8 attributes, 3 above 0, the second lacks a rare one and the others three;
    // what
    // the third and fourth have goes along with what the first has.
    SplittableRandom random = new SplittableRandom(6);
    int[] first = {0, 5, 12, 17};
    double[][] codes = new double[22][4000];
    for (int i = 0; i < 4000; i++) {
      boolean[] active = new boolean[8];
      for (int object = 0; object < 4; object++) {
        active = object == 1 ? new boolean[8] : active.clone();
        while (above(active) < 3) {
          active[random.nextInt(random.nextInt(20) == 0 ? 8 : 7)] = true;
        }
        for (int k = 0; k < (object == 1 ? 7 : 5); k++) {
          codes[first[object] + k][i] = active[k] ? 0.1 + random.nextDouble() : 0;
        }
        active[random.nextInt(8)] = false;
      }
    }
    for (java.util.List<Integer> group : Grouping.of(codes).groups()) {
      assertThat(group.stream().map(j -> j < 5 ? 0 : j < 12 ? 1 : j < 17 ? 2 : 3).distinct())
          .hasSize(1);
    }
    assertThat(Grouping.of(codes).groups()).contains(java.util.List.of(5, 6, 7, 8, 9, 10, 11));
  }

  private static int above(boolean[] active) {
    int out = 0;
    for (boolean one : active) {
      out += one ? 1 : 0;
    }
    return out;
  }
}
