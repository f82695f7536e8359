package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Columns without zeros: of each family the codes alone tell the network. */
class FamiliesTest {
  private static void assertAllRecovered(Family family, long seed) {
    TeacherPairs pairs =
        TeacherPairs.of(
            2, List.of(1), new SketchSpec(256, family, seed + 7), true, Encoding.F32, seed);
    RecoveredNetwork network = NetworkRecoveryTest.recover(pairs);
    NetworkRecoveryTest.assertAllRecovered(pairs, network);
    assertThat(network.snapped()).isZero();
  }

  @Test
  void hadamard_allColumnsAndAllEdges() {
    assertAllRecovered(new Family.Hadamard(), 1);
  }

  @Test
  void hadamard_twoLevels_allColumnsAndAllEdges() {
    TeacherPairs pairs =
        pairs(List.of(2, 1), 4); // three codes lack a multiple of that of attribute 48
    NetworkRecoveryTest.assertAllRecovered(pairs, NetworkRecoveryTest.recover(pairs));
  }

  @Test
  void hadamard_noiseOfATenThousandth_allColumnsAndAllEdges() {
    TeacherPairs pairs = pairs(List.of(2, 1), 3);
    RecoveredNetwork network =
        NetworkRecoveryTest.recover(
            NetworkRecoveryTest.noisy(pairs.sample(), 1e-4), OptionalInt.empty());
    assertThat(network.dictionary().stream().map(column -> pairs.attribute(column, 0.99)))
        .doesNotHaveDuplicates()
        .hasSize(5 * TeacherPairs.ATTRIBUTES)
        .doesNotContain(-1);
    NetworkRecoveryTest.assertEdges(pairs, network, 0.99);
  }

  /** Its code would be taken for what else is above 0 in that pair. */
  @Test
  void attributeAboveZeroInOnePair_thatPairIsSetAsideAndTheRestIsRecovered() {
    TeacherPairs pairs = pairs(List.of(2, 1), 48); // attribute 48 is above 0 in one pair
    RecoveredNetwork network = NetworkRecoveryTest.recover(pairs);
    NetworkRecoveryTest.assertEdges(pairs, network, 0.99);
    assertThat(network.setAside())
        .singleElement()
        .satisfies(some -> assertThat(some.rows()).containsExactly(1719, 2273))
        .satisfies(some -> assertThat(some.reason()).contains("an attribute is not 0 in it only"));
    assertThat(network.summary()).contains("2 are set aside");
    assertThat(network.unidentified()).isEmpty();
    assertThat(network.heldOutPredictionRelativeError()).isPresent();
  }

  private static TeacherPairs pairs(List<Integer> levels, long seed) {
    SketchSpec spec = new SketchSpec(512, new Family.Hadamard(), seed + 7);
    return TeacherPairs.of(2, levels, spec, true, Encoding.F32, seed);
  }

  @Test
  void dense_allColumnsAndAllEdges() {
    assertAllRecovered(new Family.Dense(), 1);
  }
}
