package io.resketch.core.sketch;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.List;

/**
 * A sketch of one run, or of a weighted collection of runs, or a prefix of either. Immutable.
 *
 * <p>The values are those of the mass-weighted mean of the runs, so that a module's share times the
 * mass is a count for one run and for a sum alike.
 */
public final class Sketch {
  private final Fingerprint fingerprint;
  private final int dimension;
  private final float[] values;
  private final double mass;
  private final long runs;

  private Sketch(Fingerprint fingerprint, int dimension, float[] values, double mass, long runs) {
    this.fingerprint = fingerprint;
    this.dimension = dimension;
    this.values = values;
    this.mass = mass;
    this.runs = runs;
  }

  /**
   * A sketch from its parts.
   *
   * @param dimension floats of the full sketch
   * @param values the sketch or a prefix of it; copied
   * @param mass total unnormalised root weight, finite and not 0
   * @param runs number of runs summed up, at least 1
   * @throws InvalidInputException if a value is not finite or a size is out of range
   */
  public static Sketch of(
      Fingerprint fingerprint, int dimension, float[] values, double mass, long runs) {
    SketchSpec.checkPrefix(values.length, dimension);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidInputException("sketch.values[" + i + "]", values[i] + " is not finite");
      }
    }
    if (mass == 0 || !Double.isFinite(mass)) {
      throw new InvalidInputException("sketch.mass", mass + " must be finite and not 0");
    }
    if (runs < 1) {
      throw new InvalidInputException("sketch.runs", runs + " must be at least 1");
    }
    return new Sketch(fingerprint, dimension, values.clone(), mass, runs);
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Floats of the full sketch. */
  public int dimension() {
    return dimension;
  }

  /** Floats kept, a multiple of 16. */
  public int prefixLength() {
    return values.length;
  }

  /** The i-th value. */
  public float value(int i) {
    return values[i];
  }

  /** A copy of the kept values. */
  public float[] toArray() {
    return values.clone();
  }

  /** The kept values followed by zeros, {@link #dimension()} in all. */
  public float[] toPaddedArray() {
    return Arrays.copyOf(values, dimension);
  }

  /** Total unnormalised root weight of the runs. */
  public double mass() {
    return mass;
  }

  /** Number of runs summed up. */
  public long runs() {
    return runs;
  }

  /** ‖s‖². */
  public double energy() {
    return dot(values, values, values.length);
  }

  /**
   * Erases everything behind the first {@code prefixLength} values.
   *
   * @throws InvalidInputException unless it is a multiple of 16 within what is kept
   */
  public Sketch truncate(int prefixLength) {
    SketchSpec.checkPrefix(prefixLength, values.length);
    return new Sketch(fingerprint, dimension, Arrays.copyOf(values, prefixLength), mass, runs);
  }

  /** Cosine similarity over the prefix that both hold; 0 if either is zero there. */
  public double cosine(Sketch other) {
    return cosine(other, Math.min(values.length, other.values.length));
  }

  /**
   * Cosine similarity over the first {@code prefixLength} values; 0 if either is zero there.
   *
   * @throws MismatchException if the fingerprints differ
   * @throws InvalidInputException if either holds fewer values
   */
  public double cosine(Sketch other, int prefixLength) {
    requireFingerprint(other.fingerprint);
    SketchSpec.checkPrefix(prefixLength, Math.min(values.length, other.values.length));
    double norms =
        Math.sqrt(
            dot(values, values, prefixLength) * dot(other.values, other.values, prefixLength));
    return norms == 0 ? 0 : dot(values, other.values, prefixLength) / norms;
  }

  /** Four sums side by side, in a fixed order: one alone would wait for every addition. */
  private static double dot(float[] a, float[] b, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int i = 0; i < length; i += 4) { // lengths are multiples of 16
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /**
   * Checks that the sketch was made with a spec.
   *
   * @throws MismatchException if the sketch was made with another spec
   */
  public void requireFingerprint(Fingerprint expected) {
    if (!fingerprint.equals(expected)) {
      throw new MismatchException(
          MismatchException.Reason.FINGERPRINT_MISMATCH,
          "fingerprint="
              + fingerprint
              + ": the sketch was made with another spec; expected "
              + expected
              + "; sketch it again with this spec");
    }
  }

  /**
   * The sketch of the weighted collection: Σ_i w_i m_i s_i over the shortest prefix, m the masses.
   * Sums run in the given order in double precision; masses add with their weights, run counts add.
   *
   * @param weights one per sketch: 1 counts its runs once, −1 takes them out again
   * @throws MismatchException if the fingerprints differ
   * @throws InvalidInputException if the list is empty, the sizes differ, or the masses cancel
   */
  public static Sketch weightedSum(List<Sketch> sketches, double[] weights) {
    if (sketches.isEmpty() || sketches.size() != weights.length) {
      throw new InvalidInputException(
          "sketches",
          sketches.size()
              + " sketches and "
              + weights.length
              + " weights; give at least one sketch and one weight for each");
    }
    Sketch first = sketches.get(0);
    int prefix = first.values.length;
    double mass = 0;
    double absoluteMass = 0;
    long runs = 0;
    for (int i = 0; i < weights.length; i++) {
      Sketch sketch = sketches.get(i);
      sketch.requireFingerprint(first.fingerprint);
      if (!Double.isFinite(weights[i])) {
        throw new InvalidInputException("weights[" + i + "]", weights[i] + " is not finite");
      }
      prefix = Math.min(prefix, sketch.values.length);
      mass += weights[i] * sketch.mass;
      absoluteMass += Math.abs(weights[i] * sketch.mass);
      runs += weights[i] < 0 ? -sketch.runs : sketch.runs;
    }
    if (!(Math.abs(mass) > 1e-9 * absoluteMass) || runs < 1) {
      throw new InvalidInputException(
          "weights", "the masses add up to " + mass + " of " + runs + " runs: nothing is left");
    }
    double[] sum = new double[prefix];
    for (int i = 0; i < weights.length; i++) {
      double share = weights[i] * sketches.get(i).mass / mass;
      float[] values = sketches.get(i).values;
      for (int j = 0; j < prefix; j++) {
        sum[j] += share * values[j];
      }
    }
    float[] values = new float[prefix];
    for (int j = 0; j < prefix; j++) {
      values[j] = (float) sum[j];
    }
    return of(first.fingerprint, first.dimension, values, mass, runs);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Sketch other
        && fingerprint.equals(other.fingerprint)
        && dimension == other.dimension
        && mass == other.mass
        && runs == other.runs
        && Arrays.equals(values, other.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
