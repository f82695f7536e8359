package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LastCodesTest {
  private static final int SEED = 3;
  private static final int INPUTS = 2;

  private final TeacherPairs pairs =
      TeacherPairs.of(
          INPUTS, List.of(2), 8, new SketchSpec(512, 16, SEED), true, Encoding.F32, SEED);
  private final PairSpace space = PairSpace.of(pairs.sample(), SEED, OptionalInt.empty());
  private final double[][] codes = codes();

  /** True codes, of all attributes. */
  private double[][] codes() {
    double[][] out = new double[pairs.columns().length][pairs.sample().rows()];
    SplittableRandom random = new SplittableRandom(SEED + 1); // as the pairs were drawn
    for (int i = 0; i < pairs.sample().rows(); i++) {
      float[] attributes = pairs.network().pair(random).attributes();
      for (int j = 0; j < out.length; j++) {
        out[j][i] = attributes[j];
      }
    }
    return out;
  }

  @Test
  void codesInTwoThirdsOfThePairs_ofAColumnAndOfOneFoundNearly_areFoundNextToDoubtfulOnes() {
    int p = INPUTS * TeacherPairs.ATTRIBUTES;
    int n = pairs.columns().length;
    double[] exact = pairs.columns()[n - 2];
    double[] nearly = mixed(pairs.columns()[n - 1], exact, 0.05);
    List<double[]> columns = new ArrayList<>();
    List<double[]> doubtful = new ArrayList<>();
    for (int j = p; j < n - 2; j++) {
      columns.add(mixed(pairs.columns()[j], exact, 0.03));
      doubtful.add(space.codes().coordinates(codes[j]));
    }
    columns.add(exact);
    columns.add(nearly);
    LastCodes search =
        new LastCodes(space, DataParallel.serial(), new CodeTest(Prior.NONNEGATIVE, 1e-6));
    List<Optional<double[]>> found = search.find(columns, 1, 1, doubtful);
    assertThat(found).hasSize(2);
    for (int c = 0; c < 2; c++) {
      double[] truth = Symmetric.unit(codes[n - 2 + c].clone());
      assertThat(found.get(c)).isPresent();
      double[] code = Symmetric.unit(space.codes().vector(found.get(c).get()));
      assertThat(Math.abs(Kernels.dot(code, 0, truth, 0, code.length))).isGreaterThan(1 - 1e-9);
    }
  }

  /** A unit vector with a part of another in it. */
  private static double[] mixed(double[] column, double[] other, double part) {
    double[] out = column.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += part * other[i];
    }
    return Symmetric.unit(out);
  }
}
