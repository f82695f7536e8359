package io.resketch.core.decode;

/**
 * A sketch as the decoders see it.
 *
 * @param data the sketch without the signatures, d values, zero behind the prefix; not modified
 * @param energy ‖s‖² of the sketch itself
 * @param noiseVariance of each value; 0 if exact
 */
record Measurement(float[] data, double energy, double noiseVariance) {
  /** Of a float, relative: half an ulp. */
  private static final double ROUNDING = 0x1p-24;

  /**
   * Variance of the noise on a value: the largest of what is stated, what a residual shows, and
   * float32 rounding.
   *
   * @param freedom floats less fitted unknowns
   */
  double noise(double residualEnergy, double freedom) {
    double rounding = ROUNDING * ROUNDING * energy / data.length;
    return Math.max(Math.max(noiseVariance, rounding), residualEnergy / freedom);
  }

  /** ‖r‖ / ‖s‖ from ‖r‖²; 0 for a zero sketch. */
  double relative(double residualEnergy) {
    return energy == 0 ? 0 : Math.sqrt(residualEnergy / energy);
  }
}
