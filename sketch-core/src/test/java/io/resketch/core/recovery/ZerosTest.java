package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ZerosTest {
  private static final int ROWS = 2048;
  private static final int DIMS = 64;

  /** As of the columns of 96 attributes with noise of a ten-thousandth. */
  private static final double NOISE = 0.014;

  /**
   * A subspace of normal values.
   *
   * @param share of rows in which the first direction is 0 but for noise
   */
  private static Basis basis(SplittableRandom random, double share, double noise) {
    double[] values = new double[ROWS * DIMS];
    for (int i = 0; i < ROWS; i++) {
      for (int a = 0; a < DIMS; a++) {
        values[i * DIMS + a] = random.nextGaussian();
      }
      values[i * DIMS] *= i < share * ROWS ? noise : 1;
    }
    return new Basis(ROWS, DIMS, values);
  }

  private static double[] direction(SplittableRandom random) {
    double[] out = new double[DIMS];
    for (int a = 0; a < DIMS; a++) {
      out[a] = random.nextGaussian();
    }
    return Symmetric.unit(out);
  }

  @Test
  void valuesThatAreSmallByChance_areNoZeros() {
    SplittableRandom random = new SplittableRandom(1);
    Basis basis = basis(random, 0, 0);
    for (int start = 0; start < 50; start++) {
      double[] w = direction(random);
      assertThat(Zeros.gradual(basis, w, NOISE)).isEmpty();
      assertThat(Zeros.gradualFromNear(basis, w, NOISE)).isEmpty();
    }
  }

  @Test
  void fewZeros_areFound() {
    SplittableRandom random = new SplittableRandom(2);
    assertFound(basis(random, 0.12, 0), 1e-3, random);
  }

  @Test
  void zerosMuchSmallerThanTheNoiseExpected_areFound() {
    SplittableRandom random = new SplittableRandom(2);
    assertFound(basis(random, 0.2, 0.0002), NOISE, random);
  }

  /** From starts near the first direction. */
  private static void assertFound(Basis basis, double noise, SplittableRandom random) {
    for (int start = 0; start < 20; start++) {
      double[] w = direction(random);
      for (int a = 0; a < DIMS; a++) {
        w[a] *= 0.02;
      }
      w[0] = 1;
      double[] found =
          Zeros.gradualFromNear(basis, Symmetric.unit(w), noise).orElseThrow().coordinates();
      assertThat(Math.abs(found[0])).isGreaterThan(0.9999);
    }
  }
}
