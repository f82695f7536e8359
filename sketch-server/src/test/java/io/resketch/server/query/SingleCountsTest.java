package io.resketch.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SingleCountsTest {
  private static final ModuleCount POOR = count(0, 1e9);

  private static ModuleCount count(double count, double error) {
    return new ModuleCount("cat", count, error, true, "");
  }

  private static ModuleCount total(ModuleCount... counts) {
    SingleCounts singles = new SingleCounts(1);
    for (ModuleCount count : counts) {
      singles.add(List.of(count));
    }
    return singles.better(0, POOR);
  }

  @Test
  void certainCounts_areRounded_andTheirErrorsAddUp() {
    ModuleCount total = total(count(1.06, 0.1), count(2.9, 0.1), count(-0.2, 0.1));
    assertThat(total.count()).isEqualTo(4);
    assertThat(total.standardError())
        .isCloseTo(3 * SingleCounts.roundingError(0.1), within(1e-12))
        .isLessThan(0.01);
  }

  @Test
  void uncertainCounts_andThoseOffEveryWholeNumber_areNotRounded() {
    ModuleCount total = total(count(1.4, 0.26), count(0.5, 0.02));
    assertThat(total.count()).isCloseTo(1.9, within(1e-12));
    assertThat(total.standardError()).isCloseTo(0.28, within(1e-12));
  }

  @Test
  void countsThatAreNotDetermined_orWorseThanTheirSum_leaveTheSum() {
    ModuleCount none = new ModuleCount("cat", 0, 0, false, "too short");
    assertThat(total(count(1, 0.1), none)).isEqualTo(POOR);
    SingleCounts singles = new SingleCounts(1);
    singles.add(List.of(count(1, 0.3)));
    ModuleCount better = count(1.1, 0.2);
    assertThat(singles.better(0, better)).isEqualTo(better);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.1, 0.2, 0.25})
  void roundingError_boundsTheTailOfTheNormalDistribution(double error) {
    double from = 0.5 / (1.1 * error);
    double step = 1e-4;
    double tail = 0;
    for (double z = from; z < from + 12; z += step) {
      double middle = z + step / 2;
      tail += step * 2 * Math.exp(-middle * middle / 2) / Math.sqrt(2 * Math.PI);
    }
    double squared = Math.pow(SingleCounts.roundingError(error), 2);
    assertThat(squared).isBetween(tail, 1.25 * tail);
  }

  /** Forty runs that hardly differ, so that all round wrong together if one does. */
  @Test
  void statedInterval_coversAlsoWhereRunsErrAlike() {
    int covered = 0;
    int trials = 0;
    for (int seed = 0; seed < 30; seed++) {
      Operators operators = new Operators(new SketchSpec(512, 16, seed));
      Sketcher sketcher = new Sketcher(operators);
      Random random = new Random(seed);
      int[] truth = {1 + random.nextInt(3), random.nextInt(3), random.nextInt(3)};
      List<ModuleProfile> modules =
          List.of(profile("kind-0"), profile("kind-1"), profile("kind-2"));
      CountEstimator estimator = new CountEstimator(operators, modules, 512);
      float[][] attributes = new float[truth[0] + truth[1] + truth[2]][8];
      for (float[] values : attributes) {
        values[random.nextInt(8)] = 1;
      }
      SingleCounts singles = new SingleCounts(3);
      for (int run = 0; run < 40; run++) {
        attributes[0][run % 8] += 0.05f;
        singles.add(estimator.estimate(sketcher.sketch(scene(truth, attributes))));
      }
      for (int m = 0; m < 3; m++) {
        ModuleCount total = singles.better(m, POOR);
        assertThat(total.standardError()).isLessThan(40 * 0.4);
        covered += Math.abs(total.count() - 40.0 * truth[m]) <= total.halfWidth95() + 1e-9 ? 1 : 0;
        trials++;
      }
    }
    assertThat((double) covered / trials).isGreaterThanOrEqualTo(0.92);
  }

  private static ModuleProfile profile(String name) {
    return new ModuleProfile(name, 8, true, false, false);
  }

  private static Computation scene(int[] counts, float[][] attributes) {
    Computation.Builder out = Computation.builder();
    int next = 0;
    for (int m = 0; m < counts.length; m++) {
      for (int i = 0; i < counts[m]; i++) {
        String id = "object-" + next;
        out.object(id, "kind-" + m, Attributes.dense(attributes[next++]))
            .root(id, 1f / attributes.length);
      }
    }
    return out.build();
  }
}
