package io.resketch.example.street;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.files.NpyReader;
import io.resketch.client.files.SpecFile;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.example.street.Detector.DetectorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StreetTest {
  private static final Path DATA = Path.of("data");

  @TempDir Path temporary;

  private static Detector detector() throws DetectorException {
    return Detector.open(DATA.resolve("nanodet.onnx"), DATA.resolve("coco80.txt"));
  }

  /** Boxes as the reference file writes them, in a fixed order. */
  private static List<String> reference(String frame) throws IOException {
    return Files.readAllLines(DATA.resolve("detections.csv")).stream()
        .filter(line -> line.startsWith(frame + ","))
        .map(line -> line.substring(frame.length() + 1))
        .sorted()
        .toList();
  }

  @Test
  void detections_areThoseOfTheReference() throws Exception {
    try (Detector detector = detector()) {
      List<Frame> frames = Video.open(DATA.resolve("frames"), 6).detect(detector, file -> {});
      assertThat(frames).hasSize(6);
      for (int i = 0; i < 6; i++) {
        List<String> expected = reference(String.format("%04d", i));
        List<String> found = new ArrayList<>();
        for (Detection d : frames.get(i).detected().detections()) {
          found.add(
              String.format(
                  java.util.Locale.ROOT,
                  "%s,%.3f,%.1f,%.1f,%.1f,%.1f",
                  d.className(),
                  d.score(),
                  d.left(),
                  d.top(),
                  d.right(),
                  d.bottom()));
        }
        assertThat(found).as("frame %d", i).containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }

  @Test
  void frameGraph_hasDepthAndSharing_andKeepsTheBox() throws Exception {
    try (Detector detector = detector()) {
      Frame frame = Video.open(DATA.resolve("frames"), 1).detect(detector, file -> {}).get(0);
      Computation graph = frame.computation();
      Skeleton skeleton = graph.skeleton();
      int detections = frame.detected().detections().size();
      assertThat(skeleton.rootCount()).isEqualTo(detections + 1);
      assertThat(skeleton.size()).isEqualTo(detections + 1 + Detector.STAGES.size());
      Detection first = frame.detected().detections().get(0);
      assertThat(skeleton.module(0)).isEqualTo(first.className());
      float[] box = FrameGraph.box(graph.attributes(0).toArray(), 768, 576);
      assertThat(box[0]).isCloseTo(first.left(), within(0.01f));
      assertThat(box[3]).isCloseTo(first.bottom(), within(0.01f));
      for (int i = 0; i < skeleton.size(); i++) {
        double norm = 0;
        for (float v : graph.attributes(i).toArray()) {
          norm += (double) v * v;
        }
        assertThat(norm).as(skeleton.id(i)).isBetween(0.1, 1.1);
      }
    }
  }

  private record Run(int exitCode, String out, String err) {}

  private static Run demo(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new DemoTool().run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Run(exitCode, out.toString(), err.toString());
  }

  @Test
  void demo_answersFromSketches_evenWithFramesMissing() throws Exception {
    Path frames = Files.createDirectory(temporary.resolve("frames"));
    for (int i = 0; i < 15; i++) {
      String name = String.format("%04d.jpg", i);
      if (i == 4) {
        Files.writeString(frames.resolve(name), "not a picture");
      } else if (i != 7) {
        Files.copy(DATA.resolve("frames").resolve(name), frames.resolve(name));
      }
    }
    Path picture = temporary.resolve("people.svg");
    Run run =
        demo(
            "--data",
            DATA.toString(),
            "--frames",
            frames.toString(),
            "--box-frames",
            "2",
            "--picture",
            picture.toString(),
            "--json");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    JsonObject result = JsonParser.parseString(run.out()).getAsJsonObject();
    assertThat(result.get("frames").getAsInt()).isEqualTo(13);
    assertThat(result.get("frame_problems").toString())
        .contains("frame 0007 is missing")
        .contains("frame 0004.jpg is not a picture");
    assertThat(result.get("count_exact_fraction").getAsDouble()).isGreaterThanOrEqualTo(0.95);
    assertThat(result.get("box_error_px_median").getAsDouble()).isLessThan(4);
    assertThat(result.get("bytes_per_sketch").getAsInt()).isEqualTo(4 * 4096 + 76);
    assertThat(result.get("erasure").getAsJsonArray()).hasSize(3);
    assertThat(result.get("similar_recall_at_10").getAsDouble()).isGreaterThan(0.8);
    assertThat(result.get("rollup_relative_error").getAsDouble()).isLessThan(0.1);
    assertThat(Files.readString(picture)).startsWith("<svg").contains("polygon");
  }

  @Test
  void pairs_areRowsOfTheFirstStageAndTheSketch() throws Exception {
    SketchSpec spec = new SketchSpec(1024, 16, 7);
    try (Detector detector = detector()) {
      List<Frame> frames = Video.open(DATA.resolve("frames"), 3).detect(detector, file -> {});
      assertThat(FramePairs.write(frames, spec, temporary)).isEqualTo(32);
      assertThat(SpecFile.readBeside(temporary.resolve("sketches.npy")))
          .hasValueSatisfying(beside -> assertThat(beside.spec()).contains(spec));
      try (NpyReader inputs = new NpyReader(temporary.resolve("inputs.npy"));
          NpyReader sketches = new NpyReader(temporary.resolve("sketches.npy"))) {
        assertThat(inputs.rows()).isEqualTo(3);
        for (Frame frame : frames) {
          assertThat(inputs.readRow()).hasSize(32).doesNotContain(Float.NaN);
          assertThat(sketches.readRow())
              .isEqualTo(new Sketcher(spec).sketch(frame.computation()).toArray());
        }
      }
    }
  }

  @Test
  void badFiles_areNamed() throws Exception {
    Path notOnnx = Files.writeString(temporary.resolve("x.onnx"), "hello");
    Run model = demo("--data", DATA.toString(), "--model", notOnnx.toString(), "--limit", "12");
    assertThat(model.exitCode()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(model.err()).contains("x.onnx: not a model that ONNX Runtime can load");
    Run missing = demo("--data", temporary.resolve("nowhere").toString());
    assertThat(missing.exitCode()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(missing.err()).contains("there is no such folder of frames");
    Run dimension = demo("--data", DATA.toString(), "--dimension", "1000");
    assertThat(dimension.exitCode()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(dimension.err()).contains("dimension: 1000 must be a multiple").contains("try 1024");
    assertThat(demo("--limit", "3").exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThatThrownBy(
            () -> Detector.open(temporary.resolve("none.onnx"), DATA.resolve("coco80.txt")))
        .isInstanceOf(DetectorException.class)
        .hasMessageContaining("no such model file");
  }
}
