package io.resketch.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that a release wrote stay readable, and stay what the same sketch is written as. */
class SampleImagesTest {
  private static byte[] stored(String file) throws IOException {
    try (InputStream in = SampleImagesTest.class.getResourceAsStream("samples/v1/" + file)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "bf16", "i8_block", "truncated", "sum", "placed", "transparent"})
  void sample_readsAsItWasWritten_andIsWrittenAgainTheSame(String name) throws IOException {
    byte[] image = stored(name + ".rskt");
    Sketch sketch = SketchImage.read(image);
    assertThat(SampleImages.fields(sketch))
        .isEqualTo(new String(stored(name + ".txt"), StandardCharsets.UTF_8));
    assertThat(SketchImage.write(sketch)).isEqualTo(image);
    assertThat(SketchImage.write(SampleImages.sketches().get(name))).isEqualTo(image);
  }
}
