package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/** Spans of vectors of one length, by orthonormal bases. */
final class Spans {
  /** Of a unit vector: less outside a span counts as none. */
  private static final double INSIDE = 1e-7;

  /** Of a unit vector: part outside all that is known, of anything new. */
  private static final double LEAST_NEW = 0.05;

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

  /** Positions of vectors that are not in the span of those before them. */
  static List<Integer> independent(List<double[]> vectors) {
    List<double[]> basis = new ArrayList<>();
    return IntStream.range(0, vectors.size())
        .filter(j -> add(basis, vectors.get(j)))
        .boxed()
        .toList();
  }

  /** A random combination of vectors. */
  static double[] gaussian(double[][] span, SplittableRandom random) {
    double[] out = new double[span[0].length];
    for (double[] direction : span) {
      double c = random.nextGaussian();
      for (int a = 0; a < out.length; a++) {
        out[a] += c * direction[a];
      }
    }
    return out;
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

  /** Adds what was found to what is known, unless it is known but for rounding. */
  static boolean addNew(List<double[]> known, double[] found) {
    return addNew(known, found, LEAST_NEW);
  }

  /** As above; less of a unit vector than a bound is rounding. */
  static boolean addNew(List<double[]> known, double[] found, double least) {
    double[] rest = Spans.subtract(Symmetric.unit(found.clone()), known);
    return Math.sqrt(Kernels.dot(rest, 0, rest, 0, rest.length)) > least && add(known, found);
  }

  /** The products of all pairs of vectors, n × n. */
  static double[] products(List<double[]> vectors) {
    int n = vectors.size();
    double[] out = new double[n * n];
    for (int a = 0; a < n; a++) {
      double[] vector = vectors.get(a);
      for (int b = a; b < n; b++) {
        out[a * n + b] = Kernels.dot(vector, 0, vectors.get(b), 0, vector.length);
      }
    }
    Symmetric.mirror(out, n);
    return out;
  }

  /** A basis of the span of independent vectors of length d, d × their number, scaled to d. */
  static Basis scaled(List<double[]> vectors) {
    int n = vectors.size();
    int d = vectors.get(0).length;
    Symmetric.Eigen eigen = Symmetric.eigen(products(vectors), n);
    double[] out = new double[d * n];
    for (int k = 0; k < n; k++) {
      double scale = Math.sqrt(d / Math.max(eigen.values()[k], 1e-300));
      for (int a = 0; a < n; a++) {
        double c = scale * eigen.vectors()[k][a];
        double[] vector = vectors.get(a);
        for (int i = 0; i < d; i++) {
          out[i * n + k] += c * vector[i];
        }
      }
    }
    return new Basis(d, n, out);
  }

  /**
   * A basis, scaled to their length, of a vector's part outside a span, the first, and the span.
   *
   * @param x not modified, and not in the span
   * @param span orthonormal
   */
  static Basis with(double[] x, List<double[]> span) {
    int dims = span.size() + 1;
    double[] outside = Symmetric.unit(subtract(x.clone(), span));
    double[] values = new double[x.length * dims];
    double scale = Math.sqrt(x.length);
    for (int i = 0; i < x.length; i++) {
      values[i * dims] = scale * outside[i];
      for (int a = 1; a < dims; a++) {
        values[i * dims + a] = scale * span.get(a - 1)[i];
      }
    }
    return new Basis(x.length, dims, values);
  }

  /**
   * Vectors whose products with the columns are 1 with their own and 0 with the others.
   *
   * @throws io.resketch.core.solve.UnsolvableException if a value of a column is not finite
   */
  static double[][] duals(List<double[]> columns) {
    int n = columns.size();
    int d = columns.get(0).length;
    DMatrixRMaj gram = new DMatrixRMaj(n, n, true, products(columns));
    for (int a = 0; a < n; a++) {
      gram.add(a, a, 1e-9);
    }
    DenseSystems.invert(gram, "the products of " + n + " columns");
    double[][] out = new double[n][d];
    for (int a = 0; a < n; a++) {
      for (int b = 0; b < n; b++) {
        double c = gram.get(a, b);
        double[] column = columns.get(b);
        for (int i = 0; i < d; i++) {
          out[a][i] += c * column[i];
        }
      }
    }
    return out;
  }
}
