package io.resketch.example.street;

import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import io.resketch.example.street.Detector.DetectorException;
import io.resketch.server.ResketchServer;
import io.resketch.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code resketch demo}. */
@Command(
    name = "resketch demo",
    description = {
      "Sketches a street video and answers questions from the sketches.",
      "Runs an object detector over every frame, stores one sketch a frame on a server (its own, in"
          + " a temporary directory, unless --server names one), asks questions that nobody named"
          + " in advance, and prints every answer beside the truth."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the demo ran", "1:it could not, and says why", "2:wrong usage"},
    footer = {"", "Example:", "  resketch demo --json --limit 50"})
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--server", paramLabel = "HOST:PORT", description = "Use this server.")
  private String server;

  @Option(
      names = "--collection",
      paramLabel = "ID",
      defaultValue = "street",
      description = "Collection to store to (default ${DEFAULT-VALUE}).")
  private String collection;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${sys:resketch.home:-.}/examples/street/data",
      description = "Folder with nanodet.onnx, coco80.txt and frames/.")
  private Path data;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Another ONNX file of the detector.")
  private Path model;

  @Option(
      names = "--frames",
      paramLabel = "DIR",
      description = "Another folder of frames NNNN.jpg, taken every 0.4 s.")
  private Path frames;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100000",
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Use the first N frames only; at least 12.")
  private int limit;

  @Option(
      names = "--dimension",
      paramLabel = "D",
      defaultValue = "4096",
      description = "Floats of a sketch (default ${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--blocks-per-column",
      paramLabel = "C",
      defaultValue = "16",
      description = "Blocks of a column (default ${DEFAULT-VALUE}).")
  private int blocksPerColumn;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "7",
      description = "Seed of the operators (default ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--chosen",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Place among the frames, from 0, of the one that \"most like\" and \"where\" ask about"
              + " (default ${DEFAULT-VALUE}, or the middle of a shorter video).")
  private int chosen;

  @Option(
      names = "--box-frames",
      paramLabel = "N",
      defaultValue = "40",
      description =
          "Decode the boxes of N frames, an eighth of them after erasure (default"
              + " ${DEFAULT-VALUE}).")
  private int boxFrames;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      defaultValue = "resketch-street.svg",
      description = "Where the picture goes (default ${DEFAULT-VALUE}).")
  private Path picture;

  @Option(
      names = "--pairs",
      paramLabel = "DIR",
      description =
          "Ask nothing; write pairs for \"resketch recover\" instead: inputs.npy, the channel means"
              + " of stage0, and sketches.npy.")
  private Path pairs;

  @Option(names = "--json", description = "Print one JSON object with every figure instead.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (limit < 12 || boxFrames < 1) {
      throw new ParameterException(
          spec.commandLine(),
          limit < 12
              ? "--limit " + limit + ": at least 12 frames are needed to ask for the 10 most alike"
              : "--box-frames " + boxFrames + ": must be at least 1");
    }
    PrintWriter err = spec.commandLine().getErr();
    try {
      run();
      return CommandLine.ExitCode.OK;
    } catch (DetectorException
        | IOException
        | InvalidInputException
        | ResketchException
        | IllegalStateException e) {
      err.println("resketch demo: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void run() throws DetectorException, IOException, InterruptedException {
    long start = System.nanoTime();
    SketchSpec sketchSpec = new SketchSpec(dimension, blocksPerColumn, seed);
    Video video = Video.open(frames == null ? data.resolve("frames") : frames, limit);
    Path modelFile = model == null ? data.resolve("nanodet.onnx") : model;
    List<Frame> detected;
    List<String> classes;
    double detectorSeconds;
    try (TerminalProgress progress = new TerminalProgress()) {
      try (Detector detector = Detector.open(modelFile, data.resolve("coco80.txt"))) {
        classes = detector.classes();
        progress.stage("detecting", video.size());
        detected = video.detect(detector, file -> progress.step());
      }
      detectorSeconds = Demo.seconds(start);
      if (detected.size() < 12) {
        throw new IOException(
            "only "
                + detected.size()
                + " frames could be read, at least 12 are needed: "
                + String.join("; ", video.problems()));
      }
      if (pairs != null) {
        writePairs(detected, sketchSpec, progress);
        return;
      }
      int index = chosen < detected.size() ? Math.max(0, chosen) : detected.size() / 2;
      Demo.Questions questions = new Demo.Questions(collection, sketchSpec, index, boxFrames);
      if (server != null) {
        answer(server, questions, detected, classes, progress, video, detectorSeconds, start);
      } else {
        Path directory = Files.createTempDirectory("resketch-demo");
        try (ResketchServer own =
            ResketchServer.start(ServerConfig.of(directory).withPort(0).withHttpPort(0))) {
          String target = "127.0.0.1:" + own.port();
          answer(target, questions, detected, classes, progress, video, detectorSeconds, start);
        } finally {
          delete(directory);
        }
      }
    }
  }

  private void writePairs(List<Frame> detected, SketchSpec sketchSpec, TerminalProgress progress)
      throws IOException {
    int width = FramePairs.write(detected, sketchSpec, pairs);
    progress.close();
    PrintWriter out = spec.commandLine().getOut();
    out.println(detected.size() + " pairs in " + pairs + "; --input-sizes " + width);
    out.flush();
  }

  private void answer(
      String target,
      Demo.Questions questions,
      List<Frame> detected,
      List<String> classes,
      TerminalProgress progress,
      Video video,
      double detectorSeconds,
      long start)
      throws IOException, InterruptedException {
    try (ResketchClient client = ResketchClient.connect(target)) {
      Demo demo = new Demo(client, questions, detected, classes, progress);
      DemoResult result = demo.run();
      progress.close();
      result.frameProblems = video.problems();
      result.detectorSeconds = detectorSeconds;
      String svg =
          PeoplePlot.draw(
              demo.persons(),
              detected.size() * Video.FRAME_INTERVAL.toMillis() / 1000.0,
              String.format(
                  Locale.ROOT,
                  "People in the street, counted from %,d-byte sketches",
                  result.bytesPerSketch));
      Files.writeString(picture, svg);
      result.picture = picture.toAbsolutePath().normalize().toString();
      result.seconds = Demo.seconds(start);
      result.framesPerSecond = result.frames / result.seconds;
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(result.toJson());
        out.flush();
      } else {
        new DemoReport(out).print(result, detected.get(questions.chosen()), demo.chosenBoxes());
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
