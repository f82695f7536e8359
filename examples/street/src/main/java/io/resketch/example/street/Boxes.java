package io.resketch.example.street;

import io.resketch.client.SketchCollection;
import io.resketch.core.decode.Decoder;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.DecodedObject;
import java.util.ArrayList;
import java.util.List;

/**
 * Where each person stood, decoded from a stored sketch and its skeleton, beside the detector's
 * box.
 */
final class Boxes {
  private Boxes() {}

  /**
   * A person's box: left, top, right, bottom in picture pixels.
   *
   * @param standardError of a side, in pixels
   */
  record Person(float[] decoded, float[] truth, double standardError) {
    /** Mean distance of the four sides in pixels. */
    double error() {
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += Math.abs(decoded[i] - truth[i]);
      }
      return sum / 4;
    }
  }

  /** The persons of one frame, from left to right. */
  static List<Person> decode(SketchCollection collection, Frame frame) {
    DecodedComputation decoded = collection.decode(frame.id(), Decoder.JOINT);
    List<Person> out = new ArrayList<>();
    DetectedFrame detected = frame.detected();
    for (int i = 0; i < detected.detections().size(); i++) {
      Detection detection = detected.detections().get(i);
      if (detection.className().equals(Counts.PERSON)) {
        DecodedObject object = object(decoded, FrameGraph.detectionId(i));
        float[] attributes = new float[4];
        for (int j = 0; j < 4; j++) {
          attributes[j] = object.getAttributes().getDense().getValues(j);
        }
        out.add(
            new Person(
                FrameGraph.box(attributes, detected.width(), detected.height()),
                new float[] {
                  detection.left(), detection.top(), detection.right(), detection.bottom()
                },
                FrameGraph.pixels(object.getStandardError(), detected.width(), detected.height())));
      }
    }
    return out;
  }

  private static DecodedObject object(DecodedComputation decoded, String id) {
    return decoded.getObjectsList().stream()
        .filter(o -> o.getId().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
