package io.resketch.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.graph.Skeleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Skeletons that a release stored stay readable, and keep their hash. */
final class SampleSkeletonsTest {
  private static byte[] stored(String file) throws IOException {
    try (InputStream in = SampleSkeletonsTest.class.getResourceAsStream("samples/v1/" + file)) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "placed"})
  void sample_readsAsItWasWritten_andIsWrittenAgainTheSame(String name) throws IOException {
    io.resketch.v1.Skeleton message = io.resketch.v1.Skeleton.parseFrom(stored(name + ".skeleton"));
    Skeleton skeleton = Graphs.skeleton(message);
    assertThat(SampleSkeletons.fields(skeleton))
        .isEqualTo(new String(stored(name + ".txt"), StandardCharsets.UTF_8));
    assertThat(Graphs.skeleton(skeleton)).isEqualTo(message);
    assertThat(Graphs.skeleton(SampleSkeletons.skeletons().get(name))).isEqualTo(message);
  }
}
