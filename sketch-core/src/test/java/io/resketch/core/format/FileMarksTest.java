package io.resketch.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FileMarksTest {
  private static final List<SketchSpec> SPECS =
      List.of(
          new SketchSpec(4096, 16, -1),
          new SketchSpec(1024, new Family.Hadamard(), 0),
          new SketchSpec(48, new Family.Dense(), 3));

  @Test
  void head_keepsTheSpec() {
    for (SketchSpec spec : SPECS) {
      byte[] head = FileMarks.head(Optional.of(spec));
      assertThat(FileMarks.isHead(head)).isTrue();
      assertThat(FileMarks.headBytes(head)).isEqualTo(head.length);
      assertThat(FileMarks.spec(head)).contains(spec);
    }
    assertThat(FileMarks.spec(FileMarks.head(Optional.empty()))).isEmpty();
  }

  @Test
  void end_keepsTheNumber() {
    byte[] end = FileMarks.end(1L << 40);
    assertThat(FileMarks.isEnd(end)).isTrue();
    assertThat(end).hasSize(FileMarks.END_BYTES);
    assertThat(FileMarks.images(end)).isEqualTo(1L << 40);
  }

  @Test
  void everyChangedBit_isFound() {
    byte[] head = FileMarks.head(Optional.of(SPECS.get(0)));
    for (int i = FileMarks.HEAD_BYTES; i < head.length; i++) {
      byte[] changed = head.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> FileMarks.spec(changed)).isInstanceOf(InvalidInputException.class);
    }
    byte[] end = FileMarks.end(3);
    for (int i = FileMarks.MAGIC_BYTES; i < end.length; i++) {
      byte[] changed = end.clone();
      changed[i] ^= 4;
      assertThatThrownBy(() -> FileMarks.images(changed)).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void otherVersions_andLengths_areRefused() {
    byte[] head = FileMarks.head(Optional.empty());
    head[4] = 2;
    assertThatThrownBy(() -> FileMarks.headBytes(head)).hasMessageContaining("version 2");
    byte[] longer = FileMarks.head(Optional.empty());
    longer[10] = 1;
    assertThatThrownBy(() -> FileMarks.headBytes(longer)).hasMessageContaining("damaged");
  }

  @Test
  void canonicalForms_areReadBack_andNothingElse() {
    for (SketchSpec spec : SPECS) {
      assertThat(SketchSpec.ofCanonicalForm(spec.canonicalForm())).isEqualTo(spec);
      for (String other :
          List.of(
              spec.canonicalForm() + "\n",
              spec.canonicalForm().replace("seed=", "seed=0"),
              spec.canonicalForm().replace("dimension=", "dimension=+"),
              spec.canonicalForm().replace("resketch/1", "resketch/2"),
              "")) {
        assertThatThrownBy(() -> SketchSpec.ofCanonicalForm(other))
            .isInstanceOf(InvalidInputException.class);
      }
    }
  }
}
