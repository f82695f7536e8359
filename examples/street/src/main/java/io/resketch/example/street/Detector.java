package io.resketch.example.street;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * NanoDet with its 80 COCO classes (see data/MODEL.md), run by ONNX Runtime. Thread-safe: one
 * detector may serve several threads.
 */
final class Detector implements AutoCloseable {
  /** Boxes below this score are not reported. */
  static final float MIN_SCORE = 0.40f;

  /** Of two boxes that overlap more than this, the weaker is dropped. */
  private static final double MAX_IOU = 0.6;

  /** Backbone and neck stages in order of computation, with their strides. */
  static final Map<String, Integer> STAGES = stages();

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final List<String> classes;

  private static Map<String, Integer> stages() {
    Map<String, Integer> stages = new LinkedHashMap<>();
    stages.put("stage0", 4);
    stages.put("stage1", 4);
    stages.put("stage2", 8);
    stages.put("stage3", 16);
    stages.put("stage4", 32);
    stages.put("neck_s8", 8);
    stages.put("neck_s16", 16);
    stages.put("neck_s32", 32);
    return stages;
  }

  private Detector(OrtSession session, List<String> classes) {
    this.session = session;
    this.classes = classes;
  }

  /** A model, class list or picture cannot be used; the message says which and why. */
  static final class DetectorException extends Exception {
    private static final long serialVersionUID = 1L;

    DetectorException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Opens a model.
   *
   * @param classNames text file, one class a line in the order of the score columns
   * @throws DetectorException if a file is missing, is not an ONNX model, or has other outputs
   */
  static Detector open(Path model, Path classNames) throws DetectorException {
    List<String> classes;
    try {
      classes = Files.readAllLines(classNames).stream().filter(s -> !s.isBlank()).toList();
      if (!Files.isReadable(model)) {
        throw new DetectorException(model + ": there is no such model file", null);
      }
    } catch (IOException e) {
      throw new DetectorException(classNames + ": cannot read the class names", e);
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      OrtSession session = OrtEnvironment.getEnvironment().createSession(model.toString(), options);
      Set<String> missing = new LinkedHashSet<>(outputs());
      missing.removeAll(session.getOutputNames());
      if (!missing.isEmpty()) {
        session.close();
        throw new DetectorException(
            model + ": the model has no outputs " + missing + "; this demo needs them", null);
      }
      return new Detector(session, classes);
    } catch (OrtException e) {
      throw new DetectorException(
          model + ": not a model that ONNX Runtime can load: " + e.getMessage(), e);
    }
  }

  private static Set<String> outputs() {
    Set<String> names = new LinkedHashSet<>(STAGES.keySet());
    names.add("scores");
    names.add("boxes");
    return names;
  }

  /** Class names, in the order of the score columns. */
  List<String> classes() {
    return classes;
  }

  /**
   * Finds the objects of a picture.
   *
   * @throws DetectorException if the model fails on it
   */
  DetectedFrame detect(BufferedImage image) throws DetectorException {
    Letterbox input = Letterbox.of(image);
    long[] shape = {1, Letterbox.SIZE, Letterbox.SIZE, 3};
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.pixels()), shape);
        OrtSession.Result result = session.run(Map.of("image", tensor), outputs())) {
      long bytes = 0;
      Map<String, float[]> pooled = new LinkedHashMap<>();
      FeatureMap fine = null;
      for (Map.Entry<String, Integer> stage : STAGES.entrySet()) {
        FeatureMap map = featureMap(result, stage.getKey(), stage.getValue());
        bytes += (long) map.values().length * Float.BYTES;
        pooled.put(stage.getKey(), map.mean());
        if (stage.getKey().equals("neck_s8")) {
          fine = map;
        }
      }
      float[] scores = floats(result, "scores");
      float[] boxes = floats(result, "boxes");
      bytes += (long) (scores.length + boxes.length) * Float.BYTES;
      return new DetectedFrame(
          input.width(), input.height(), decode(scores, boxes, input, fine), pooled, bytes);
    } catch (OrtException e) {
      throw new DetectorException("the model failed: " + e.getMessage(), e);
    }
  }

  private List<Detection> decode(float[] scores, float[] boxes, Letterbox in, FeatureMap fine) {
    List<Detection> found = new ArrayList<>();
    int columns = classes.size();
    for (int row = 0; row < scores.length / columns; row++) {
      int best = 0;
      for (int c = 1; c < columns; c++) {
        if (scores[row * columns + c] > scores[row * columns + best]) {
          best = c;
        }
      }
      float score = scores[row * columns + best];
      if (score >= MIN_SCORE) {
        float left = boxes[row * 4];
        float top = boxes[row * 4 + 1];
        float right = boxes[row * 4 + 2];
        float bottom = boxes[row * 4 + 3];
        found.add(
            new Detection(
                classes.get(best),
                score,
                in.pictureX(left),
                in.pictureY(top),
                in.pictureX(right),
                in.pictureY(bottom),
                fine.meanOver(left, top, right, bottom)));
      }
    }
    found.sort(Comparator.comparing(Detection::score).reversed());
    List<Detection> kept = new ArrayList<>();
    for (Detection candidate : found) {
      if (kept.stream().allMatch(k -> k.iou(candidate) <= MAX_IOU)) {
        kept.add(candidate);
      }
    }
    // Still things first: the classes at the end of the list are rare here, persons come and go.
    kept.sort(
        Comparator.<Detection>comparingInt(d -> -classes.indexOf(d.className()))
            .thenComparing(d -> d.left() + d.right()));
    return kept;
  }

  private static FeatureMap featureMap(OrtSession.Result result, String name, int stride)
      throws OrtException {
    long[] shape = tensor(result, name).getInfo().getShape();
    return new FeatureMap(
        floats(result, name), (int) shape[1], (int) shape[2], (int) shape[3], stride);
  }

  private static float[] floats(OrtSession.Result result, String name) {
    FloatBuffer buffer = tensor(result, name).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static OnnxTensor tensor(OrtSession.Result result, String name) {
    return (OnnxTensor) result.get(name).orElseThrow();
  }

  @Override
  public void close() throws DetectorException {
    try {
      session.close();
    } catch (OrtException e) {
      throw new DetectorException("the model cannot be closed: " + e.getMessage(), e);
    }
  }
}
