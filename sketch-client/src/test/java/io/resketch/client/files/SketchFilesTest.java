package io.resketch.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of sketches: what is told in them and beside them. */
final class SketchFilesTest {
  private static final SketchSpec SPEC = new SketchSpec(256, 16, 7);

  @TempDir private Path folder;

  private static Sketch sketch(int i) {
    float[] values = new float[256];
    for (int k = 0; k < values.length; k++) {
      values[k] = (k + 1f) * (i + 1);
    }
    return Sketch.of(SPEC.fingerprint(), 256, values, 2.5 + i, 1 + i);
  }

  private Path write(String name, int count) throws IOException {
    Path file = folder.resolve(name);
    try (SketchWriter out = SketchWriter.create(file, Optional.of(SPEC), 256)) {
      for (int i = 0; i < count; i++) {
        out.write(sketch(i));
      }
      out.commit();
    }
    return file;
  }

  private static List<Sketch> read(SketchReader in) throws IOException {
    try (in) {
      List<Sketch> out = new ArrayList<>();
      for (Optional<Sketch> next = in.next(); next.isPresent(); next = in.next()) {
        out.add(next.get());
      }
      assertThat(in.count()).isEqualTo(out.size());
      return out;
    }
  }

  @Test
  void images_saySpecAndNumber() throws IOException {
    Path file = write("a.rskt", 3);
    SketchSource source = SketchSource.of(file);
    assertThat(source.spec()).contains(SPEC);
    assertThat(source.fingerprint()).contains(SPEC.fingerprint());
    assertThat(read(SketchReader.open(file, SPEC)))
        .containsExactly(sketch(0), sketch(1), sketch(2));
  }

  @Test
  void images_cutAnywhere_areRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write("a.rskt", 3));
    int image = SketchImage.bytes(Encoding.F32, 256);
    List<Integer> lengths = new ArrayList<>();
    for (int n = 0; n <= 3; n++) {
      lengths.add(whole.length - 16 - n * image);
    }
    lengths.addAll(List.of(5, 20, whole.length - 1, whole.length - 17, whole.length - 16 - 2000));
    for (int length : lengths) {
      Path cut = Files.write(folder.resolve("cut.rskt"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SketchReader.openImages(cut))
          .isInstanceOf(InputFileException.class)
          .hasMessageContaining("is cut off");
    }
  }

  @Test
  void images_ofWhichOneIsMissingOrDouble_areRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write("a.rskt", 3));
    int image = SketchImage.bytes(Encoding.F32, 256);
    int first = whole.length - 16 - 3 * image;
    ByteArrayOutputStream without = new ByteArrayOutputStream();
    without.write(whole, 0, first);
    without.write(whole, first + image, whole.length - first - image);
    Path file = Files.write(folder.resolve("b.rskt"), without.toByteArray());
    assertThatThrownBy(() -> SketchReader.openImages(file))
        .hasMessageContaining("has 2 images before its end mark, which tells of 3");
  }

  @Test
  void images_withoutMarks_areRead_andSayThatTheirLengthIsNotRecorded() throws IOException {
    byte[] image = SketchImage.write(sketch(0));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(image);
    bytes.write(image);
    Path old = Files.write(folder.resolve("old.rskt"), bytes.toByteArray());
    try (SketchReader in = SketchReader.openImages(old)) {
      assertThat(in.lengthRecorded()).isFalse();
      assertThat(in.count()).isEqualTo(2);
    }
    assertThat(SketchSource.of(old).spec()).isEmpty();
    bytes.write(Files.readAllBytes(write("a.rskt", 2)));
    Path both = Files.write(folder.resolve("both.rskt"), bytes.toByteArray());
    assertThat(read(SketchReader.openImages(both))).hasSize(4);
  }

  @Test
  void images_ofFilesPutTogether_areAllRead() throws IOException {
    byte[] whole = Files.readAllBytes(write("a.rskt", 2));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(whole);
    bytes.write(whole);
    Path both = Files.write(folder.resolve("both.rskt"), bytes.toByteArray());
    try (SketchReader in = SketchReader.openImages(both)) {
      assertThat(in.lengthRecorded()).isTrue();
    }
    assertThat(read(SketchReader.openImages(both))).hasSize(4);
  }

  @Test
  void matrix_hasItsSpecAndMassesBesideIt() throws IOException {
    Path file = write("a.npy", 3);
    assertThat(SketchSource.of(file).spec()).contains(SPEC);
    assertThat(read(SketchReader.openDescribed(file)))
        .containsExactly(sketch(0), sketch(1), sketch(2));
  }

  @Test
  void matrix_thatIsNotTheOneBesideWhichTheSpecStands_isRefused() throws IOException {
    Path file = write("a.npy", 3);
    Path other = folder.resolve("b.npy");
    try (NpyWriter out = new NpyWriter(other, 256)) {
      for (int i = 0; i < 3; i++) {
        out.writeRow(sketch(i + 1).toArray());
      }
      out.commit();
    }
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> SketchReader.open(file, SPEC))
        .hasMessageContaining("a.npy.spec.json: was written for another matrix");
    assertThatThrownBy(() -> SketchSource.of(file)).hasMessageContaining("for another matrix");
  }

  @Test
  void matrixOfOtherValues_takesAwayWhatStoodBesideTheOneBefore() throws IOException {
    Path file = write("a.npy", 3);
    try (NpyWriter out = new NpyWriter(file, 256)) {
      assertThat(SpecFile.beside(file)).exists();
      out.commit();
    }
    assertThat(SpecFile.beside(file)).doesNotExist();
  }

  @Test
  void matrix_withoutWhatStandsBeside_hasNoMasses_andSaysSo() throws IOException {
    Path file = write("a.npy", 1);
    Files.delete(SpecFile.beside(file));
    try (SketchReader in = SketchReader.open(file, SPEC)) {
      assertThat(in.massesKnown()).isFalse();
      assertThat(in.next().orElseThrow().mass()).isEqualTo(1);
    }
    assertThatThrownBy(() -> SketchReader.openDescribed(file)).hasMessageContaining("give --seed");
  }

  @Test
  void specFile_byHand_needsItsSeed_andMassesOneARow() throws IOException {
    Path file = folder.resolve("x.json");
    Files.writeString(file, "{\"spec\":{\"dimension\":256,\"blocksPerColumn\":16,\"seed\":7}}");
    assertThat(SpecFile.read(file).spec()).contains(SPEC);
    for (String[] bad :
        new String[][] {
          {"{\"spec\":{\"dimension\":256,\"blocksPerColumn\":16}}", "spec.seed: is missing"},
          {
            "{\"spec\":{\"dimension\":256,\"seed\":7,\"seed\":8}}",
            "the key \"seed\" is given twice"
          },
          {"{\"spec\":{\"dimension\":100,\"blocksPerColumn\":16,\"seed\":7}}", "dimension: 100"},
          {"{\"seed\":7}", "seed: no such field"},
          {"{}", "has neither spec nor fingerprint"},
          {"{'spec':{}}", "malformed JSON"},
          {"[]", "is not a JSON object"},
        }) {
      Files.writeString(file, bad[0]);
      assertThatThrownBy(() -> SpecFile.read(file))
          .isInstanceOf(InputFileException.class)
          .hasMessageContaining(bad[1]);
    }
  }
}
