package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FullRowsTest {
  private static final int ROWS = 1500;
  private static final int ATTRIBUTES = 8;
  private static final int KEPT = 3;

  /** Unit vectors of the greatest entries of random ones, by attribute. */
  private static List<double[]> object(SplittableRandom random) {
    double[][] out = new double[ATTRIBUTES][ROWS];
    for (int i = 0; i < ROWS; i++) {
      double[] values =
          random.doubles(ATTRIBUTES).map(u -> Math.max(0, u - 0.3)).toArray(); // some are 0
      int[] kept =
          IntStream.range(0, ATTRIBUTES)
              .boxed()
              .sorted(Comparator.comparing(j -> -values[j]))
              .limit(KEPT)
              .mapToInt(j -> j)
              .toArray();
      double length = Math.sqrt(Arrays.stream(kept).mapToDouble(j -> values[j] * values[j]).sum());
      for (int j : kept) {
        out[j][i] = values[j] / Math.max(length, 1e-300);
      }
    }
    return Arrays.asList(out);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void codesMissingOfAnObject_areFoundBesideAWholeOne(int missing) {
    SplittableRandom random = new SplittableRandom(7);
    List<double[]> codes = new ArrayList<>(object(random));
    codes.addAll(object(random));
    List<double[]> span = new ArrayList<>(codes);
    for (int a = 0; a < 20; a++) {
      span.add(IntStream.range(0, ROWS).mapToDouble(i -> random.nextGaussian()).toArray());
    }
    Basis basis = Spans.scaled(span);
    List<double[]> all =
        codes.stream().map(code -> Symmetric.unit(basis.coordinates(code))).toList();
    FullRows rows =
        new FullRows(basis, DataParallel.serial(), new CodeTest(Prior.NONNEGATIVE, 1e-6));
    List<double[]> known = new ArrayList<>(all.subList(0, all.size() - missing));
    for (int round = 0; round < missing; round++) { // each finds one at least
      List<double[]> ends = rows.codes(known, random);
      all.stream()
          .filter(code -> ends.stream().anyMatch(end -> same(code, end)))
          .forEach(known::add);
    }
    assertThat(known).containsAll(all);
  }

  private static boolean same(double[] code, double[] end) {
    return Math.abs(Kernels.dot(code, 0, end, 0, end.length)) > 0.9999;
  }
}
