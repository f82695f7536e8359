package io.resketch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.MismatchException;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SketchesTest {
  private static final List<SketchSpec> SPECS =
      List.of(new SketchSpec(512, 16, -1), new SketchSpec(512, new Family.Hadamard(), 7));

  @Test
  void specs_comeBack_andStateATransparencyOnlyWhereItIsNotAHalf() {
    for (SketchSpec spec : SPECS) {
      assertThat(Sketches.spec(spec).hasTransparency()).isFalse();
      assertThat(Sketches.spec(Sketches.spec(spec))).isEqualTo(spec);
      SketchSpec other = spec.withTransparency(0.265625);
      assertThat(Sketches.spec(other).getTransparency()).isEqualTo(0.265625);
      assertThat(Sketches.spec(Sketches.spec(other))).isEqualTo(other);
    }
  }

  /** An older reader skips the field. */
  @Test
  void readersThatSkipTheTransparency_refuseTheFingerprint() {
    for (SketchSpec spec : SPECS) {
      io.resketch.v1.SketchSpec skipped =
          Sketches.spec(spec.withTransparency(0.75)).toBuilder().clearTransparency().build();
      assertThatThrownBy(() -> Sketches.spec(skipped)).isInstanceOf(MismatchException.class);
    }
  }
}
