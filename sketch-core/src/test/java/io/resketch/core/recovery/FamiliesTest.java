package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
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
  void dense_allColumnsAndAllEdges() {
    assertAllRecovered(new Family.Dense(), 1);
  }
}
