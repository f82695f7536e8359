package io.resketch.core.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import org.junit.jupiter.api.Test;

class SketchSpecTest {
  @Test
  void fingerprintIsTheWrittenOne() {
    assertThat(new SketchSpec(4096, 16, 7).fingerprint())
        .hasToString("bc9c57ed9ce5916698405f3fee4a1c6b617f59a8b08c5edb1c6b350cf42d73d4");
  }

  @Test
  void everyParameterChangesTheFingerprint() {
    Fingerprint base = new SketchSpec(4096, 16, 7).fingerprint();
    assertThat(new SketchSpec(8192, 16, 7).fingerprint()).isNotEqualTo(base);
    assertThat(new SketchSpec(4096, 8, 7).fingerprint()).isNotEqualTo(base);
    assertThat(new SketchSpec(4096, 16, 8).fingerprint()).isNotEqualTo(base);
  }

  @Test
  void badDimension_namesValueRuleAndRemedy() {
    assertThatThrownBy(() -> new SketchSpec(1000, 16, 7))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "dimension: 1000 must be a multiple of 16·blocksPerColumn=256 and at most 4194304; try"
                + " 1024");
    assertThatThrownBy(() -> new SketchSpec(0, 16, 7)).hasMessageContaining("try 256");
    assertThatThrownBy(() -> new SketchSpec(-4096, 16, 7)).hasMessageContaining("dimension");
    assertThatThrownBy(() -> new SketchSpec(1 << 23, 16, 7)).hasMessageContaining("try 4194304");
    assertThatThrownBy(() -> new SketchSpec(4096, 0, 7)).hasMessageContaining("blocksPerColumn: 0");
  }
}
