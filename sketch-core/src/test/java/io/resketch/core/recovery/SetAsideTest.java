package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pairs that are no pairs of the network are found, all of them and no others. */
class SetAsideTest {
  private static final RecoveryOptions OPTIONS = new RecoveryOptions(true, 0.1, 3);
  private static final int ROWS = 960;
  private static final TeacherPairs TEACHER =
      TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
  private static final PairSample CLEAN = first(TEACHER.sample(), ROWS);

  private static PairSample first(PairSample sample, int rows) {
    return sample.rows(IntStream.range(0, rows).toArray());
  }

  /** Changes a pair. */
  private interface Damage {
    void to(float[] inputs, int input, float[] sketches, int sketch, SplittableRandom random);
  }

  private static Set<Integer> some(int count) {
    SplittableRandom random = new SplittableRandom(9);
    Set<Integer> out = new TreeSet<>();
    while (out.size() < count) {
      out.add(1 + random.nextInt(ROWS - 1));
    }
    return out;
  }

  private static PairSample damaged(PairSample sample, Set<Integer> rows, Damage damage) {
    float[] in = sample.inputs().clone();
    float[] out = sample.sketches().clone();
    SplittableRandom random = new SplittableRandom(4);
    for (int row : rows) {
      damage.to(in, row * sample.inputWidth(), out, row * sample.dimension(), random);
    }
    return new PairSample(sample.rows(), sample.inputSizes(), in, sample.dimension(), out);
  }

  private static PairReview review(PairSample sample) {
    PairReview review = new PairReview(sample);
    Misfits.setAside(review, OPTIONS);
    return review;
  }

  private static void assertFound(int count, String reason, Damage damage) {
    Set<Integer> rows = some(count);
    PairReview review = review(damaged(CLEAN, rows, damage));
    assertThat(review.setAside())
        .singleElement()
        .satisfies(one -> assertThat(one.reason()).contains(reason))
        .satisfies(one -> assertThat(one.count()).isEqualTo(count))
        .satisfies(
            one ->
                assertThat(one.rows())
                    .containsExactlyElementsOf(rows.stream().limit(SetAside.NAMED).toList()));
    Set<Integer> left = new TreeSet<>(IntStream.range(0, ROWS).boxed().toList());
    left.removeAll(rows);
    assertThat(review.rows()).containsExactly(left.stream().mapToInt(i -> i).toArray());
  }

  @Test
  void sketchesOfZeros_areFound_withInputsAndWithout() {
    assertFound(40, "0 everywhere", (in, p, out, d, random) -> Arrays.fill(out, d, d + 1024, 0));
    assertFound(
        40,
        "0 everywhere",
        (in, p, out, d, random) -> {
          Arrays.fill(in, p, p + 24, 0);
          Arrays.fill(out, d, d + 1024, 0);
        });
  }

  @Test
  void sketchesOfOneValue_areFound() {
    assertFound(
        30, "one value everywhere", (in, p, out, d, random) -> Arrays.fill(out, d, d + 1024, 0.3f));
  }

  @Test
  void valuesThatAreNotFinite_areFound() {
    assertFound(1, "not finite", (in, p, out, d, random) -> out[d + 7] = Float.NaN);
    assertFound(25, "not finite", (in, p, out, d, random) -> in[p] = Float.POSITIVE_INFINITY);
  }

  @Test
  void pairsThatAreThereTwice_areFound() {
    assertFound(
        480,
        "the same inputs and sketch",
        (in, p, out, d, random) -> {
          System.arraycopy(in, 0, in, p, 24);
          System.arraycopy(out, 0, out, d, 1024);
        });
  }

  @Test
  void rowsOfOtherUnits_areFound() {
    assertFound(
        20,
        "the sketch is more than 30 times",
        (in, p, out, d, random) -> scale(out, d, 1024, 1000));
    assertFound(
        20, "the vector of inputs is more than", (in, p, out, d, random) -> scale(in, p, 24, 1000));
  }

  private static void scale(float[] values, int from, int count, float by) {
    for (int i = from; i < from + count; i++) {
      values[i] *= by;
    }
  }

  @Test
  void pairsThatDoNotGoTogether_areFound() {
    String reason = "do not go together";
    assertFound(20, reason, (in, p, out, d, random) -> scale(out, d, 1024, 2));
    assertFound(100, reason, (in, p, out, d, random) -> scale(out, d, 1024, 1.1f));
    assertFound(1, reason, (in, p, out, d, random) -> Arrays.fill(in, p, p + 24, 0));
    assertFound(
        150, reason, (in, p, out, d, random) -> System.arraycopy(CLEAN.inputs(), 0, in, p, 24));
  }

  @Test
  void damagedSketches_areFound() {
    String reason = "something in its sketch that no other has";
    assertFound(
        90,
        reason,
        (in, p, out, d, random) -> {
          for (int i = d; i < d + 1024; i++) {
            out[i] = (float) (0.05 * random.nextGaussian());
          }
        });
    assertFound(3, reason, (in, p, out, d, random) -> out[d + random.nextInt(1024)] += 1);
  }

  @Test
  void pairsOfNetworks_areAllKept() {
    assertAllKept(TEACHER.sample());
    assertAllKept(NetworkRecoveryTest.noisy(CLEAN, 1e-4));
    assertAllKept(
        first(TeacherPairs.of(2, List.of(2), 1024, true, Encoding.BF16, 1).sample(), ROWS));
    assertAllKept(
        first(TeacherPairs.of(2, List.of(2), 1024, false, Encoding.F32, 4).sample(), ROWS));
    SketchSpec hadamard = new SketchSpec(256, new Family.Hadamard(), 8);
    assertAllKept(TeacherPairs.of(2, List.of(1), hadamard, true, Encoding.F32, 1).sample());
  }

  /** Without an offset, sketches do not tell the constant; all pairs are alike in that. */
  @Test
  void pairsWithoutOffset_areAllKept() {
    double[] active = new double[20];
    Arrays.fill(active, 0.3);
    assertAllKept(LinearPairs.ofStrings(active, 16, ROWS, 512, 3).sample());
  }

  /** Inputs that the sketches do not show say nothing of which pairs are wrong. */
  @Test
  void pairsWithInputsThatDoNotEnterTheSketch_areAllKept() {
    SplittableRandom random = new SplittableRandom(6);
    float[] in = new float[ROWS * 24];
    for (int i = 0; i < in.length; i++) {
      in[i] = random.nextFloat();
    }
    assertAllKept(new PairSample(ROWS, List.of(12, 12), in, 1024, CLEAN.sketches()));
  }

  @Test
  void pairsThatDoNotGoTogether_tooManyToBeFound_areSeenAllTheSame() {
    PairSample mixed = damaged(CLEAN, some(400), (in, p, out, d, random) -> scale(out, d, 1024, 2));
    assertThat(Misfits.untold(space(mixed))).isEqualTo(25);
    assertThat(Misfits.untold(space(CLEAN))).isZero();
    assertThat(Misfits.untold(space(NetworkRecoveryTest.noisy(CLEAN, 1e-4)))).isZero();
  }

  private static PairSpace space(PairSample sample) {
    return PairSpace.of(sample, 3, OptionalInt.empty());
  }

  private static void assertAllKept(PairSample sample) {
    assertThat(review(sample).setAside()).isEmpty();
  }

  @Test
  void zeroRowsAmongPairs_theNetworkIsThatOfTheOthers_andTheReportNamesThem() {
    Set<Integer> rows = some(40);
    PairSample all = TEACHER.sample();
    Damage zero =
        (in, p, out, d, random) -> {
          Arrays.fill(in, p, p + 24, 0);
          Arrays.fill(out, d, d + 1024, 0);
        };
    RecoveredNetwork network =
        NetworkRecoveryTest.recover(damaged(all, rows, zero), OptionalInt.empty());
    NetworkRecoveryTest.assertAllRecovered(TEACHER, network);
    assertThat(network.setAside())
        .singleElement()
        .satisfies(s -> assertThat(s.count()).isEqualTo(40));
    assertThat(network.summary())
        .startsWith("24 hidden columns, 24 of them exact; 2 objects, 4 edges; complete")
        .endsWith("when 40 are set aside");
    for (double[] code : network.codes()) {
      assertThat(code).hasSize(all.rows());
      for (int i = 0; i < code.length; i++) {
        assertThat(Double.isNaN(code[i])).isEqualTo(rows.contains(i));
      }
    }
  }

  @Test
  void repeatedPairs_haveTheCodesOfTheFirst() {
    int[] twice = IntStream.concat(IntStream.range(0, 50), IntStream.range(0, 10)).toArray();
    PairReview review = new PairReview(CLEAN.rows(twice));
    assertThat(review.places()).startsWith(0, 1, 2).endsWith(7, 8, 9);
  }

  @Test
  void anyNumberOfPairs_givesANetworkOrAReason() {
    SplittableRandom random = new SplittableRandom(7);
    for (int rows :
        new int[] {0, 1, 2, 5, 10, 30, 49, 50, 55, 56, 57, 60, 65, 70, 72, 73, 80, 90}) {
      for (int width : new int[] {1, 8, 64}) {
        float[] in = floats(random, rows * width);
        PairSample pairs = new PairSample(rows, List.of(width), in, 64, floats(random, rows * 64));
        for (OptionalInt rank : List.of(OptionalInt.empty(), OptionalInt.of(3))) {
          assertThatCode(() -> recoverOrReason(pairs, rank))
              .as("%d pairs of %d inputs, rank %s", rows, width, rank)
              .doesNotThrowAnyException();
        }
      }
    }
  }

  private static void recoverOrReason(PairSample pairs, OptionalInt rank) {
    try {
      RecoveredNetwork network = NetworkRecoveryTest.recover(pairs, rank);
      assertThat(network.summary()).contains("not complete");
    } catch (InvalidInputException e) {
      assertThat(e.field()).isIn("pairs", "rank");
    }
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  @Test
  void nothingLeft_saysWhatWasSetAside() {
    PairSample zeros = new PairSample(60, List.of(4), new float[240], 16, new float[960]);
    assertThatThrownBy(() -> NetworkRecoveryTest.recover(zeros, OptionalInt.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("pairs: 0 too few left to learn from; 60 pairs set aside")
        .hasMessageContaining("at least 50 are needed");
    SplittableRandom random = new SplittableRandom(8);
    float[] out = new float[960];
    for (int i = 0; i < out.length; i++) {
      out[i] = i % 16;
    }
    PairSample constant = new PairSample(60, List.of(4), floats(random, 240), 16, out);
    assertThatThrownBy(() -> NetworkRecoveryTest.recover(constant, OptionalInt.empty()))
        .hasMessageStartingWith("sketches: all 60 rows are equal");
  }
}
