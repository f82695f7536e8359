package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatticeSearchTest {
  private static final int BLOCK = 16;
  private static final int DIMENSION = 1024;

  /** Sums of signed strings, so many on every block that few values are 0. */
  private static double[] column(SplittableRandom random, int strings) {
    double[] out = new double[DIMENSION];
    for (int s = 0; s < strings; s++) {
      int block = random.nextInt(DIMENSION / BLOCK);
      for (int i = 0; i < BLOCK; i++) {
        out[block * BLOCK + i] += random.nextBoolean() ? 1 : -1;
      }
    }
    return out;
  }

  private static double[] near(double[] w, double error, SplittableRandom random) {
    double[] away = new double[w.length];
    for (int a = 0; a < away.length; a++) {
      away[a] = random.nextGaussian();
    }
    Symmetric.unit(away);
    double[] out = w.clone();
    for (int a = 0; a < away.length; a++) {
      out[a] += error * away[a];
    }
    return Symmetric.unit(out);
  }

  @Test
  void columnOfFewZeros_foundNearly_becomesExact() {
    SplittableRandom random = new SplittableRandom(1);
    double[] column = column(random, 512);
    List<double[]> known = new ArrayList<>();
    for (int c = 0; c < 7; c++) {
      known.add(column(random, 64));
    }
    List<double[]> all = new ArrayList<>(known);
    all.add(column);
    Basis basis = Spans.scaled(all);
    double[] exact = Symmetric.unit(basis.coordinates(column));
    double[] found =
        LatticeSearch.near(basis, near(exact, 0.15, random), known).orElseThrow().coordinates();
    assertThat(Kernels.dot(found, 0, exact, 0, exact.length)).isGreaterThan(1 - 1e-12);
  }

  @Test
  void spanOfGaussianVectors_hasNone() {
    SplittableRandom random = new SplittableRandom(2);
    List<double[]> all = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      all.add(random.doubles(DIMENSION).map(x -> x - 0.5).toArray());
    }
    Basis basis = Spans.scaled(all);
    for (int start = 0; start < 5; start++) {
      double[] w = near(new double[basis.dims()], 1, random);
      Optional<LatticeSearch.Found> found = LatticeSearch.near(basis, w, List.of());
      assertThat(found).isEmpty();
    }
  }
}
