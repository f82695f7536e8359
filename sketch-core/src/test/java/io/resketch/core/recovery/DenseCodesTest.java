package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DenseCodesTest {
  private static RecoveredNetwork recover(LinearPairs pairs) {
    return NetworkRecovery.recover(
        pairs.sample(),
        new RecoveryOptions(true, 0.1, 3),
        DataParallel.serial(),
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  @Test
  void codesAboveZeroInNearlyAllPairs_areFoundAndAllColumnsAreExact() {
    double[] active = {0.95, 0.1, 0.2, 0.2, 0.3, 0.9, 0.3, 0.1};
    LinearPairs pairs = LinearPairs.ofStrings(active, 16, 900, 512, 5);
    RecoveredNetwork network = recover(pairs);
    assertThat(pairs.exact(network)).isEqualTo(active.length);
    assertThat(network.unidentified()).noneMatch(what -> what.contains("its codes"));
  }

  @Test
  void codeAboveZeroInAllPairs_isNamedAndItsColumnIsFound() {
    double[] active = {1, 0.1, 0.2, 0.2, 0.3, 0.3};
    LinearPairs pairs = LinearPairs.ofStrings(active, 16, 900, 512, 6);
    RecoveredNetwork network = recover(pairs);
    assertThat(pairs.exact(network)).isEqualTo(active.length);
    assertThat(network.unidentified()).anyMatch(what -> what.contains("its codes are not sparse"));
  }
}
