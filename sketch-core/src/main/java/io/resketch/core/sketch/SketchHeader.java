package io.resketch.core.sketch;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;

/**
 * All of a sketch but its values. Immutable.
 *
 * @param fingerprint of the spec
 * @param dimension d, floats of the full sketch: a multiple of 16, 16 to 2^22
 * @param prefixLength values kept: a multiple of 16, 16 to d
 * @param encoding holds every value exactly
 * @param runs number of runs summed up, 1 to 2^53
 * @param mass total unnormalised root weight of the runs, finite and not 0
 * @param noiseVariance mean variance per value that encodings have added, at least 0, finite
 */
public record SketchHeader(
    Fingerprint fingerprint,
    int dimension,
    int prefixLength,
    Encoding encoding,
    long runs,
    double mass,
    double noiseVariance) {
  /** Every number of runs up to here is exact in the languages that only have float64. */
  public static final long MAX_RUNS = 1L << 53;

  /**
   * Checks the fields.
   *
   * @throws InvalidInputException if a field is out of range
   */
  public SketchHeader {
    int block = Encoding.BLOCK;
    if (dimension < block || dimension > SketchSpec.MAX_DIMENSION || dimension % block != 0) {
      throw new InvalidInputException(
          "sketch.dimension",
          Integer.toUnsignedString(dimension)
              + " must be a multiple of "
              + block
              + " from 16 to "
              + SketchSpec.MAX_DIMENSION);
    }
    SketchSpec.checkPrefix(prefixLength, dimension);
    if (runs < 1 || runs > MAX_RUNS) {
      throw new InvalidInputException("sketch.runs", runs + " must be 1 to 2^53");
    }
    if (mass == 0 || !Double.isFinite(mass)) {
      throw new InvalidInputException("sketch.mass", mass + " must be finite and not 0");
    }
    // Double.compare tells −0 from 0: equal sketches have equal images.
    if (Double.compare(noiseVariance, 0) < 0 || !Double.isFinite(noiseVariance)) {
      throw new InvalidInputException(
          "sketch.noiseVariance", noiseVariance + " must be finite and at least 0");
    }
  }
}
