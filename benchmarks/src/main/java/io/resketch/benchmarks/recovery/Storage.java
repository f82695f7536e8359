package io.resketch.benchmarks.recovery;

import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import java.util.SplittableRandom;

/** What becomes of a sketch before a network is learned from it. */
@FunctionalInterface
public interface Storage {
  /** Nothing. */
  Storage EXACT = (sketch, random) -> sketch.toArray();

  /** The values that are left. */
  float[] store(Sketch sketch, SplittableRandom random);

  /** Rounded to an encoding. */
  static Storage encoded(Encoding encoding) {
    return (sketch, random) -> sketch.encode(encoding).toArray();
  }

  /**
   * With Gaussian noise.
   *
   * @param size expected length of the noise, of the sketch's length
   */
  static Storage noisy(double size) {
    return (sketch, random) -> {
      float[] out = sketch.toArray();
      double deviation = size * Math.sqrt(sketch.energy() / out.length);
      for (int i = 0; i < out.length; i++) {
        out[i] += (float) (deviation * random.nextGaussian());
      }
      return out;
    };
  }
}
