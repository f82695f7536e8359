package io.resketch.core.sketch;

import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A sketch of one run, or of a weighted collection of runs, or a prefix of either. Immutable.
 *
 * <p>The values are those of the mass-weighted mean of the runs, so that a module's share times the
 * mass is a count for one run and for a sum alike.
 */
public final class Sketch {
  private final SketchHeader header;
  private final float[] values;

  private Sketch(SketchHeader header, float[] values) {
    this.header = header;
    this.values = values;
  }

  /**
   * A sketch as made, F32 and without noise, from its parts.
   *
   * @param dimension floats of the full sketch
   * @param values the sketch or a prefix of it; copied
   * @param mass total unnormalised root weight, finite and not 0
   * @param runs number of runs summed up, 1 to 2^53
   * @throws InvalidInputException if a value is not finite or a size is out of range
   */
  public static Sketch of(
      Fingerprint fingerprint, int dimension, float[] values, double mass, long runs) {
    return checked(
        new SketchHeader(fingerprint, dimension, values.length, Encoding.F32, runs, mass, 0),
        values.clone());
  }

  /**
   * A sketch from its header and its values as {@link #putValues} wrote them: untrusted bytes. They
   * are checked before anything is allocated.
   *
   * @param encoded the values, from its position on; not modified
   * @throws InvalidInputException if there are too few bytes, or bytes that the encoding never
   *     writes, such as those of a value that is not finite
   */
  public static Sketch of(SketchHeader header, ByteBuffer encoded) {
    Encoding encoding = header.encoding();
    int bytes = encoding.bytes(header.prefixLength());
    if (encoded.remaining() < bytes) {
      throw new InvalidInputException(
          "sketch.values", encoded.remaining() + " bytes must be " + bytes);
    }
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < header.prefixLength(); i += Encoding.BLOCK) {
      encoding.check(in, encoding.bytes(i), i);
    }
    float[] values = new float[header.prefixLength()];
    encoding.read(in, values);
    return new Sketch(header, values);
  }

  private static Sketch checked(SketchHeader header, float[] values) {
    for (int i = 0; i < values.length; i++) {
      requireFinite(values[i], i);
    }
    return new Sketch(header, values);
  }

  static void requireFinite(float value, int i) {
    if (!Float.isFinite(value)) {
      throw new InvalidInputException("sketch.values[" + i + "]", value + " is not finite");
    }
  }

  public Fingerprint fingerprint() {
    return header.fingerprint();
  }

  /** Floats of the full sketch. */
  public int dimension() {
    return header.dimension();
  }

  /** Floats kept, a multiple of 16. */
  public int prefixLength() {
    return values.length;
  }

  /** Holds every value exactly; F32 for a sketch as made and for sums. */
  public Encoding encoding() {
    return header.encoding();
  }

  /** Total unnormalised root weight of the runs. */
  public double mass() {
    return header.mass();
  }

  /** Number of runs summed up. */
  public long runs() {
    return header.runs();
  }

  /**
   * Mean variance per value that encodings have added: 0 for a sketch as made, Δ²/12 for a value
   * that was rounded to steps of Δ. What the values differ by from those as made has this mean
   * square, over sketches of many unequal values; a sketch of few and equal ones can be off by a
   * factor. Sums take the errors of their sketches for independent.
   */
  public double noiseVariance() {
    return header.noiseVariance();
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
    return Arrays.copyOf(values, header.dimension());
  }

  /** Writes the values as the encoding has them, {@code encoding().bytes(prefixLength())} bytes. */
  public void putValues(ByteBuffer out) {
    ByteBuffer bytes = out.slice().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i += Encoding.BLOCK) {
      header.encoding().write(values, i, bytes);
    }
    out.position(out.position() + bytes.position());
  }

  /** ‖s‖². */
  public double energy() {
    return dot(values, values, values.length);
  }

  /**
   * Erases everything behind the first {@code prefixLength} values. Encoding and noise stay.
   *
   * @throws InvalidInputException unless it is a multiple of 16 within what is kept
   */
  public Sketch truncate(int prefixLength) {
    SketchSpec.checkPrefix(prefixLength, values.length);
    return new Sketch(
        header(prefixLength, header.encoding(), noiseVariance()),
        Arrays.copyOf(values, prefixLength));
  }

  /**
   * Rounds every value to the nearest that the encoding holds, and adds the variance of that to the
   * noise. Exact to F32, and to the encoding it has. Values beyond the largest bfloat16 become
   * that.
   */
  public Sketch encode(Encoding encoding) {
    float[] rounded = new float[values.length];
    double squares = 0;
    for (int i = 0; i < values.length; i += Encoding.BLOCK) {
      squares += encoding.round(values, i, rounded);
    }
    double added = squares / (12.0 * values.length);
    return new Sketch(header(values.length, encoding, noiseVariance() + added), rounded);
  }

  private SketchHeader header(int prefixLength, Encoding encoding, double noiseVariance) {
    return new SketchHeader(
        fingerprint(), dimension(), prefixLength, encoding, runs(), mass(), noiseVariance);
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
    requireFingerprint(other.fingerprint());
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
    if (!fingerprint().equals(expected)) {
      throw new MismatchException(
          MismatchException.Reason.FINGERPRINT_MISMATCH,
          "fingerprint="
              + fingerprint()
              + ": the sketch was made with another spec; expected "
              + expected
              + "; sketch it again with this spec");
    }
  }

  /**
   * The sketch of a weighted collection of runs: Σ_i w_i m_i s_i / Σ_i w_i m_i, m the masses, over
   * the shortest prefix, summed in the given order in double precision and rounded once, to F32.
   * Masses add with their weights; run counts add, subtract where the weight is negative, and do
   * not count where it is 0. At least one run must be left.
   *
   * <ul>
   *   <li>Combine: weights 1.
   *   <li>Subtract: weight −1 takes runs that were summed up out again.
   *   <li>Scale: one sketch with weight w has w times the mass, so w times the counts, and the same
   *       values.
   * </ul>
   *
   * @param weights one per sketch, finite
   * @throws MismatchException if the fingerprints differ
   * @throws InvalidInputException if the list is empty, the sizes differ, the masses cancel, no run
   *     is left, or a sum is out of range
   */
  public static Sketch weightedSum(List<Sketch> sketches, double[] weights) {
    SketchHeader header = headerOfSum(sketches, weights);
    double[] sum = new double[header.prefixLength()];
    for (int i = 0; i < weights.length; i++) {
      double share = weights[i] * sketches.get(i).mass() / header.mass();
      float[] values = sketches.get(i).values;
      for (int j = 0; j < sum.length; j++) {
        sum[j] += share * values[j];
      }
    }
    float[] values = new float[sum.length];
    for (int j = 0; j < sum.length; j++) {
      values[j] = (float) sum[j];
    }
    return checked(header, values);
  }

  private static SketchHeader headerOfSum(List<Sketch> sketches, double[] weights) {
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
      sketch.requireFingerprint(first.fingerprint());
      if (!Double.isFinite(weights[i])) {
        throw new InvalidInputException("weights[" + i + "]", weights[i] + " is not finite");
      }
      prefix = Math.min(prefix, sketch.values.length);
      double weighted = weights[i] * sketch.mass();
      mass += weighted;
      absoluteMass += Math.abs(weighted);
      runs += (long) Math.signum(weights[i]) * sketch.runs();
      if (Math.abs(runs) > SketchHeader.MAX_RUNS) {
        throw new InvalidInputException("sketches", "together they have more than 2^53 runs");
      }
    }
    if (!(Math.abs(mass) > 1e-9 * absoluteMass) || runs < 1) {
      throw new InvalidInputException(
          "weights", "the masses add up to " + mass + " of " + runs + " runs: nothing is left");
    }
    double noise = 0;
    for (int i = 0; i < weights.length; i++) {
      double share = weights[i] * sketches.get(i).mass() / mass;
      noise += share * share * sketches.get(i).noiseVariance();
    }
    return new SketchHeader(
        first.fingerprint(), first.dimension(), prefix, Encoding.F32, runs, mass, noise);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Sketch other
        && header.equals(other.header)
        && Arrays.equals(values, other.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
