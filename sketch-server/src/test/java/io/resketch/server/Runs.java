package io.resketch.server;

import com.google.protobuf.Timestamp;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.Random;

/** Small seeded computations. */
final class Runs {
  static final int ATTRIBUTES = 8;

  private Runs() {}

  static Timestamp time(long seconds) {
    return Timestamp.newBuilder().setSeconds(seconds).build();
  }

  static Attributes attributes(Random random) {
    float[] values = new float[ATTRIBUTES];
    double norm = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
      norm += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.sqrt(norm);
    }
    return Attributes.dense(values);
  }

  /** Root objects without inputs, {@code counts[m]} of the m-th module {@code kind-m}. */
  static Computation scene(Random random, int... counts) {
    int total = 0;
    for (int count : counts) {
      total += count;
    }
    Computation.Builder out = Computation.builder();
    for (int m = 0; m < counts.length; m++) {
      for (int i = 0; i < counts[m]; i++) {
        String id = "object-" + m + "-" + i;
        out.object(id, "kind-" + m, attributes(random)).root(id, 1f / total);
      }
    }
    return out.build();
  }

  /** A camera frame, two objects seen in it, and a scene made of both. */
  static Computation graph(Random random) {
    return Computation.builder()
        .object("frame", "camera", attributes(random))
        .object("cat", "animal", attributes(random), new WeightedInput("frame", 1f))
        .object("dog", "animal", attributes(random), new WeightedInput("frame", 1f))
        .object(
            "scene",
            "scene",
            attributes(random),
            new WeightedInput("cat", 0.25f),
            new WeightedInput("dog", 0.75f))
        .root("scene", 1f)
        .build();
  }
}
