package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data directories that a release wrote stay what they were. */
final class SampleDirectoryTest {
  /** Estimates may come out of sums in another order. */
  private static final double TOLERANCE = 1e-4;

  private static final String NUMBER = "-?[0-9]+\\.[0-9]+(E-?[0-9]+)?";

  private static void isSame(String found, String expected) {
    List<String> words = List.of(expected.split(" "));
    List<String> foundWords = List.of(found.split(" "));
    assertThat(foundWords).as(expected).hasSameSizeAs(words);
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).matches(NUMBER)) {
        assertThat(Double.parseDouble(foundWords.get(i)))
            .as(expected)
            .isCloseTo(Double.parseDouble(words.get(i)), within(TOLERANCE));
      } else {
        assertThat(foundWords.get(i)).as(expected).isEqualTo(words.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "0.1.0")
  void directoryOfARelease_answersAsItDid(String release, @TempDir Path directory)
      throws Exception {
    SampleDirectory.unzip(release, directory);
    List<String> expected = SampleDirectory.answers(release);
    for (int start = 0; start < 2; start++) { // the second after this release has written to it
      try (TestServer server = new TestServer(directory)) {
        List<String> found = new SampleAnswers(server).lines();
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
          isSame(found.get(i), expected.get(i));
        }
        // Remembered: there is no such sketch any more.
        assertThat(server.repository().delete(SampleDirectory.DELETION).getDeleted()).isTrue();
      }
    }
  }
}
