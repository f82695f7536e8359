package io.resketch.core.operator;

import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;

/**
 * H D₁ H D₀: two rounds of random sign flips and unnormalised Walsh–Hadamard transforms, d times an
 * orthonormal matrix. One round would not do: of two independent one-round matrices A and B, AᵀB is
 * diagonal, so that equal sparse vectors meet again. Immutable, thread-safe.
 */
final class WalshHadamard {
  /** Bit i mod 64 of word i / 64 is set where entry i is flipped. */
  private final long[] first;

  private final long[] second;
  private final int dimension;

  /** Signs of round r are the draws of the stream with index 2 · index + r. */
  WalshHadamard(long seed, Role role, long moduleHash, long index, int dimension) {
    this.dimension = dimension;
    this.first = draw(RandomStream.of(seed, role, moduleHash, 2 * index), dimension);
    this.second = draw(RandomStream.of(seed, role, moduleHash, 2 * index + 1), dimension);
  }

  private static long[] draw(RandomStream stream, int dimension) {
    long[] words = new long[(dimension + 63) / 64];
    for (int w = 0; w < words.length; w++) {
      words[w] = stream.bits(w);
    }
    return words;
  }

  /** v := H D₁ H D₀ v. */
  void apply(float[] v) {
    flip(v, first);
    transform(v, dimension);
    flip(v, second);
    transform(v, dimension);
  }

  /** v := (H D₁ H D₀)ᵀ v = D₀ H D₁ H v. */
  void applyTransposed(float[] v) {
    transform(v, dimension);
    flip(v, second);
    transform(v, dimension);
    flip(v, first);
  }

  private static void flip(float[] v, long[] signs) {
    for (int i = 0; i < v.length; i++) {
      v[i] = (signs[i >> 6] >>> i & 1) == 0 ? v[i] : -v[i];
    }
  }

  /** Sylvester order, strides 1, 2, 4, …: (a, b) becomes (a + b, a − b). */
  static void transform(float[] v, int dimension) {
    for (int stride = 1; stride < dimension; stride *= 2) {
      for (int start = 0; start < dimension; start += 2 * stride) {
        for (int i = start; i < start + stride; i++) {
          float a = v[i];
          float b = v[i + stride];
          v[i] = a + b;
          v[i + stride] = a - b;
        }
      }
    }
  }

  /** {@link #apply(float[])} in double precision. */
  void apply(double[] v) {
    flip(v, first);
    transform(v, dimension);
    flip(v, second);
    transform(v, dimension);
  }

  /** {@link #applyTransposed(float[])} in double precision. */
  void applyTransposed(double[] v) {
    transform(v, dimension);
    flip(v, second);
    transform(v, dimension);
    flip(v, first);
  }

  private static void flip(double[] v, long[] signs) {
    for (int i = 0; i < v.length; i++) {
      v[i] = (signs[i >> 6] >>> i & 1) == 0 ? v[i] : -v[i];
    }
  }

  private static void transform(double[] v, int dimension) {
    for (int stride = 1; stride < dimension; stride *= 2) {
      for (int start = 0; start < dimension; start += 2 * stride) {
        for (int i = start; i < start + stride; i++) {
          double a = v[i];
          double b = v[i + stride];
          v[i] = a + b;
          v[i + stride] = a - b;
        }
      }
    }
  }
}
