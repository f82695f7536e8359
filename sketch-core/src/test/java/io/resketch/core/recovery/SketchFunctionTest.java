package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.sketch.Encoding;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SketchFunctionTest {
  private static final int M = TeacherPairs.ATTRIBUTES;
  private static final int P = 2 * M;

  private static TeacherPairs pairs;
  private static RecoveredNetwork network;

  @BeforeAll
  static void recoverOnce() {
    pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    network = recover(pairs);
  }

  private static RecoveredNetwork recover(TeacherPairs pairs) {
    return NetworkRecovery.recover(
        pairs.sample(),
        new RecoveryOptions(true, 0.1, 3),
        DataParallel.serial(),
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  /** ‖y − ŷ‖ / ‖y − offset‖ over runs that were never seen. */
  private static double error(TeacherNetwork teacher, RecoveredNetwork recovered) {
    SketchFunction function = recovered.withoutCodes().function();
    SplittableRandom random = new SplittableRandom(77);
    double missed = 0;
    double varied = 0;
    for (int run = 0; run < 200; run++) {
      TeacherNetwork.Pair pair = teacher.pair(random);
      float[] truth = pair.sketch().toArray();
      float[] predicted = function.predict(inputs(pair));
      for (int b = 0; b < truth.length; b++) {
        missed += Math.pow(truth[b] - predicted[b], 2);
        varied += Math.pow(truth[b] - recovered.offset()[b], 2);
      }
    }
    return Math.sqrt(missed / varied);
  }

  private static float[] inputs(TeacherNetwork.Pair pair) {
    return Arrays.copyOf(pair.attributes(), P);
  }

  @Test
  void unitVectors_sketchesOfNewInputsArePredicted() {
    assertThat(error(pairs.network(), network)).isLessThan(1e-5);
    assertThat(network.heldOutPredictionRelativeError().orElseThrow()).isLessThan(1e-5);
    assertThat(network.objects()).hasSize(2);
    for (HiddenObject object : network.objects()) {
      ObjectFunction function = object.function().orElseThrow();
      assertThat(function.kept()).isEqualTo(3);
      assertThat(function.unit()).isTrue();
      assertThat(function.rectified()).isTrue();
      assertThat(function.sameActive()).isEqualTo(1);
      assertThat(function.heldOutRelativeError()).isLessThan(1e-5);
    }
  }

  @Test
  void lengthsThatDiffer_sketchesOfNewInputsArePredictedButForNearTies() {
    TeacherPairs other = TeacherPairs.of(2, List.of(2), 1024, false, Encoding.F32, 4);
    RecoveredNetwork recovered = recover(other);
    assertThat(error(other.network(), recovered)).isLessThan(0.05);
    assertThat(recovered.objects()).hasSize(2);
    for (HiddenObject object : recovered.objects()) {
      assertThat(object.function().orElseThrow().unit()).isFalse();
      assertThat(object.function().orElseThrow().kept()).isEqualTo(3);
    }
  }

  @Test
  void decode_ofANewSketch_givesItsAttributes() {
    SplittableRandom random = new SplittableRandom(78);
    TeacherNetwork.Pair pair = pairs.network().pair(random);
    float[] sketch = pair.sketch().toArray();
    double[] alone = network.withoutCodes().function().decode(sketch);
    double[] withInputs = network.function().decode(sketch, inputs(pair));
    for (int j = 0; j < P; j++) {
      assertThat(withInputs[j]).isEqualTo(pair.attributes()[j] * network.inputScales()[j]);
      assertThat(alone[j]).isCloseTo(withInputs[j], within(1e-4 * network.inputScales()[j]));
    }
    assertThat(network.objects()).hasSize(2);
    for (HiddenObject object : network.objects()) {
      for (int k = 0; k < M; k++) {
        int column = object.columns().get(k);
        double scale = object.function().orElseThrow().scales()[k];
        int attribute = pairs.attribute(network.dictionary().get(column), 0.99);
        double truth = pair.attributes()[attribute];
        assertThat(withInputs[column] / scale).isCloseTo(truth, within(1e-4));
        assertThat(alone[column] / scale).isCloseTo(truth, within(1e-4));
        assertThat(withInputs[column] == 0).isEqualTo(truth == 0);
        assertThat(alone[column] == 0).isEqualTo(truth == 0);
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void objectWithoutFunction_isNamedByPredictAndDecodedAllTheSame() {
    HiddenObject known = network.objects().get(0);
    HiddenObject other = network.objects().get(1);
    HiddenObject open =
        new HiddenObject(
            other.id(), other.columns(), other.level(), other.inputs(), Optional.empty());
    SketchFunction function = with(List.of(known, open)).function();
    assertThat(function.unknown()).containsExactly(open.id());
    assertThatThrownBy(() -> function.predict(new float[P]))
        .isInstanceOfSatisfying(
            MismatchException.class,
            e -> assertThat(e.reason()).isEqualTo(MismatchException.Reason.FUNCTION_UNKNOWN))
        .hasMessageContaining(open.id());
    float[] sketch = pairs.network().pair(new SplittableRandom(79)).sketch().toArray();
    assertThat(function.decode(sketch)).hasSize(4 * M);
    SketchFunction loose = with(List.of(known)).function();
    assertThat(loose.unknown()).contains("column " + open.columns().get(0)).hasSize(M);
  }

  private static RecoveredNetwork with(List<HiddenObject> objects) {
    return new RecoveredNetwork(
        network.dimension(),
        network.inputSizes(),
        network.inputScales(),
        network.dictionary(),
        network.offset(),
        List.of(),
        objects,
        List.of(),
        network.snapped(),
        network.heldOutRelativeError(),
        java.util.OptionalDouble.empty(),
        List.of());
  }

  @Test
  void valuesOfAnotherLengthOrNotFinite_areNamed() {
    SketchFunction function = network.function();
    assertThatThrownBy(() -> function.predict(new float[3]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("inputs: 3")
        .hasMessageContaining("" + P);
    float[] sketch = new float[1024];
    sketch[7] = Float.NaN;
    assertThatThrownBy(() -> function.decode(sketch))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("sketch[7]");
  }
}
