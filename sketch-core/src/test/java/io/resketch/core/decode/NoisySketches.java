package io.resketch.core.decode;

import io.resketch.core.RandomGraphs;
import io.resketch.core.sketch.Sketch;
import java.util.SplittableRandom;

/** Sketches with Gaussian noise on every value. */
final class NoisySketches {
  private NoisySketches() {}

  static Sketch of(Sketch sketch, double deviation, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = sketch.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (deviation * RandomGraphs.gaussian(random));
    }
    return Sketch.of(
        sketch.fingerprint(), sketch.dimension(), values, sketch.mass(), sketch.runs());
  }
}
