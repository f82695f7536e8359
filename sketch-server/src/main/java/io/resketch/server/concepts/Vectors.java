package io.resketch.server.concepts;

/** Arithmetic on float arrays whose lengths are multiples of 16. */
final class Vectors {
  private Vectors() {}

  /** Four sums side by side, in a fixed order: one alone would wait for every addition. */
  static double dot(float[] a, float[] b, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int i = 0; i < length; i += 4) {
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /**
   * ‖a − b‖² of two vectors with the energies given. Of different lengths, the cosine is that of
   * the floats that both have, as if the rest of the longer one were alike.
   */
  static double squaredDistance(float[] a, double energyA, float[] b, double energyB) {
    int shared = Math.min(a.length, b.length);
    double dot = dot(a, b, shared);
    if (a.length != b.length) {
      double here = dot(a, a, shared) * dot(b, b, shared);
      dot = here == 0 ? 0 : dot * Math.sqrt(energyA * energyB / here);
    }
    return Math.max(0, energyA + energyB - 2 * dot);
  }
}
