package io.resketch.example.street;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.SpecTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The figures of docs/accuracy.md on whether a matrix of real detections is of a spec. */
final class SpecOfDetectionsTest {
  private static final SketchSpec SPEC = new SketchSpec(4096, 16, 7);

  /** The level for one row alone: ten thousand times below that of a file. */
  private static final double LEVEL = 2.5e-7;

  private static final Pattern COMMA = Pattern.compile(",");

  /** A computation a frame: its detections as roots, with their boxes as attributes. */
  private static List<Computation> frames() throws IOException {
    Map<String, List<String[]>> byFrame = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("data", "detections.csv"))) {
      String[] fields = COMMA.split(line, -1);
      if (!fields[0].equals("frame")) {
        byFrame.computeIfAbsent(fields[0], frame -> new ArrayList<>()).add(fields);
      }
    }
    List<Computation> out = new ArrayList<>();
    for (List<String[]> detections : byFrame.values()) {
      Computation.Builder run = Computation.builder();
      for (int i = 0; i < detections.size(); i++) {
        float[] box = new float[4];
        for (int j = 0; j < 4; j++) {
          box[j] = Float.parseFloat(detections.get(i)[3 + j]) / (j % 2 == 0 ? 768 : 432);
        }
        run.object("o" + i, detections.get(i)[1], Attributes.dense(box));
        run.root("o" + i, 1f / detections.size());
      }
      out.add(run.build());
    }
    return out;
  }

  @Test
  void everyFrame_showsItsSpec_wholeAndHalved_andNoOther() throws IOException {
    List<Computation> frames = frames();
    assertThat(frames).hasSize(199);
    Map<String, ModuleProfile> known = new LinkedHashMap<>();
    for (Computation frame : frames) {
      for (ModuleProfile module : ModuleProfile.of(frame.skeleton())) {
        known.merge(module.name(), module, ModuleProfile::merge);
      }
    }
    List<ModuleProfile> modules = List.copyOf(known.values());
    Sketcher sketcher = new Sketcher(SPEC);
    SpecTest test = new SpecTest(new Operators(SPEC), modules);
    for (Computation frame : frames) {
      Sketch sketch = sketcher.sketch(frame);
      assertThat(test.chance(sketch)).isLessThan(LEVEL);
      assertThat(test.chance(sketch.truncate(2048))).isLessThan(LEVEL);
    }
    for (long seed = 100; seed < 120; seed++) {
      SketchSpec other = new SketchSpec(4096, 16, seed);
      SpecTest wrong = new SpecTest(new Operators(other), modules);
      for (Computation frame : frames.subList(0, 40)) {
        float[] values = sketcher.sketch(frame).toArray();
        assertThat(wrong.chance(Sketch.of(other.fingerprint(), 4096, values, 1, 1)))
            .isGreaterThan(1e-3);
      }
    }
  }
}
