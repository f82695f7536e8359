package io.resketch.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.spec.RandomStream.Role;
import org.junit.jupiter.api.Test;

/** The numbers here are the test vectors of docs/mechanism.md. */
class RandomStreamTest {
  @Test
  void drawsAreTheWrittenOnes() {
    RandomStream attribute =
        RandomStream.of(7, Role.ATTRIBUTE, RandomStream.moduleHash("person"), 3);
    RandomStream position = RandomStream.of(7, Role.POSITION, 0, 2);
    assertThat(Long.toHexString(RandomStream.moduleHash("person"))).isEqualTo("e63196e7871ea838");
    assertThat(Long.toHexString(attribute.bits(0))).isEqualTo("38fae5de92c6a5d3");
    assertThat(Long.toHexString(attribute.bits(1))).isEqualTo("bb80e61eadd2fdb5");
    assertThat(Long.toHexString(position.bits(0))).isEqualTo("8eb788ed9b06a439");
    assertThat(Long.toHexString(position.bits(255))).isEqualTo("e90c45dfcd3a2869");
  }

  @Test
  void belowTakesTheUpperBits() {
    assertThat(RandomStream.below(0xFFFFFFFF00000000L, 10)).isEqualTo(9);
    assertThat(RandomStream.below(0x00000000FFFFFFFFL, 10)).isEqualTo(0);
    assertThat(RandomStream.below(0x8000000000000000L, 10)).isEqualTo(5);
  }

  @Test
  void streamsOfDifferentKeysDiffer() {
    long first = RandomStream.of(1, Role.ATTRIBUTE, 2, 3).bits(0);
    assertThat(RandomStream.of(2, Role.ATTRIBUTE, 2, 3).bits(0)).isNotEqualTo(first);
    assertThat(RandomStream.of(1, Role.SIGNATURE, 2, 3).bits(0)).isNotEqualTo(first);
    assertThat(RandomStream.of(1, Role.ATTRIBUTE, 3, 3).bits(0)).isNotEqualTo(first);
    assertThat(RandomStream.of(1, Role.ATTRIBUTE, 2, 4).bits(0)).isNotEqualTo(first);
  }
}
