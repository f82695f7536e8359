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
  void fingerprintOfHadamardIsTheWrittenOne() {
    assertThat(new SketchSpec(1024, new Family.Hadamard(), 7).fingerprint())
        .hasToString("d7c336744ba6af7d545cc3c6f41b80029ec59345975a88086df303cc8d9c3ac2");
  }

  @Test
  void badDimensionOfOtherFamilies_namesValueRuleAndRemedy() {
    assertThatThrownBy(() -> new SketchSpec(1000, new Family.Hadamard(), 7))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "dimension: 1000 must be a power of two from 16 to 4194304 for HADAMARD; try 1024");
    assertThatThrownBy(() -> new SketchSpec(5000, new Family.Dense(), 7))
        .hasMessage("dimension: 5000 must be a multiple of 16 from 16 to 4096 for DENSE; try 4096");
    assertThatThrownBy(() -> new SketchSpec(-1, new Family.Dense(), 7))
        .hasMessageContaining("try 16");
    assertThatThrownBy(() -> new SketchSpec(0, new Family.Hadamard(), 7))
        .hasMessageContaining("try 16");
    assertThatThrownBy(() -> new SketchSpec(1 << 23, new Family.Hadamard(), 7))
        .hasMessageContaining("try 4194304");
  }

  @Test
  void everyParameterChangesTheFingerprint() {
    Fingerprint base = new SketchSpec(4096, 16, 7).fingerprint();
    assertThat(new SketchSpec(8192, 16, 7).fingerprint()).isNotEqualTo(base);
    assertThat(new SketchSpec(4096, 8, 7).fingerprint()).isNotEqualTo(base);
    assertThat(new SketchSpec(4096, 16, 8).fingerprint()).isNotEqualTo(base);
    assertThat(new SketchSpec(4096, new Family.Hadamard(), 7).fingerprint()).isNotEqualTo(base);
  }

  @Test
  void transparency_isInTheFingerprintWhereItIsNotAHalf() {
    SketchSpec base = new SketchSpec(4096, 16, 7);
    assertThat(base.withTransparency(0.5).fingerprint()).isEqualTo(base.fingerprint());
    SketchSpec other = base.withTransparency(0.75);
    assertThat(other.canonicalForm()).isEqualTo(base.canonicalForm() + "transparency=0.75\n");
    assertThat(SketchSpec.ofCanonicalForm(other.canonicalForm())).isEqualTo(other);
    assertThat(SketchSpec.ofCanonicalForm(base.canonicalForm())).isEqualTo(base);
  }

  @Test
  void badTransparency_namesValueRuleAndRemedy() {
    SketchSpec base = new SketchSpec(4096, 16, 7);
    assertThatThrownBy(() -> base.withTransparency(0.7))
        .hasMessage(
            "transparency: 0.7 must be a multiple of 1/64 from 0.25 to 0.9375; try 0.703125");
    assertThatThrownBy(() -> base.withTransparency(1)).hasMessageContaining("try 0.9375");
    assertThatThrownBy(() -> base.withTransparency(0.125)).hasMessageContaining("try 0.25");
    assertThatThrownBy(() -> base.withTransparency(Double.NaN))
        .hasMessage("transparency: NaN must be a multiple of 1/64 from 0.25 to 0.9375");
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
