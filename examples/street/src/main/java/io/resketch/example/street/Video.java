package io.resketch.example.street;

import io.resketch.example.street.Detector.DetectorException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** A folder of numbered frames: NNNN.jpg is the picture at 0.4 · NNNN seconds. */
final class Video {
  /** Any fixed time will do; the file says how long after the start a frame was taken. */
  static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  static final Duration FRAME_INTERVAL = Duration.ofMillis(400);

  private final List<Path> files;
  private final List<String> problems = new ArrayList<>();

  private Video(List<Path> files) {
    this.files = files;
  }

  /**
   * The frames of a folder, by number; gaps in the numbers become {@link #problems}.
   *
   * @param limit at most so many frames
   * @throws IOException if there are none; the message names the folder
   */
  static Video open(Path folder, int limit) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + ": there is no such folder of frames");
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files =
          entries
              .filter(p -> p.getFileName().toString().matches("\\d{4}\\.jpg"))
              .sorted()
              .limit(limit)
              .toList();
    }
    if (files.isEmpty()) {
      throw new IOException(folder + ": holds no frame named NNNN.jpg");
    }
    Video video = new Video(files);
    int expected = number(files.get(0));
    for (Path file : files) {
      for (; expected < number(file); expected++) {
        video.problems.add(String.format(Locale.ROOT, "frame %04d is missing; left out", expected));
      }
      expected++;
    }
    return video;
  }

  private static int number(Path file) {
    return Integer.parseInt(file.getFileName().toString().substring(0, 4));
  }

  /** Number of frame files. */
  int size() {
    return files.size();
  }

  /** Frames that were left out, with the reason, in the order found. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * Runs the detector over all frames on all cores. A frame that cannot be read is left out and
   * becomes one of the {@link #problems}.
   *
   * @param progress told after each frame, in order
   * @throws DetectorException if the model fails
   */
  List<Frame> detect(Detector detector, Consumer<Path> progress)
      throws DetectorException, InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<Frame>> running = new ArrayList<>();
      for (Path file : files) {
        running.add(pool.submit(() -> frame(detector, file)));
      }
      List<Frame> frames = new ArrayList<>();
      for (int i = 0; i < running.size(); i++) {
        try {
          frames.add(running.get(i).get());
        } catch (ExecutionException e) {
          if (e.getCause() instanceof IOException unreadable) {
            problems.add(unreadable.getMessage());
          } else if (e.getCause() instanceof DetectorException failed) {
            throw failed;
          } else {
            throw new IllegalStateException(e.getCause());
          }
        }
        progress.accept(files.get(i));
      }
      return frames;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Frame frame(Detector detector, Path file) throws IOException, DetectorException {
    BufferedImage image;
    try {
      image = ImageIO.read(file.toFile());
    } catch (IOException e) {
      throw new IOException("frame " + file.getFileName() + " cannot be read; left out", e);
    }
    if (image == null) {
      throw new IOException("frame " + file.getFileName() + " is not a picture; left out");
    }
    DetectedFrame detected = detector.detect(image);
    int number = number(file);
    return new Frame(
        String.format(Locale.ROOT, "frame-%04d", number),
        START.plus(FRAME_INTERVAL.multipliedBy(number)),
        detected,
        FrameGraph.of(detected));
  }
}
