package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;

/**
 * Codes that are missing of objects whose others are known. Attribute vectors of one length bind
 * them: y = 1 - Σ s_j x_j², over the codes known of an object, is never below 0, and is 0 wherever
 * no code that is missing is above 0. On these rows all codes missing of the object are 0, and what
 * else of the span of the codes is 0 there is their span, of few dimensions.
 */
final class FullRows {
  private static final int STEPS = 24;

  /** What of y counts as 0, at first and at last. */
  private static final double FIRST_WIDTH = 0.5;

  private static final double LAST_WIDTH = 0.002;

  /** How much dearer a value below 0 is. */
  private static final double NEGATIVE = 10;

  /** Weight, at first, of rows in which the code that a relation is sought for is 0. */
  private static final double ELSEWHERE = 1e-3;

  /** Rows that say it is no chance that vectors are 0 there, per dimension of the codes. */
  private static final double ROWS_PER_DIMENSION = 1.4;

  /** Mean square of a unit vector on rows where it is 0 or, in a few of them, small. */
  private static final double ZERO = 1e-3;

  private static final int STARTS = 32;
  private static final int RELATIONS = 24;

  /** What of 1 a square adds where it is greatest: less is none of the relation. */
  private static final double MEMBER = 0.01;

  private final Basis basis;
  private final DataParallel engine;
  private final CodeTest test;

  FullRows(Basis basis, DataParallel engine, CodeTest test) {
    this.basis = basis;
    this.engine = engine;
    this.test = test;
  }

  /**
   * Codes that are 0 on the rows of a relation. The clearest relation comes first; its codes are
   * left out of those sought after it.
   *
   * @param codes coordinates of those known
   * @return coordinates, those known among them
   */
  List<double[]> codes(List<double[]> codes, SplittableRandom random) {
    List<double[]> open = new ArrayList<>();
    codes.forEach(code -> open.add(Arrays.stream(basis.vector(code)).map(x -> x * x).toArray()));
    List<double[]> out = new ArrayList<>();
    while (open.size() > 1) {
      Relations relations = new Relations(open.toArray(double[][]::new));
      List<Integer> starts = new ArrayList<>();
      for (int s = 0; s < Math.min(RELATIONS, open.size()); s++) {
        starts.add(random.nextInt(open.size()));
      }
      Relation clearest =
          engine.map(starts, relations::relation).stream()
              .max(Comparator.comparingInt(Relation::zeros))
              .orElseThrow();
      int zeros = clearest.zeros();
      List<double[]> members = new ArrayList<>();
      for (int j = 0; j < open.size(); j++) {
        double most = Arrays.stream(open.get(j)).max().orElse(0);
        if (clearest.weights()[j] * most > MEMBER) {
          members.add(open.get(j));
        }
      }
      if (zeros < ROWS_PER_DIMENSION * basis.dims() + 8 || members.isEmpty()) {
        break;
      }
      out.addAll(inSpan(zeroOn(clearest.zero(), zeros), random));
      open.removeAll(members);
    }
    return out;
  }

  /** Orthonormal coordinates of what is 0 on some rows. */
  private List<double[]> zeroOn(boolean[] zero, int zeros) {
    int dims = basis.dims();
    double[] rows = new double[zeros * dims];
    for (int i = 0, at = 0; i < zero.length; i++) {
      if (zero[i]) {
        System.arraycopy(basis.values(), i * dims, rows, at++ * dims, dims);
      }
    }
    Symmetric.Eigen eigen = Symmetric.eigen(PairSpace.gram(rows, zeros, dims), dims);
    List<double[]> out = new ArrayList<>();
    for (int a = dims - 1; a >= 0 && eigen.values()[a] < ZERO * zeros; a--) {
      out.add(eigen.vectors()[a]);
    }
    return out;
  }

  private List<double[]> inSpan(List<double[]> span, SplittableRandom random) {
    int few = span.size();
    List<double[]> out = new ArrayList<>();
    if (few == 0 || few > basis.dims() / 4) {
      return out;
    }
    double[] values = new double[basis.rows() * few];
    for (int a = 0; a < few; a++) {
      double[] x = basis.vector(span.get(a));
      for (int i = 0; i < x.length; i++) {
        values[i * few + a] = x[i];
      }
    }
    if (few == 1) {
      out.add(span.get(0));
      return out;
    }
    Basis small = new Basis(basis.rows(), few, values);
    GradualSearch search =
        new GradualSearch(small, test.prior(), List.of(), Spans.complement(List.of(), few));
    List<double[]> starts = new ArrayList<>();
    for (int s = 0; s < STARTS; s++) {
      double[] row = new double[few];
      for (int a = 0; a < few; a++) {
        row[a] = random.nextGaussian();
      }
      starts.add(row);
    }
    double noise = test.noise();
    for (Zeros.Found end :
        engine.map(starts, start -> Zeros.exact(small, search.run(start), 1, noise).orElse(null))) {
      if (end != null) {
        double[] w = new double[basis.dims()];
        for (int a = 0; a < few; a++) {
          for (int b = 0; b < w.length; b++) {
            w[b] += end.coordinates()[a] * span.get(a)[b];
          }
        }
        out.add(w);
      }
    }
    return out;
  }

  /**
   * A relation.
   *
   * @param weights of the squares
   * @param zero rows in which it holds
   */
  private record Relation(double[] weights, boolean[] zero, int zeros) implements Serializable {}

  /** Relations among squares of codes. */
  private record Relations(double[][] squares) implements Serializable {
    /** As below; one that holds nowhere where the squares have none. */
    Relation relation(int code) {
      return DenseSystems.ifSolvable(() -> of(code))
          .orElseGet(
              () -> new Relation(new double[squares.length], new boolean[squares[0].length], 0));
    }

    /** The relation that holds, for the most, where one code is above 0. */
    private Relation of(int code) {
      int n = squares[0].length;
      double[] weights = new double[n];
      double most = Arrays.stream(squares[code]).max().orElse(1);
      for (int i = 0; i < n; i++) {
        weights[i] = squares[code][i] > 1e-6 * most ? 1 : ELSEWHERE;
      }
      double[] s = weighted(weights);
      double[] y = rest(s);
      for (int step = 0; step < STEPS; step++) {
        double width = FIRST_WIDTH * Math.pow(LAST_WIDTH / FIRST_WIDTH, step / (STEPS - 1.0));
        for (int i = 0; i < n; i++) {
          weights[i] = width * width / (y[i] * y[i] + width * width) * (y[i] < 0 ? NEGATIVE : 1);
        }
        s = weighted(weights);
        y = rest(s);
      }
      boolean[] zero = new boolean[n];
      int zeros = 0;
      for (int i = 0; i < n; i++) {
        zero[i] = Math.abs(y[i]) < LAST_WIDTH;
        zeros += zero[i] ? 1 : 0;
      }
      return new Relation(s, zero, zeros);
    }

    /** What weighted least squares makes of 1. */
    private double[] weighted(double[] weights) {
      int f = squares.length;
      int n = weights.length;
      double[] gram = new double[f * f];
      double[] rows = new double[8 * f];
      double[] right = new double[f];
      for (int i = 0; i < n; i += 8) {
        Arrays.fill(rows, 0);
        for (int l = 0; l < Math.min(8, n - i); l++) {
          double root = Math.sqrt(weights[i + l]);
          for (int j = 0; j < f; j++) {
            rows[l * f + j] = root * squares[j][i + l];
            right[j] += weights[i + l] * squares[j][i + l];
          }
        }
        Kernels.gram8(rows, f, gram);
      }
      Symmetric.mirror(gram, f);
      double trace = 0;
      for (int j = 0; j < f; j++) {
        trace += gram[j * f + j];
      }
      for (int j = 0; j < f; j++) {
        gram[j * f + j] += 1e-9 * trace / f;
      }
      return DenseSystems.positive(
              new DMatrixRMaj(f, f, true, gram), "a relation of " + f + " squares")
          .solve(right);
    }

    private double[] rest(double[] s) {
      double[] y = new double[squares[0].length];
      for (int i = 0; i < y.length; i++) {
        y[i] = 1;
        for (int j = 0; j < s.length; j++) {
          y[i] -= s[j] * squares[j][i];
        }
      }
      return y;
    }
  }
}
