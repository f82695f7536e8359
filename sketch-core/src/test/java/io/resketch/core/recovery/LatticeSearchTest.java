package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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

  /** What least squares leaves of a column: it less its part along others. */
  private static double[] without(double[] column, List<double[]> span) {
    return Symmetric.unit(Spans.subtract(column.clone(), span));
  }

  @Test
  void columnWithPartsOfOthers_isToldFromThemByItsMultiples() {
    SplittableRandom random = new SplittableRandom(3);
    for (int strings : new int[] {64, 256, 512}) {
      double[] column = column(random, strings);
      List<double[]> others = List.of(column(random, 256), column(random, 512));
      List<double[]> span = Spans.basis(others);
      double[] left = without(column, span);
      double[] exact = Symmetric.unit(column.clone());
      assertThat(Kernels.dot(left, 0, exact, 0, DIMENSION)).isLessThan(1 - 1e-6);
      double[] found = LatticeSearch.settled(left, span, others).orElseThrow();
      assertThat(Kernels.dot(found, 0, exact, 0, DIMENSION)).isGreaterThan(1 - 1e-12);
    }
  }

  @Test
  void columnWithoutZeros_isNotTakenForItsSumWithAnother_thatHasMany() {
    SplittableRandom random = new SplittableRandom(4);
    double[] column = new double[DIMENSION]; // an odd number of strings in every block
    double[] other = new double[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      column[i] = random.nextBoolean() ? 1 : -1;
      other[i] = random.nextBoolean() ? 1 : -1;
    }
    List<double[]> span = Spans.basis(List.of(other));
    double[] sum = new double[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      sum[i] = column[i] + other[i];
    }
    assertThat(Zeros.share(sum, 1e-3)).isGreaterThan(0.4);
    double[] exact = Symmetric.unit(column.clone());
    double[] found =
        LatticeSearch.settled(without(column, span), span, List.of(other)).orElseThrow();
    assertThat(Kernels.dot(found, 0, exact, 0, DIMENSION)).isGreaterThan(1 - 1e-12);
  }

  @Test
  void vectorWithoutMultiples_isNoColumnNearASpan() {
    SplittableRandom random = new SplittableRandom(5);
    List<double[]> others = List.of(column(random, 256));
    double[] smooth = random.doubles(DIMENSION).map(x -> x - 0.5).toArray();
    assertThat(LatticeSearch.settled(smooth, Spans.basis(others), others)).isEmpty();
  }

  @Test
  void columnOfLargeAndSmallParts_isToldFromItsSumWithAnother_thatIsShorter() {
    SplittableRandom random = new SplittableRandom(6);
    double[] column;
    double[] other;
    double times;
    do {
      double[] large = column(random, 64);
      double[] small = column(random, 64);
      column = new double[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        column[i] = 16 * large[i] + small[i];
      }
      other = column(random, 64);
      times =
          Kernels.dot(column, 0, other, 0, DIMENSION) / Kernels.dot(other, 0, other, 0, DIMENSION);
    } while (Math.abs(times) < 0.6);
    List<double[]> span = Spans.basis(List.of(other));
    double[] exact = Symmetric.unit(column.clone());
    double[] found =
        LatticeSearch.settled(without(column, span), span, List.of(other)).orElseThrow();
    assertThat(Kernels.dot(found, 0, exact, 0, DIMENSION)).isGreaterThan(1 - 1e-12);
  }

  @Test
  void columnsWithMultiplesOfEachOther_becomePlain() {
    SplittableRandom random = new SplittableRandom(7);
    List<double[]> exact = new ArrayList<>();
    for (int c = 0; c < 3; c++) {
      double[] large = column(random, 64);
      double[] small = column(random, 64);
      exact.add(
          c == 0
              ? small
              : IntStream.range(0, DIMENSION).mapToDouble(i -> 16 * large[i] + small[i]).toArray());
    }
    List<double[]> mixed = new ArrayList<>(exact.stream().map(double[]::clone).toList());
    for (int i = 0; i < DIMENSION; i++) {
      mixed.get(1)[i] += exact.get(0)[i];
      mixed.get(2)[i] -= 2 * exact.get(0)[i];
    }
    mixed.replaceAll(Symmetric::unit);
    LatticeSearch.plain(mixed);
    for (int c = 0; c < 3; c++) {
      double[] unit = Symmetric.unit(exact.get(c));
      assertThat(Kernels.dot(mixed.get(c), 0, unit, 0, DIMENSION)).isGreaterThan(1 - 1e-12);
    }
  }
}
