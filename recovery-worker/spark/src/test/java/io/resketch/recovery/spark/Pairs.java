package io.resketch.recovery.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.StageListener;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.SplittableRandom;

/** A small network that is recovered within seconds. */
final class Pairs {
  private static final int INPUTS = 2;
  private static final int ATTRIBUTES = 12;
  private static final int DIMENSION = 1024;

  private Pairs() {}

  static PairSample sample() {
    TeacherNetwork network =
        new TeacherNetwork(
            new TeacherNetwork.Settings(INPUTS, List.of(2), ATTRIBUTES, 3, 3, true, 1),
            new SketchSpec(DIMENSION, 16, 8));
    int width = INPUTS * ATTRIBUTES;
    int rows = 40 * network.objects() * ATTRIBUTES;
    float[] in = new float[rows * width];
    float[] out = new float[rows * DIMENSION];
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < rows; i++) {
      TeacherNetwork.Pair pair = network.pair(random);
      System.arraycopy(pair.attributes(), 0, in, i * width, width);
      System.arraycopy(pair.sketch().toArray(), 0, out, i * DIMENSION, DIMENSION);
    }
    return new PairSample(rows, network.inputSizes(), in, DIMENSION, out);
  }

  static RecoveredNetwork recover(PairSample pairs, DataParallel engine, StageListener listener) {
    return NetworkRecovery.recover(
        pairs, new RecoveryOptions(true, 0.1, 3), engine, listener, Checkpoints.none());
  }

  static void assertSame(RecoveredNetwork found, RecoveredNetwork expected) {
    assertThat(expected.objects()).hasSize(2);
    assertThat(found.objects()).hasSize(2);
    assertThat(found.snapped()).isEqualTo(expected.snapped());
    assertThat(found.unidentified()).isEqualTo(expected.unidentified());
    for (int j = 0; j < expected.columns(); j++) {
      double[] column = expected.dictionary().get(j);
      for (int b = 0; b < column.length; b++) {
        assertThat(found.dictionary().get(j)[b]).isCloseTo(column[b], within(1e-6));
      }
    }
  }
}
