package io.resketch.example.street;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One frame's computation: detections and the detector over the frame as roots of equal weight,
 * neck stages below them, backbone stages below those, all shared.
 *
 * <pre>
 * person, car, … (one object a detection) → neck_s8
 * detector                                → neck_s8, neck_s16, neck_s32
 * neck_sK                                 → stage2, stage3, stage4;  stageK → stageK−1
 * </pre>
 *
 * <p>Roots are in an order that changes little from frame to frame, since a root's place is part of
 * what makes sketches similar: the detector, then the detections as {@link DetectedFrame} orders
 * them.
 *
 * <p>A detection's attributes: centre x, centre y, width, height over the picture's size, and the
 * score, each times {@link #GEOMETRY_SCALE}; then the appearance over the box, of norm {@link
 * #APPEARANCE_NORM}. A stage's attributes: its channel means, of norm 1. The detector's: the
 * channel means of the middle backbone stage.
 */
final class FrameGraph {
  static final String DETECTOR = "detector";
  static final float GEOMETRY_SCALE = 0.5f;
  static final float APPEARANCE_NORM = 0.5f;

  private FrameGraph() {}

  static Computation of(DetectedFrame frame) {
    Computation.Builder graph = Computation.builder();
    int roots = frame.detections().size() + 1;
    graph.root(DETECTOR, 1f / roots);
    for (int i = 0; i < frame.detections().size(); i++) {
      Detection d = frame.detections().get(i);
      String id = detectionId(i);
      graph.object(id, d.className(), attributes(d, frame), new WeightedInput("neck_s8", 1f));
      graph.root(id, 1f / roots);
    }
    graph.object(
        DETECTOR,
        DETECTOR,
        unit(frame.pooled().get("stage2"), 1f),
        evenly("neck_s8", "neck_s16", "neck_s32"));
    for (Map.Entry<String, float[]> stage : frame.pooled().entrySet()) {
      graph.object(
          stage.getKey(), stage.getKey(), unit(stage.getValue(), 1f), inputs(stage.getKey()));
    }
    return graph.build();
  }

  /** Id of the i-th detection's object. */
  static String detectionId(int i) {
    return "d" + i;
  }

  /** The error of a box's side in picture pixels that goes with that of an attribute. */
  static double pixels(double attributeError, int width, int height) {
    // A side is a centre plus or minus half an extent.
    double attributes = attributeError * Math.sqrt(1.25) / GEOMETRY_SCALE;
    return attributes * Math.sqrt(((double) width * width + (double) height * height) / 2);
  }

  private static List<WeightedInput> inputs(String stage) {
    if (stage.startsWith("neck")) {
      return evenly("stage2", "stage3", "stage4");
    }
    int number = Integer.parseInt(stage.substring("stage".length()));
    return number == 0 ? List.of() : evenly("stage" + (number - 1));
  }

  private static List<WeightedInput> evenly(String... objects) {
    List<WeightedInput> inputs = new ArrayList<>();
    for (String object : objects) {
      inputs.add(new WeightedInput(object, 1f / objects.length));
    }
    return inputs;
  }

  private static Attributes attributes(Detection d, DetectedFrame frame) {
    float[] appearance = scaled(d.appearance(), APPEARANCE_NORM);
    float[] values = new float[5 + appearance.length];
    values[0] = GEOMETRY_SCALE * (d.left() + d.right()) / 2 / frame.width();
    values[1] = GEOMETRY_SCALE * (d.top() + d.bottom()) / 2 / frame.height();
    values[2] = GEOMETRY_SCALE * (d.right() - d.left()) / frame.width();
    values[3] = GEOMETRY_SCALE * (d.bottom() - d.top()) / frame.height();
    values[4] = GEOMETRY_SCALE * d.score();
    System.arraycopy(appearance, 0, values, 5, appearance.length);
    return Attributes.dense(values);
  }

  /** The box that attributes describe: left, top, right, bottom in picture pixels. */
  static float[] box(float[] attributes, int width, int height) {
    float x = attributes[0] / GEOMETRY_SCALE * width;
    float y = attributes[1] / GEOMETRY_SCALE * height;
    float w = attributes[2] / GEOMETRY_SCALE * width;
    float h = attributes[3] / GEOMETRY_SCALE * height;
    return new float[] {x - w / 2, y - h / 2, x + w / 2, y + h / 2};
  }

  private static Attributes unit(float[] values, float norm) {
    return Attributes.dense(scaled(values, norm));
  }

  private static float[] scaled(float[] values, float norm) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    float factor = sum == 0 ? 0 : (float) (norm / Math.sqrt(sum));
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = factor * values[i];
    }
    return out;
  }
}
