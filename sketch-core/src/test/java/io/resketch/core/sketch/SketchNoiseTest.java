package io.resketch.core.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the stated noise against the mean squared difference from the sketch as made. */
class SketchNoiseTest {
  private static final SketchSpec SPEC = new SketchSpec(4096, 16, 7);
  private static final Sketcher SKETCHER = new Sketcher(SPEC);

  private static Sketch made(long seed) {
    return SKETCHER.sketch(RandomGraphs.tree(seed, 2, 5, 32));
  }

  private static double meanSquare(Sketch a, Sketch b) {
    double sum = 0;
    for (int i = 0; i < a.prefixLength(); i++) {
      double difference = (double) a.value(i) - b.value(i);
      sum += difference * difference;
    }
    return sum / a.prefixLength();
  }

  @ParameterizedTest
  @CsvSource({"BF16, 2.7e-6", "I8_BLOCK, 2.2e-5"})
  void statedVariance_isTheMeasuredOne(Encoding encoding, double share) {
    double stated = 0;
    double measured = 0;
    for (int seed = 0; seed < 40; seed++) {
      Sketch made = made(seed);
      Sketch encoded = made.encode(encoding);
      assertThat(encoded.noiseVariance())
          .isCloseTo(meanSquare(made, encoded), Percentage.withPercentage(10));
      assertThat(encoded.noiseVariance() / (made.energy() / made.prefixLength()))
          .isCloseTo(share, Percentage.withPercentage(8));
      stated += encoded.noiseVariance();
      measured += meanSquare(made, encoded);
    }
    assertThat(stated).isCloseTo(measured, Percentage.withPercentage(4));
  }

  @Test
  void asMade_hasNoNoise_andF32AddsNone() {
    Sketch made = made(1);
    assertThat(made.encoding()).isEqualTo(Encoding.F32);
    assertThat(made.noiseVariance()).isZero();
    assertThat(made.encode(Encoding.F32)).isEqualTo(made);
    Sketch coarse = made.encode(Encoding.I8_BLOCK);
    Sketch again = coarse.encode(Encoding.F32);
    assertThat(again.encoding()).isEqualTo(Encoding.F32);
    assertThat(again.noiseVariance()).isEqualTo(coarse.noiseVariance());
    assertThat(again.toArray()).isEqualTo(coarse.toArray());
  }

  @Test
  void encodingTwice_addsBothNoises() {
    Sketch made = made(2);
    Sketch both = made.encode(Encoding.BF16).encode(Encoding.I8_BLOCK);
    assertThat(both.noiseVariance())
        .isCloseTo(meanSquare(made, both), Percentage.withPercentage(10))
        .isGreaterThan(made.encode(Encoding.BF16).noiseVariance());
  }

  @Test
  void prefix_keepsTheNoise() {
    Sketch made = made(3);
    Sketch prefix = made.encode(Encoding.I8_BLOCK).truncate(1024);
    assertThat(prefix.noiseVariance())
        .isEqualTo(made.encode(Encoding.I8_BLOCK).noiseVariance())
        .isCloseTo(meanSquare(prefix, made), Percentage.withPercentage(20));
  }

  @Test
  void sum_carriesTheNoiseWithTheSquaresOfItsShares() {
    List<Sketch> made = new ArrayList<>();
    List<Sketch> encoded = new ArrayList<>();
    double[] weights = {3, 1, 0.5, 1, 0};
    for (int i = 0; i < weights.length; i++) {
      made.add(made(10 + i));
      encoded.add(made.get(i).encode(i == 3 ? Encoding.BF16 : Encoding.I8_BLOCK));
    }
    Sketch sum = Sketch.weightedSum(encoded, weights);
    assertThat(sum.encoding()).isEqualTo(Encoding.F32);
    assertThat(sum.runs()).isEqualTo(4);
    assertThat(sum.noiseVariance())
        .isCloseTo(
            meanSquare(sum, Sketch.weightedSum(made, weights)), Percentage.withPercentage(8));
    Sketch scaled = Sketch.weightedSum(encoded.subList(0, 1), new double[] {1e-200});
    assertThat(scaled.noiseVariance())
        .isCloseTo(encoded.get(0).noiseVariance(), within(1e-15 * sum.noiseVariance()));
  }
}
