package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ejml.data.DMatrixRMaj;

/**
 * Searches a subspace for vectors that are 0 in many rows and below 0 in none, also for those that
 * are above 0 in half of the rows: these are no minima of the sum of their values, by which {@link
 * SparseSearch} goes. What is known already is free, and only the part outside it has a length.
 *
 * <p>Minimises Σ f(x_i), f(x) = log(x² + ε²), dearer below 0 where codes are never below 0, by
 * squares weighted anew in every step, with ε falling (Chartrand and Yin, Iteratively reweighted
 * algorithms for compressive sensing, ICASSP 2008): first all small values count, then those that
 * are nearly 0.
 */
final class GradualSearch implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int STEPS = 24;

  /** ε, of the largest values. */
  private static final double FIRST_WIDTH = 1;

  /** As above, from starts near a code: none is best for all. */
  static final List<Double> FIRST_WIDTHS_NEAR = List.of(0.1, 0.03, 0.3, 1.0);

  private static final double LAST_WIDTH = 0.003;

  /** How much dearer a value below 0 is where codes have none. */
  private static final double NEGATIVE = 100;

  /** Of the mean of the diagonal: keeps the squares of exact zeros from being singular. */
  private static final double SHIFT = 1e-11;

  private final Basis basis;
  private final double[][] axes;
  private final int free;
  private final double negative;

  /**
   * @param prior of one value each
   * @param known orthonormal coordinates of what is free
   * @param others orthonormal coordinates of all else
   */
  GradualSearch(Basis basis, Prior prior, List<double[]> known, double[][] others) {
    negative = prior == Prior.NONNEGATIVE ? NEGATIVE : 1;
    free = known.size();
    int dims = free + others.length;
    axes = new double[dims][];
    for (int a = 0; a < dims; a++) {
      axes[a] = a < free ? known.get(a) : others[a - free];
    }
    double[] turned = new double[basis.rows() * dims];
    for (int i = 0; i < basis.rows(); i++) {
      for (int a = 0; a < dims; a++) {
        turned[i * dims + a] =
            Kernels.dot(basis.values(), i * basis.dims(), axes[a], 0, basis.dims());
      }
    }
    this.basis = new Basis(basis.rows(), dims, turned);
  }

  /**
   * Searches from what of a start is outside what is known, with the sign in which it rises more
   * than it falls.
   *
   * @param start coordinates, not all in what is known
   * @return unit coordinates of where it ended
   */
  double[] run(double[] start) {
    double[] w = turned(start);
    Arrays.fill(w, 0, free, 0);
    return turnedBack(steps(rising(Symmetric.unit(w)), FIRST_WIDTH));
  }

  /**
   * As above, from a start near a code, as it is.
   *
   * @param first ε at the start, of the largest values
   */
  double[] near(double[] start, double first) {
    return turnedBack(steps(Symmetric.unit(turned(start)), first));
  }

  /** The code at coordinates of its span; empty if none is there. */
  Optional<double[]> code(double[] w, CodeTest test) {
    double[] start = turned(w);
    return Zeros.exact(basis, start, 1, test.noise())
        .or(() -> Zeros.near(basis, start, test.noise()))
        .map(Zeros.Found::coordinates)
        .filter(code -> test.hasZeros(basis, code))
        .map(this::turnedBack);
  }

  private double[] turned(double[] start) {
    double[] w = new double[basis.dims()];
    for (int a = 0; a < w.length; a++) {
      w[a] = Kernels.dot(axes[a], 0, start, 0, start.length);
    }
    return w;
  }

  private double[] turnedBack(double[] w) {
    double[] out = new double[axes[0].length];
    for (int a = 0; a < w.length; a++) {
      for (int b = 0; b < out.length; b++) {
        out[b] += w[a] * axes[a][b];
      }
    }
    return Symmetric.unit(out);
  }

  private double[] steps(double[] start, double first) {
    double[] w = start;
    for (int step = 0; step < STEPS; step++) {
      double width = first * Math.pow(LAST_WIDTH / first, step / (STEPS - 1.0));
      w = next(w, weighted(basis.vector(w), width));
    }
    return w;
  }

  /** With the sign in which it rises more than it falls. */
  private double[] rising(double[] w) {
    double cubes = 0;
    for (double value : basis.vector(w)) {
      cubes += value * value * value;
    }
    return cubes < 0 ? Symmetric.negative(w) : w;
  }

  /** V' diag(weights) V, with weights that make the squares of x what f is. */
  private double[] weighted(double[] x, double ofTop) {
    int dims = basis.dims();
    double width = ofTop * Zeros.top(Arrays.stream(x).map(Math::abs).toArray());
    double[] gram = new double[dims * dims];
    double[] eight = new double[8 * dims];
    int filled = 0;
    for (int i = 0; i < x.length; i++) {
      double weight = width / Math.sqrt((x[i] * x[i] + width * width) * x.length);
      if (x[i] < 0) {
        weight *= negative;
      }
      for (int a = 0; a < dims; a++) {
        eight[filled * dims + a] = weight * basis.values()[i * dims + a];
      }
      if (++filled == 8 || i == x.length - 1) {
        Arrays.fill(eight, filled * dims, eight.length, 0);
        Kernels.gram8(eight, dims, gram);
        filled = 0;
      }
    }
    Symmetric.mirror(gram, dims);
    return gram;
  }

  /** One step of inverse iteration towards the least squares of any part outside what is known. */
  private double[] next(double[] w, double[] gram) {
    int dims = basis.dims();
    double trace = 0;
    for (int a = 0; a < dims; a++) {
      trace += gram[a * dims + a];
    }
    for (int a = 0; a < dims; a++) {
      gram[a * dims + a] += SHIFT * trace / dims;
    }
    double[] outside = new double[dims];
    System.arraycopy(w, free, outside, free, dims - free);
    return DenseSystems.ifSolvable(
            () ->
                DenseSystems.positive(
                        new DMatrixRMaj(dims, dims, true, gram), "a step of a search for zeros")
                    .solve(outside))
        .map(this::scaled)
        .orElse(w);
  }

  /** To length 1 outside what is known. */
  private double[] scaled(double[] w) {
    double squares = Kernels.dot(w, free, w, free, w.length - free);
    double scale = 1 / Math.sqrt(squares);
    return Arrays.stream(w).map(value -> scale * value).toArray();
  }
}
