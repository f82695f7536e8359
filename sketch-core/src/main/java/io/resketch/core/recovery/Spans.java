package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.List;

/** Spans of vectors of one length, by orthonormal bases. */
final class Spans {
  /** Of a unit vector: less outside a span counts as none. */
  private static final double INSIDE = 1e-7;

  private Spans() {}

  /** An orthonormal basis of a span; vectors that others span already are left out. */
  static List<double[]> basis(List<double[]> vectors) {
    List<double[]> out = new ArrayList<>();
    for (double[] vector : vectors) {
      add(out, vector);
    }
    return out;
  }

  /** Adds a vector to an orthonormal basis, unless it is in its span. */
  static boolean add(List<double[]> basis, double[] vector) {
    double[] rest = Symmetric.unit(vector.clone());
    for (int twice = 0; twice < 2; twice++) {
      subtract(rest, basis);
    }
    if (Kernels.dot(rest, 0, rest, 0, rest.length) < INSIDE * INSIDE) {
      return false;
    }
    basis.add(Symmetric.unit(rest));
    return true;
  }

  /** Takes the part within a span away, in place. */
  static double[] subtract(double[] vector, List<double[]> basis) {
    for (double[] direction : basis) {
      double along = Kernels.dot(direction, 0, vector, 0, vector.length);
      for (int a = 0; a < vector.length; a++) {
        vector[a] -= along * direction[a];
      }
    }
    return vector;
  }

  /** An orthonormal basis of all that is orthogonal to a span of vectors of length n. */
  static double[][] complement(List<double[]> orthonormal, int n) {
    List<double[]> all = new ArrayList<>(orthonormal);
    for (int a = 0; a < n && all.size() < n; a++) {
      double[] axis = new double[n];
      axis[a] = 1;
      // An axis nearly within the span would lose digits; enough others are not.
      double inside = 0;
      for (double[] direction : all) {
        inside += direction[a] * direction[a];
      }
      if (inside < 1 - 1e-6) {
        add(all, axis);
      }
    }
    return all.subList(orthonormal.size(), all.size()).toArray(new double[0][]);
  }
}
