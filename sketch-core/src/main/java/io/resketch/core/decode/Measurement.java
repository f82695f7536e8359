package io.resketch.core.decode;

/**
 * A sketch as the decoders see it.
 *
 * @param data the sketch without the signatures, d values, zero behind the prefix; not modified
 * @param energy ‖s‖² of the sketch itself
 * @param noiseVariance of each value; 0 if exact
 */
record Measurement(double[] data, double energy, double noiseVariance) {
  /** Of a float, relative: half an ulp. */
  private static final double ROUNDING = 0x1p-24;

  /**
   * Variance of the noise on a value: the largest of what is stated, what a residual shows, and
   * float32 rounding.
   *
   * @param freedom floats less fitted unknowns
   */
  double noise(double residualEnergy, double freedom) {
    return Math.max(leastNoise(), residualEnergy / freedom);
  }

  /** Variance of the noise on a value that is known beforehand: stated, or float32 rounding. */
  double leastNoise() {
    return Math.max(noiseVariance, ROUNDING * ROUNDING * energy / data.length);
  }

  /** The data in single precision. */
  float[] floats() {
    float[] out = new float[data.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) data[i];
    }
    return out;
  }

  /** ‖r‖ / ‖s‖ from ‖r‖²; 0 for a zero sketch. */
  double relative(double residualEnergy) {
    return energy == 0 ? 0 : Math.sqrt(residualEnergy / energy);
  }
}
